import type { ChannelFault } from './channel.ts';

const MESSAGES: Readonly<Record<ChannelFault['code'], string>> = {
  upstream_unreachable: 'The MCP server could not be reached.',
  upstream_timeout: 'The MCP server did not answer in time.',
  upstream_reset: 'The MCP server ended the connection.',
  upstream_invalid: 'The MCP server said something that is no MCP message.',
  upstream_too_large: 'The MCP server sent a message that is larger than what is accepted.',
  upstream_unauthorized: 'The MCP server does not accept the credential that it was given.',
  upstream_busy: 'The MCP server cannot be used at this moment. Try again later.',
};

/** Names no host, no program and nothing that the server said: the message may be shown. */
export function faultOf(
  code: ChannelFault['code'],
  more: { message?: string; status?: number; retryAfterSeconds?: number } = {},
): ChannelFault {
  return { code, message: MESSAGES[code], ...more };
}
