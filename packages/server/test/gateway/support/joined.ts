import { mcpUpstreamSchema, type McpUpstream } from '../../../src/upstreams/upstream.ts';
import {
  serveMcp,
  type ServedKind,
  type ServedMcp,
  type ServedTool,
} from '../../upstreams/support/mcp-servers.ts';
import { startHarness, type Harness, type HarnessOptions } from './harness.ts';
import { call, modern, toolCall } from './messages.ts';

export type Caller = ReturnType<Harness['caller']>;

export interface ShownResult {
  content: Record<string, unknown>[];
  structuredContent?: Record<string, unknown>;
  isError?: boolean;
  [more: string]: unknown;
}

/** A gateway before MCP servers that stand together with the harness's API, and what callers see of them. */
export async function startJoined(options: HarnessOptions = {}) {
  const harness = await startHarness({ ...options, mcp: { ...options.mcp } });
  const servers: ServedMcp[] = [];

  async function publish(slug: string, upstream: McpUpstream, org: string | null = 'acme') {
    const orgId = org === null ? null : harness.orgId(org);
    const published = await harness.publishMcp({ orgId, slug, name: slug, upstream });
    if (!published.ok) throw new Error(published.error.message);
    return published.value.connectorId;
  }

  return {
    ...harness,
    publish,
    /** Publishes it; whether anybody asks it for its tools is another matter. */
    async serve(slug: string, kind: ServedKind, tools: ServedTool[], org: string | null = 'acme') {
      const served = await serveMcp(kind, tools);
      servers.push(served);
      const connectorId = await publish(slug, upstreamOf(kind, served.url), org);
      return Object.assign(served, { connectorId });
    },

    async toolsFor(caller: Caller, revision = '2025-06-18') {
      const headers = { ...caller.bearer, 'mcp-protocol-version': revision };
      const { json } = await harness.rpc(call('tools/list'), { headers });
      return json.result.tools as { name: string; [field: string]: unknown }[];
    },
    async namesFor(caller: Caller): Promise<string[]> {
      const headers = { ...caller.bearer, 'mcp-protocol-version': '2025-06-18' };
      const { json } = await harness.rpc(call('tools/list'), { headers });
      return json.result.tools.map(({ name }: { name: string }) => name).sort();
    },
    async callAs(
      caller: Caller,
      name: string,
      args: object = {},
      revision = '2025-06-18',
    ): Promise<ShownResult> {
      const headers = { ...caller.bearer, 'mcp-protocol-version': revision };
      const { json, text } = await harness.rpc(toolCall(name, args), { headers });
      if (json?.result === undefined) throw new Error(text);
      return json.result;
    },
    /** In the revision that has rounds. */
    async callInRounds(
      caller: Caller,
      name: string,
      params: object = {},
      capabilities: object = {},
    ): Promise<ShownResult> {
      const { headers, message } = modern(
        'tools/call',
        { name, arguments: {}, ...params },
        { 'io.modelcontextprotocol/clientCapabilities': capabilities },
      );
      const { json, text } = await harness.rpc(message, { headers: { ...caller.bearer, ...headers } });
      if (json?.result === undefined) throw new Error(text);
      return json.result;
    },
    async close() {
      await harness.close();
      for (const served of servers) await served.close();
    },
  };
}

export type Joined = Awaited<ReturnType<typeof startJoined>>;

export function upstreamOf(kind: ServedKind, url: string): McpUpstream {
  return mcpUpstreamSchema.parse({ transport: kind === 'sse' ? 'sse' : 'streamable-http', url });
}

/** The diagnostics of a result that is none. */
export function faultIn(result: ShownResult): Record<string, unknown> {
  if (result.isError !== true) throw new Error(`it went well: ${JSON.stringify(result)}`);
  return JSON.parse(String(result.content[0]?.['text'])) as Record<string, unknown>;
}
