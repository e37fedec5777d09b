import { setTimeout as delay } from 'node:timers/promises';
import { createHttp, type Answer, type NoAnswer } from './http/http.ts';
import { asObject, asString, jsonObject, objectsOf, type JsonObject } from './http/json.ts';
import { clean } from './text/clean.ts';
import { describe } from './text/describe.ts';

export interface WatchOptions {
  /** Of the web host, where the dashboard is. */
  readonly origin: string;
  /** An API key made by hand. */
  readonly key: string;
  readonly onLine: (line: string) => void;
  readonly signal?: AbortSignal;
  readonly intervalMs?: number;
}

export interface WatchEnd {
  /** As the command ends: 0 by the signal, 1 refused, 3 no answer. */
  readonly status: 0 | 1 | 3;
  readonly words?: string;
}

const INTERVAL_MS = 1_500;
/** Steps are written a moment after they happened. */
const OVERLAP_MS = 10_000;
/** What is not answered this often in a row is gone. */
const SILENCE_MAX = 5;

/** Narrates what apps try at a Latchkey, from its own trace of connecting, until `signal` or until it is refused. */
export async function watchAttempts(options: WatchOptions): Promise<WatchEnd> {
  const { key, onLine, origin, signal, intervalMs = INTERVAL_MS } = options;
  const http = createHttp({ allowPrivate: true });
  const told = new Map<string, string>();
  let since: string | undefined;
  let silence = 0;
  const ask = (): Promise<Answer | NoAnswer> =>
    http.send({
      method: 'GET',
      url: `${origin}/portal/v1/organisations/-/attempts${since === undefined ? '' : `?since=${encodeURIComponent(since)}`}`,
      headers: { authorization: `Bearer ${key}`, accept: 'application/json' },
    });
  try {
    while (signal?.aborted !== true) {
      const answer = await ask();
      const body = answer.ok && answer.status === 200 ? jsonObject(answer.body) : undefined;
      if (body === undefined) {
        silence += 1;
        if (answer.ok && answer.status >= 400 && answer.status < 500 && answer.status !== 429) {
          return { status: 1, words: `the attempts cannot be read: ${describe(answer)}` };
        }
        if (silence >= SILENCE_MAX) return { status: 3, words: `no answer: ${describe(answer)}` };
      } else {
        silence = 0;
        const news = objectsOf(body['items'])
          .toReversed()
          .flatMap((attempt) => newsOf(attempt, told));
        // What was there before is no news.
        if (since === undefined) onLine('Watching. Connect the app now; each step shows as it happens.');
        else for (const line of news) onLine(line);
        since = new Date(Date.parse(asString(body['now']) ?? '') - OVERLAP_MS || Date.now()).toISOString();
      }
      await delay(intervalMs, undefined, signal === undefined ? {} : { signal }).catch(() => {});
    }
    return { status: 0 };
  } finally {
    await http.close();
  }
}

/** The steps and the verdict that were not told yet. */
function newsOf(attempt: JsonObject, told: Map<string, string>): string[] {
  const id = asString(attempt['id']) ?? '';
  const app = asObject(attempt['app']) ?? {};
  const who = clean(asString(app['name']) ?? asString(app['user_agent']) ?? 'an app', 60);
  const steps = objectsOf(attempt['steps']);
  const lines: string[] = [];
  for (const step of steps) {
    const place = `${id} ${asString(step['step']) ?? ''}`;
    const state = `${step['ok'] === true} ${asString(step['fault']) ?? ''}`;
    if (told.get(place) === state) continue;
    told.set(place, state);
    const detail = asString(step['detail']);
    const at = (asString(step['last_at']) ?? asString(step['at']) ?? '').slice(11, 19);
    lines.push(
      `${at}  ${who}: ${step['ok'] === false ? 'FAILED: ' : ''}${clean(asString(step['words']) ?? '')}${detail === undefined ? '' : ` (${clean(detail, 120)})`}`,
    );
  }
  const verdict = asObject(attempt['verdict']) ?? {};
  const sentence = asString(verdict['sentence']) ?? '';
  if (lines.length > 0 && told.get(id) !== sentence) {
    told.set(id, sentence);
    const advice = verdict['state'] === 'stopped' ? ` ${clean(asString(verdict['advice']) ?? '')}` : '';
    lines.push(`          ${clean(sentence)}${advice}`);
  }
  return lines;
}
