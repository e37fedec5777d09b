import type { CredentialParts } from './credential-parts.ts';
import type { ResponseHeaders, UpstreamResponse } from './types.ts';

const CHARACTERS_MIN = 6;
const STAR = '*'.charCodeAt(0);

/** Covers a credential where an upstream sends it back. What covers it is as long as it was: lengths stay true. */
export interface Mask {
  text(text: string): string;
  bytes(bytes: Buffer): Buffer;
  /** For a body that comes in pieces: what can be passed on of all that came, and what is left at its end. */
  stream(): { push(chunk: Buffer): Buffer; end(): Buffer };
}

/** The same one each time, for parts that are the same at each call. Undefined: there is nothing to cover. */
export function maskOf(parts: CredentialParts): Mask | undefined {
  if (parts.isLasting !== true) return undefined;
  const known = masks.get(parts);
  if (known !== undefined) return known;
  const mask = createMask(parts);
  masks.set(parts, mask);
  return mask;
}

const masks = new WeakMap<CredentialParts, Mask>();

/** Against upstreams that repeat what they were sent: in error pages, in echoes, in links to the next page. */
function createMask(parts: CredentialParts): Mask {
  const secrets = [...new Set(secretsOf(parts))].filter(({ length }) => length >= CHARACTERS_MIN);
  const needles = secrets.map((secret) => Buffer.from(secret, 'utf8'));

  function bytes(whole: Buffer): Buffer {
    let masked = whole;
    for (const needle of needles) {
      for (let at = masked.indexOf(needle); at >= 0; at = masked.indexOf(needle, at + needle.length)) {
        // Whose memory it is, is not known.
        if (masked === whole) masked = Buffer.from(whole);
        masked.fill(STAR, at, at + needle.length);
      }
    }
    return masked;
  }

  return {
    text(text) {
      let masked = text;
      for (const secret of secrets) masked = masked.replaceAll(secret, '*'.repeat(secret.length));
      return masked;
    },
    bytes,
    stream() {
      let held: Buffer = Buffer.alloc(0);
      return {
        push(chunk) {
          const whole = bytes(held.length === 0 ? chunk : Buffer.concat([held, chunk]));
          const keep = Math.max(0, ...needles.map((needle) => begun(whole, needle)));
          held = whole.subarray(whole.length - keep);
          return whole.subarray(0, whole.length - keep);
        },
        end: () => held,
      };
    },
  };
}

export function maskedResponse(response: UpstreamResponse, mask: Mask | undefined): UpstreamResponse {
  if (mask === undefined) return response;
  const { body, cut, headers, status } = response;
  return { status, headers: maskedHeaders(headers, mask), body: mask.bytes(body), cut };
}

/** Links to a next page repeat the query that we were known by. */
export function maskedHeaders(headers: ResponseHeaders, mask: Mask): ResponseHeaders {
  const covered = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.map(mask.text) : value && mask.text(value),
  ]);
  return Object.fromEntries(covered) as ResponseHeaders;
}

/** How many bytes at the end of `whole` are the beginning of `needle`. */
function begun(whole: Buffer, needle: Buffer): number {
  const [first = 0] = needle;
  const from = Math.max(0, whole.length - needle.length + 1);
  for (let at = whole.indexOf(first, from); at >= 0; at = whole.indexOf(first, at + 1)) {
    const length = whole.length - at;
    if (whole.compare(needle, 0, length, at) === 0) return length;
  }
  return 0;
}

/** As it was sent, and as somebody who took it apart would say it. */
function secretsOf({ headers, query }: CredentialParts): string[] {
  const values = Object.entries(headers).flatMap(([name, value]) => {
    const credential = name === 'authorization' ? value.slice(value.indexOf(' ') + 1) : value;
    const isBasic = name === 'authorization' && /^basic /i.test(value);
    const pair = isBasic ? Buffer.from(credential, 'base64').toString('utf8') : '';
    return [credential, ...(isBasic ? [pair, pair.slice(pair.indexOf(':') + 1)] : [])];
  });
  if (query === undefined) return values.flatMap(spellings);
  const encoded = query.slice(query.indexOf('=') + 1);
  return [...values, decodeURIComponent(encoded), encoded].flatMap(spellings);
}

/** JSON escapes some characters, and some servers escape the slash too. */
function spellings(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  return [secret, json, json.replaceAll('/', '\\/'), encodeURIComponent(secret)];
}
