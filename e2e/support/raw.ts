import { refresh, rpc } from '../../packages/server/test/support/oauth-client.ts';

/** One tools/call at the MCP door by hand: what the libraries do not show is the answer's status and headers. */
export function callByHand(
  url: string,
  credential: Record<string, string>,
  name: string,
  args: Record<string, unknown> = {},
): Promise<Response> {
  return rpc(url, credential, 'tools/call', { name, arguments: args });
}

export const refreshByHand = refresh;
