export type HttpFault =
  | 'timeout'
  | 'unknown-host'
  | 'refused'
  | 'certificate'
  | 'private-address'
  | 'not-a-url'
  | 'broken';

export class PrivateAddressError extends Error {
  readonly code = 'PRIVATE_ADDRESS';
  constructor(address: string) {
    super(`${address} is not a public address`);
  }
}

/** What went wrong, from whatever Node, OpenSSL or undici throw. */
export function faultOf(error: unknown, timedOut: boolean): { fault: HttpFault; words: string } {
  if (timedOut) return { fault: 'timeout', words: 'no answer in time' };
  const { code, message } = innermost(error);
  if (code === 'PRIVATE_ADDRESS') return { fault: 'private-address', words: message };
  if (code === 'ERR_INVALID_URL') return { fault: 'not-a-url', words: 'it is no URL' };
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return { fault: 'unknown-host', words: 'DNS has no address for the host' };
  }
  if (code === 'ECONNREFUSED') return { fault: 'refused', words: 'nothing listens there' };
  if (/TIMEOUT|TIMEDOUT/.test(code)) return { fault: 'timeout', words: 'no answer in time' };
  if (/CERT|SELF_SIGNED|ERR_TLS|UNABLE_TO|ERR_SSL|EPROTO/.test(code)) {
    return { fault: 'certificate', words: `TLS: ${message} (${code})` };
  }
  return { fault: 'broken', words: code === '' ? message : `${message} (${code})` };
}

/** The server had closed a connection that was kept open: says nothing of the request. */
export function isClosedConnection(error: unknown): boolean {
  return ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(innermost(error).code);
}

function innermost(error: unknown): { code: string; message: string } {
  let current = error;
  // fetch and happy eyeballs wrap what happened.
  for (let depth = 0; depth < 4; depth += 1) {
    if (current instanceof AggregateError && current.errors.length > 0) current = current.errors[0];
    else if (current instanceof Error && current.cause instanceof Error) current = current.cause;
    else break;
  }
  if (!(current instanceof Error)) return { code: '', message: String(current) };
  return { code: 'code' in current ? String(current.code) : '', message: current.message };
}
