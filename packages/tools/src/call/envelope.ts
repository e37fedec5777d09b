import { isObject, own, ownText } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { clip } from '../openapi/text.ts';
import { bodyText } from './body-text.ts';
import { redacted } from './redact.ts';
import { xmlErrorText } from './xml-error.ts';

const TEXT_CHARACTERS = 700;
const DETAILS_MAX = 5;
const READ_BYTES = 256 * 1024;

/** What an API says about its refusal, as one line of plain text; empty if it says nothing that we understand. */
export function errorText(body: Buffer, contentType: string): string {
  const text = bodyText(body.subarray(0, READ_BYTES), contentType);
  const start = text.trimStart();
  const isPage = /html/i.test(contentType) || /^(?:<!doctype html|<html)\b/i.test(start);
  if (!isPage && (/[/+]xml\b/i.test(contentType) || start.startsWith('<?xml')))
    return safeText(xmlErrorText(text));
  if (isPage || start.startsWith('<')) return pageText(text);
  if (start.startsWith('{') || start.startsWith('[')) {
    const value = parsed(text);
    if (isObject(value)) return safeText(envelopeText(value));
    if (Array.isArray(value)) return safeText(detailTexts(value).join('; '));
    if (value === undefined && body.length > READ_BYTES) return '';
  }
  return safeText(text);
}

/** A page is for people with a browser: it is named, not shown. */
function pageText(text: string): string {
  const title = /<title[^>]{0,200}>([^<]{1,300})/i.exec(text)?.[1];
  return title === undefined ? 'a web page' : `a web page titled “${clip(safeText(title), 120)}”`;
}

const MESSAGES = [
  'message',
  'detail',
  'error_description',
  'description',
  'title',
  'msg',
  'Message',
  'errorMessage',
  'error_message',
  'faultstring',
  'reason',
];

function envelopeText(value: JsonObject): string {
  const error = own(value, 'error') ?? own(value, 'fault');
  const inner = isObject(error) ? error : value;
  const message = MESSAGES.map((name) => ownText(inner, name)).find((one) => one !== undefined && one !== '');
  const field = isObject(error) ? ownText(error, 'param') : undefined;
  const lists = [
    own(value, 'errorMessages'),
    own(inner, 'errors'),
    own(inner, 'details'),
    own(inner, 'detail'),
    own(inner, 'invalid-params'),
    own(inner, 'invalid_params'),
    own(value, 'errors'),
  ];
  const details = [...new Set(lists)].flatMap((list) =>
    Array.isArray(list) ? detailTexts(list) : isObject(list) ? fieldTexts(list) : [],
  );
  const code = codeOf(value, inner);
  const head = [
    code === undefined ? '' : `(${code})`,
    field === undefined || message === undefined ? (message ?? '') : `${field}: ${message}`,
  ]
    .filter((part) => part !== '')
    .join(' ');
  const rest = details.slice(0, DETAILS_MAX).join('; ');
  return [head, rest].filter((part) => part !== '').join(': ');
}

/** A word; what is a number repeats the status, and an address says nothing here. */
function codeOf(value: JsonObject, inner: JsonObject): string | undefined {
  const error = own(value, 'error');
  const detail = own(inner, 'detail');
  const candidates = [
    own(inner, 'code'),
    inner === value ? undefined : own(inner, 'status'),
    own(inner, 'type'),
    error,
    isObject(detail) ? own(detail, 'errorcode') : undefined,
  ];
  return candidates.find(
    (one): one is string =>
      typeof one === 'string' && one !== '' && !one.startsWith('http') && one !== 'about:blank',
  );
}

function detailTexts(list: readonly unknown[]): string[] {
  return list.slice(0, DETAILS_MAX).flatMap((one) => {
    if (typeof one === 'string') return [one];
    if (!isObject(one)) return [];
    const source = own(one, 'source');
    const where = [
      own(one, 'field'),
      own(one, 'param'),
      own(one, 'path'),
      own(one, 'loc'),
      own(one, 'pointer'),
      isObject(source) ? (own(source, 'pointer') ?? own(source, 'parameter')) : undefined,
      own(one, 'name'),
    ].find((place) => typeof place === 'string' || Array.isArray(place));
    const said = ['message', 'detail', 'msg', 'reason', 'title', 'description', 'code'].map((name) =>
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
  return Object.entries(fields).flatMap(([name, value]) => {
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

/** Upstream text as a reader may see it: one line, no invisible characters, no secrets, capped. */
export function safeText(text: string): string {
  // Before lines are joined: a cookie ends with its line.
  const safe = redacted(text.slice(0, 8_000))
    .replace(/(?![\t\n\r])\p{Cc}|\p{Cf}|\p{Surrogate}/gu, '')
    .replace(/\s+/g, ' ')
    .trim();
  return clip(safe, TEXT_CHARACTERS);
}
