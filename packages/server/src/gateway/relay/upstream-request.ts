import type { IncomingHttpHeaders } from 'node:http';
import { withQuery, type StreamInput } from '@latchkey/tools';
import type { CredentialParts } from '../../upstreams/credentials.ts';
import { modernClaim } from './headers-match.ts';
import type { Passage } from './passage.ts';

const BOTH = 'application/json, text/event-stream';
/** What repeats the body of a modern request. A server of 2025 knows none of it. */
const OF_MODERN = /^mcp-(?:method|name|param-.+)$/;
/** What only a session has. */
const OF_SESSIONS = /^(?:mcp-session-id|last-event-id)$/;
const MCP_HEADER = /^mcp-[a-z0-9!#$%&'*+.^`|~-]+$/;

/** What the server gets: what the client said of MCP, our credential, and nothing else of the client's. */
export function upstreamRequest(
  { exchange, post }: Passage,
  { parts, sessionId, url }: { parts: CredentialParts; sessionId: string | undefined; url: string },
): Pick<StreamInput, 'baseUrl' | 'request'> {
  const { method = 'GET', headers } = exchange.req;
  const { origin, pathname, search } = new URL(url);
  const isModern = speaksModern(post);
  return {
    baseUrl: origin,
    request: {
      method,
      path: withQuery(pathname + search, parts),
      headers: {
        ...mcpHeaders(headers, isModern),
        ...(sessionId === undefined || isModern ? {} : { 'mcp-session-id': sessionId }),
        // SDK servers answer 406 to a client that lists less, whatever they would have said.
        accept: method === 'GET' ? 'text/event-stream' : BOTH,
        // One that we name: a charset in it would have the server read other letters than we judged.
        ...(post === undefined ? {} : { 'content-type': 'application/json' }),
        'accept-encoding': 'identity',
        'user-agent': 'latchkey',
        'x-request-id': exchange.requestId,
        ...parts.headers,
      },
      ...(post === undefined ? {} : { body: post.bytes }),
    },
  };
}

/** A request that speaks for itself, which was held against its headers. Those of 2026-07-28 come one by one. */
export function speaksModern(post: Passage['post']): boolean {
  const [only] = post?.messages ?? [];
  return post?.isBatch === false && only !== undefined && modernClaim(only.message) !== undefined;
}

function mcpHeaders(headers: IncomingHttpHeaders, isModern: boolean): Record<string, string> {
  const sent: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value !== 'string' || name === 'mcp-session-id') continue;
    if (name !== 'last-event-id' && !MCP_HEADER.test(name)) continue;
    if (isModern ? OF_SESSIONS.test(name) : OF_MODERN.test(name)) continue;
    sent[name] = value;
  }
  return sent;
}
