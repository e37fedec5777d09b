import { bodyText } from './body-text.ts';
import { headerOf } from './header.ts';
import { jsonOf } from './exact-json.ts';
import { imageTypeOf } from './image-type.ts';
import { isJsonLinesType } from '../openapi/media-type.ts';
import type { UpstreamResponse } from './types.ts';

/** What came back, by what can be shown of it. */
export type Answer =
  | { readonly kind: 'empty' }
  | { readonly kind: 'image' | 'audio' | 'binary'; readonly mimeType: string }
  | {
      readonly kind: 'text';
      readonly text: string;
      /** Line by line: CSV, NDJSON. */
      readonly isByLine: boolean;
      /** Each line is JSON. */
      readonly hasJsonLines: boolean;
      /** The text as JSON, whatever its type says; undefined if it is none. Parsed when it is first asked for. */
      json(): unknown;
    };

const TEXT = /^application\/(?:.*\+)?(?:xml|yaml|x-yaml|javascript|x-www-form-urlencoded|csv|sql|graphql)$/;

export function answerOf({ headers, body }: UpstreamResponse): Answer {
  if (body.length === 0) return { kind: 'empty' };
  const contentType = headerOf(headers, 'content-type') ?? '';
  const essence = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  if (/^audio\/[\w.+-]+$/.test(essence)) return { kind: 'audio', mimeType: essence };
  if (/^image\/[\w.+-]+$/.test(essence) && essence !== 'image/svg+xml') {
    const seen = imageTypeOf(essence, body);
    return seen === undefined ? { kind: 'binary', mimeType: essence } : { kind: 'image', mimeType: seen };
  }
  const isJson = /^[^/]+\/(?:[^;]*\+)?json$/.test(essence);
  if (!isJson && !isText(essence, body)) {
    return { kind: 'binary', mimeType: /^[\w.+-]{1,60}\/[\w.+-]{1,100}$/.test(essence) ? essence : '' };
  }
  const text = bodyText(body, contentType);
  const hasJsonLines = isJsonLinesType(essence);
  let json: { readonly value: unknown } | undefined;
  return {
    kind: 'text',
    text,
    isByLine: hasJsonLines || /^text\/(?:csv|tab-separated-values)$|^application\/csv$/.test(essence),
    hasJsonLines,
    json() {
      if (hasJsonLines) return undefined;
      json ??= { value: isJson || /^\s*[[{]/.test(text) ? jsonOf(text) : undefined };
      return json.value;
    },
  };
}

function isText(essence: string, body: Buffer): boolean {
  if (essence.startsWith('text/') || TEXT.test(essence) || isJsonLinesType(essence)) return true;
  // Without a type the first bytes decide: text has no NUL.
  return (essence === '' || essence === 'image/svg+xml') && !body.subarray(0, 1_024).includes(0);
}
