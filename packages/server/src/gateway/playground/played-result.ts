import type { ToolResult } from '@latchkey/tools';
import type { BoundTool } from '../../connectors/tool-set.ts';
import type { Access } from '../../kernel/access.ts';
import { isJsonObject } from '../../kernel/json.ts';
import { createCover, shownBody, type Cover } from './covered.ts';
import type {
  PlayedError,
  PlayedResult,
  PlayedStep,
  PlayedUpstream,
  RestCall,
} from '../../connectors/played-call.ts';
import type { Seen } from './watched.ts';

const REST_BODY_CHARACTERS = 65_536;

/** What came of a call, as somebody may see it who may make it: no credential stands in it, whoever put it there. */
export function playedResult({
  access,
  mcpBaseUrl,
  result,
  seen,
  seesAddresses,
  timing,
  tool,
  limits,
}: {
  access: Access;
  mcpBaseUrl: string;
  result: ToolResult;
  seen: Seen;
  /** Where APIs stand is for admins. */
  seesAddresses: boolean;
  timing: { readonly steps: readonly PlayedStep[]; readonly totalMs: number };
  tool: BoundTool | undefined;
  limits: PlayedResult['limits'];
}): PlayedResult {
  const cover = createCover(seen.credentials);
  return {
    kind: 'result',
    tool,
    access,
    content: cover.json(result.content),
    structured: cover.json(result.structuredContent),
    file: seen.file,
    error: result.isError === true ? errorOf(cover.json(result)) : undefined,
    faults: cover.json(seen.faults),
    upstream: upstreamOf(seen, tool, cover, seesAddresses),
    ...timing,
    limits,
    rest: restOf(seen, tool, mcpBaseUrl, cover),
  };
}

/** Our own diagnostics have a code; a failure that an MCP server tells of has none. */
function errorOf({ structuredContent: said }: ToolResult): PlayedError {
  const { code, connect_url, hint, message, rate_limit, retry_after_seconds, status } = said ?? {};
  if (typeof code !== 'string' || typeof message !== 'string' || typeof status !== 'number')
    return { status: 200, code: 'tool_error', message: 'The tool answered that it failed.' };
  return {
    status,
    code,
    message,
    hint: typeof hint === 'string' ? hint : undefined,
    retryAfterSeconds: typeof retry_after_seconds === 'number' ? retry_after_seconds : undefined,
    connectUrl: typeof connect_url === 'string' ? connect_url : undefined,
    rateLimit: isJsonObject(rate_limit) ? rate_limit : undefined,
  };
}

function upstreamOf(
  { answer, message, sent, times }: Seen,
  tool: BoundTool | undefined,
  cover: Cover,
  seesAddresses: boolean,
): PlayedUpstream | undefined {
  if (sent !== undefined) {
    const url = cover.url(sent.url);
    const type = Object.entries(sent.headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1];
    return {
      kind: 'http',
      method: sent.method,
      url: seesAddresses ? url : withoutOrigin(url),
      headers: cover.sentHeaders(sent.headers),
      body: sent.body === undefined ? undefined : shownBody(sent.body, type, cover),
      times,
      answer: answer && { status: answer.status, headers: cover.receivedHeaders(answer.headers) },
    };
  }
  if (message === undefined || tool?.kind !== 'mcp') return undefined;
  const { upstream } = tool.target;
  const json = JSON.stringify({ jsonrpc: '2.0', id: 1, ...message }, undefined, 2);
  return {
    kind: 'mcp',
    transport: upstream.transport,
    url: seesAddresses && upstream.transport !== 'stdio' ? cover.url(upstream.url) : undefined,
    message: shownBody(json, 'application/json', cover),
  };
}

function withoutOrigin(url: string): string {
  return url.replace(/^[a-z]+:\/\/[^/?#]*/i, '');
}

/** What the arguments make of the operation, at our own door: nothing of it was a credential yet. */
function restOf(
  { prepared }: Seen,
  tool: BoundTool | undefined,
  mcpBaseUrl: string,
  cover: Cover,
): RestCall | undefined {
  if (prepared === undefined || tool?.kind !== 'api') return undefined;
  const { body, headers, method, path } = prepared;
  const isShort = typeof body === 'string' && body.length <= REST_BODY_CHARACTERS;
  return {
    method,
    url: cover.text(`${mcpBaseUrl}/api/${tool.target.slug}${path}`),
    headers: Object.entries(headers).map(([name, value]) => [name, cover.text(value)]),
    body: isShort ? cover.text(body) : undefined,
    isBodyLeftOut: body !== undefined && !isShort,
  };
}
