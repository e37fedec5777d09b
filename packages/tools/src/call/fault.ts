import type { UpstreamFault, UpstreamFaultCode } from './types.ts';

const MESSAGES: Readonly<Record<UpstreamFaultCode, string>> = {
  upstream_timeout: 'The API did not answer in time.',
  upstream_unreachable: 'The API could not be reached.',
  upstream_reset: 'The API ended the connection before its answer was complete.',
  upstream_too_large: 'The answer of the API is larger than what is accepted.',
  upstream_aborted: 'The call was cancelled.',
};

export function faultOf(code: UpstreamFaultCode): UpstreamFault {
  return { code, message: MESSAGES[code] };
}

/** It says how much there may be: nobody can mend what they are not told. */
export function tooLarge(bytesMax: number): UpstreamFault {
  const megabytes = bytesMax / 1024 / 1024;
  const most = Number.isInteger(megabytes) ? `${megabytes} MB` : `${bytesMax} bytes`;
  return { code: 'upstream_too_large', message: `The answer of the API is larger than ${most}.` };
}

/** Names no host, address or library: the message may be shown. */
export function faultFrom(thrown: unknown): UpstreamFault {
  const code = codeOf(thrown) ?? '';
  if (code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT') return faultOf('upstream_timeout');
  // A parser error does not always have a code.
  const garbled = thrown instanceof Error && thrown.name === 'HTTPParserError';
  const broken =
    garbled ||
    code === 'ECONNRESET' ||
    code === 'EPIPE' ||
    code.startsWith('HPE_') ||
    /^UND_ERR_(?:SOCKET|HEADERS_OVERFLOW|RES_|REQ_CONTENT)/.test(code);
  return faultOf(broken ? 'upstream_reset' : 'upstream_unreachable');
}

function codeOf(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('code' in thrown)) return undefined;
  return typeof thrown.code === 'string' ? thrown.code : undefined;
}
