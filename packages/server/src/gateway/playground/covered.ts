import { maskOf, type ResponseHeaders, type SentRequest } from '@latchkey/tools';
import type { CredentialParts } from '../../upstreams/credentials.ts';
import { NOTHING } from '../../upstreams/credentials/parts.ts';
import { isJsonObject } from '../../kernel/json.ts';
import type { Header, PlayedBody } from '../../connectors/played-call.ts';

export const COVERED = '••••••••';

const BODY_CHARACTERS = 16_384;
const HEADERS_MAX = 60;
const HEADER_CHARACTERS = 500;
/** Names of headers whose values are credentials, or as good as one, whoever they are of. */
const SECRET_NAME =
  /^(?:(?:proxy-)?authorization|(?:set-)?cookie2?|(?:www|proxy)-authenticate|(?:proxy-)?authentication-info)$|api-?key|token|secret|password|signature|credential|session/i;

/** Covers what the upstream knows us by, wherever it stands. */
export interface Cover {
  text(text: string): string;
  json<T>(value: T): T;
  url(url: string): string;
  sentHeaders(headers: SentRequest['headers']): Header[];
  receivedHeaders(headers: ResponseHeaders): Header[];
}

/** `known`: all that was put on requests of this call. */
export function createCover(known: readonly CredentialParts[]): Cover {
  const masks = known.flatMap((parts) => maskOf({ ...NOTHING, ...parts, isLasting: true }) ?? []);
  const queries = known.flatMap(({ query }) => query ?? []);
  const names = new Set(known.flatMap(({ headers }) => Object.keys(headers)));
  const text = (plain: string): string => masks.reduce((covered, mask) => mask.text(covered), plain);

  function header(name: string, value: string): Header {
    const isSecret = names.has(name.toLowerCase()) || SECRET_NAME.test(name);
    return [name, isSecret ? withoutSecret(name, value) : text(value).slice(0, HEADER_CHARACTERS)];
  }

  /** Names of fields, and numbers, can repeat a secret as well as texts can. */
  function revive(_: string, value: unknown): unknown {
    if (typeof value === 'string') return text(value);
    if (typeof value === 'number') {
      const digits = String(value);
      const covered = text(digits);
      return covered === digits ? value : covered;
    }
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [text(name), field]));
  }

  return {
    text,
    json(value) {
      if (masks.length === 0 || value === undefined) return value;
      const json = JSON.stringify(value);
      return text(json) === json ? value : (JSON.parse(json, revive) as typeof value);
    },
    url(url) {
      let shown = url;
      for (const query of queries)
        shown = shown.replace(query, `${query.slice(0, query.indexOf('=') + 1)}${COVERED}`);
      return text(shown);
    },
    sentHeaders: (headers) =>
      Object.entries(headers)
        .slice(0, HEADERS_MAX)
        .map(([name, value]) => header(name, value)),
    receivedHeaders: (headers) =>
      Object.entries(headers)
        .flatMap(([name, value]) => [value ?? []].flat().map((one) => header(name, one)))
        .slice(0, HEADERS_MAX),
  };
}

/** The scheme says nothing that is secret. */
function withoutSecret(name: string, value: string): string {
  const scheme = /^authorization$/i.test(name) ? /^[A-Za-z]{1,20}(?= )/.exec(value)?.[0] : undefined;
  return scheme === undefined ? COVERED : `${scheme} ${COVERED}`;
}

const TEXT_TYPE = /json|text\/|xml|x-www-form-urlencoded|yaml|graphql|multipart\/form-data/i;

/** The beginning of a body, if it is text. */
export function shownBody(
  body: Uint8Array | string,
  type: string | undefined,
  cover: Pick<Cover, 'text'>,
): PlayedBody {
  const bytes = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength;
  const isText = typeof body === 'string' || TEXT_TYPE.test(type ?? '');
  if (!isText) return { type, bytes, text: undefined, isCut: false };
  const whole = cover.text(typeof body === 'string' ? body : Buffer.from(body).toString('utf8'));
  const text = whole.slice(0, BODY_CHARACTERS);
  return { type, bytes, text, isCut: text.length < whole.length };
}
