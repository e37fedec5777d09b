import type { Answer, NoAnswer } from '../http/http.ts';
import { jsonObject } from '../http/json.ts';
import { clean } from './clean.ts';

/** What came back, in a few words: "400 invalid_grant", "200 text/html", "no answer in time". */
export function describe(answer: Answer | NoAnswer): string {
  if (!answer.ok) return clean(answer.words);
  const error = jsonObject(answer.body)?.['error'];
  const type = answer.header('content-type')?.split(';')[0];
  const location = answer.header('location');
  const rest =
    typeof error === 'string'
      ? clean(error, 60)
      : location !== undefined
        ? `to ${clean(location.replace(/\?.*$/s, ''), 120)}`
        : type === undefined
          ? ''
          : clean(type, 60);
  return `${answer.status} ${rest}`.trim();
}
