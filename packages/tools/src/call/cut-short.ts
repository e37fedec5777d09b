import { headerOf } from './header.ts';
import type { UpstreamFault, UpstreamResponse } from './types.ts';

const NOTHING = Buffer.alloc(0);

/**
 * What an answer that was given up says all the same: the status and the headers of a refusal whose words are too many,
 * and the events that came of a stream without an end. Undefined: the fault is all there is to say.
 */
export function cutShort(cut: UpstreamFault, response: UpstreamResponse): UpstreamResponse | undefined {
  const { body, headers, status } = response;
  const isTooLarge = cut.code === 'upstream_too_large';
  if (status >= 300) return isTooLarge ? { status, headers, body: NOTHING, cut } : undefined;
  if (!isTooLarge && cut.code !== 'upstream_timeout') return undefined;
  const isPlain = headers['content-encoding'] === undefined;
  if (!isPlain || !/^text\/event-stream\b/i.test(headerOf(headers, 'content-type') ?? '')) return undefined;
  const events = wholeEvents(body);
  return events.length === 0 ? undefined : { status, headers, body: events, cut };
}

/** A stream that ends within an event has not sent it (WHATWG HTML section 9.2.6). */
function wholeEvents(body: Buffer): Buffer {
  const ends = ['\n\n', '\r\n\r\n', '\r\r'].map((end) => {
    const at = body.lastIndexOf(end);
    return at === -1 ? 0 : at + end.length;
  });
  return body.subarray(0, Math.max(...ends));
}
