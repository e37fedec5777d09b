import type { ResponseHeaders, UpstreamFault } from '@latchkey/tools';
import type { ChannelFault } from './channel.ts';
import { faultOf } from './fault.ts';

/** Why an answer of an MCP server's that is no success is none. A redirect would take the credential elsewhere. */
export function faultOfAnswer({
  headers,
  status,
}: {
  status: number;
  headers: ResponseHeaders;
}): ChannelFault {
  if (status === 401) return faultOf('upstream_unauthorized', { status });
  if (status === 429 || status === 503) {
    const retryAfterSeconds = secondsOf(headers['retry-after']);
    return faultOf('upstream_busy', {
      status,
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    });
  }
  if (status === 502 || status === 504) return faultOf('upstream_unreachable', { status });
  const message =
    status >= 300 && status < 400
      ? 'The MCP server redirects, which is not followed.'
      : `The MCP server answers with status ${status}.`;
  return faultOf('upstream_invalid', { message, status });
}

/** The text of a fault of the sender speaks of APIs. */
export function faultOfSender({ code, notSent }: UpstreamFault): ChannelFault {
  const fault = faultOf(code === 'upstream_aborted' ? 'upstream_reset' : code);
  return notSent === true ? { ...fault, notSent } : fault;
}

export function isEventStream(headers: ResponseHeaders): boolean {
  const { 'content-encoding': encoding, 'content-type': type } = headers;
  const isPlain = encoding === undefined || encoding === 'identity';
  return isPlain && typeof type === 'string' && /^text\/event-stream\s*(?:;|$)/i.test(type);
}

const RETRY_SECONDS_MAX = 3_600;

function secondsOf(retryAfter: string | string[] | undefined): number | undefined {
  if (typeof retryAfter !== 'string' || !/^\d{1,9}$/.test(retryAfter)) return undefined;
  return Math.min(Number(retryAfter), RETRY_SECONDS_MAX);
}
