import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * Answers 400 where the Host is none that a URL may have (RFC 9112 section 3.2), such as digits beyond an IPv4 address or
 * Punycode that stands for nothing: the framework takes these, and fails when somebody first wants the request as a whole.
 */
export function refusesHost({ headers: { host } }: IncomingMessage, res: ServerResponse): boolean {
  if (host === undefined || URL.canParse(`http://${host}`)) return false;
  res.writeHead(400).end();
  return true;
}
