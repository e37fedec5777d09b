import { isObject, own, ownText } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { clip } from '../openapi/text.ts';

const TEXT_CHARACTERS = 700;
const DETAILS_MAX = 5;
const READ_BYTES = 256 * 1024;

/** What an API says about its refusal, as one line of plain text; empty if it says nothing that we understand. */
export function errorText(body: Buffer, contentType: string): string {
  const text = body.subarray(0, READ_BYTES).toString('utf8');
  const start = text.trimStart();
  if (/html/i.test(contentType) || start.startsWith('<')) return pageText(text);
  if (start.startsWith('{') || start.startsWith('[')) {
    const value = parsed(text);
    if (isObject(value)) return safeText(envelopeText(value));
    if (Array.isArray(value)) return safeText(detailTexts(value).join('; '));
    if (value === undefined && body.length > READ_BYTES) return '';
  }
  return safeText(text.slice(0, 2_000));
}

/** A page is for people with a browser: it is named, not shown. */
function pageText(text: string): string {
  const title = /<title[^>]{0,200}>([^<]{1,300})/i.exec(text)?.[1];
  return title === undefined ? 'a web page' : `a web page titled “${clip(safeText(title), 120)}”`;
}

function envelopeText(value: JsonObject): string {
  const error = own(value, 'error');
  const inner = isObject(error) ? error : value;
  const code = [own(inner, 'code'), own(inner, 'type'), isObject(error) ? undefined : error].find(
    (one) => typeof one === 'string' && one !== '' && !one.startsWith('http') && one !== 'about:blank',
  );
  const names = [
    'message',
    'detail',
    'error_description',
    'description',
    'title',
    'msg',
    'Message',
    'reason',
  ];
  const message = names.map((name) => ownText(inner, name)).find((one) => one !== undefined && one !== '');
  const lists = [own(inner, 'errors'), own(inner, 'details'), own(inner, 'detail'), own(value, 'errors')];
  const list = lists.find((one) => typeof one === 'object' && one !== null);
  const details = Array.isArray(list) ? detailTexts(list) : isObject(list) ? fieldTexts(list) : [];
  const head = [typeof code === 'string' ? `(${code})` : '', message ?? '']
    .filter((part) => part !== '')
    .join(' ');
  return [head, details.join('; ')].filter((part) => part !== '').join(': ');
}

function detailTexts(list: readonly unknown[]): string[] {
  return list.slice(0, DETAILS_MAX).flatMap((one) => {
    if (typeof one === 'string') return [one];
    if (!isObject(one)) return [];
    const where = [
      own(one, 'field'),
      own(one, 'param'),
      own(one, 'path'),
      own(one, 'loc'),
      own(one, 'pointer'),
    ].find((place) => typeof place === 'string' || Array.isArray(place));
    const said = ['message', 'detail', 'msg', 'title', 'description', 'code'].map((name) =>
      ownText(one, name),
    );
    const text = said.find((part) => part !== undefined);
    if (text === undefined) return [];
    const place = Array.isArray(where) ? where.filter((step) => typeof step !== 'object').join('.') : where;
    return [typeof place === 'string' ? `${place}: ${text}` : text];
  });
}

/** `{ "name": ["is too long"] }`, as many frameworks write it. */
function fieldTexts(fields: JsonObject): string[] {
  return Object.entries(fields)
    .slice(0, DETAILS_MAX)
    .flatMap(([name, value]) => {
      const first: unknown = Array.isArray(value) ? value[0] : value;
      return typeof first === 'string' ? [`${name}: ${first}`] : [];
    });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const SECRETS = [
  /\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi,
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /\b(?:sk|pk|rk|lk|whsec|gh[opsu]|github_pat|xox[abp])[_-][\w-]{12,}/g,
  /\b((?:api[_-]?key|access[_-]?token|secret|password)["']?\s*[=:]\s*["']?)[^\s"',;&]{6,}/gi,
];

/** Upstream text as a reader may see it: one line, no invisible characters, no secrets, capped. */
export function safeText(text: string): string {
  let safe = text
    .slice(0, 8_000)
    .replace(/(?![\t\n\r])\p{Cc}|\p{Cf}|\p{Surrogate}/gu, '')
    .replace(/\s+/g, ' ')
    .trim();
  for (const secret of SECRETS) {
    safe = safe.replace(
      secret,
      (_, kept: unknown) => `${typeof kept === 'string' ? `${kept} ` : ''}[secret]`,
    );
  }
  return clip(safe, TEXT_CHARACTERS);
}
