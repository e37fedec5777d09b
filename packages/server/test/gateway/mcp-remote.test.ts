import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startHarness, type Harness } from './support/harness.ts';

let harness: Harness;
let home: string;

beforeAll(async () => {
  harness = await startHarness();
  home = await mkdtemp(join(tmpdir(), 'mcp-remote-'));
});
afterAll(async () => {
  await harness.close();
  await rm(home, { recursive: true, force: true });
});

const PROXY = join(
  dirname(createRequire(import.meta.url).resolve('mcp-remote/package.json')),
  'dist/proxy.js',
);

test.each(['legacy', 'auto'])(
  'mcp-remote, with an agent’s key and --protocol %s, lists and calls at /mcp/acme/sse',
  async (protocol) => {
    const { secret } = harness.caller();
    const client = new Client({ name: 'test', version: '1' });
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [
        PROXY,
        `${harness.url}/mcp/acme/sse`,
        '--allow-http',
        '--header',
        `X-API-Key:${secret}`,
        '--protocol',
        protocol,
      ],
      // Its tokens go to a place of their own, and no browser is ever opened.
      env: {
        HOME: home,
        MCP_REMOTE_CONFIG_DIR: home,
        PATH: dirname(process.execPath),
        BROWSER: '/bin/false',
      },
      stderr: 'pipe',
    });
    await client.connect(transport);
    try {
      const { tools } = await client.listTools();
      expect(tools.map(({ name }) => name)).toContain('create_item');
      const result = await client.callTool({ name: 'get_credits', arguments: {} });
      expect(result['content']).toEqual([{ type: 'text', text: '{"ok":true}' }]);
      expect(harness.upstream.received.at(-1)?.headers.authorization).toContain('assertion.acme.full.');
    } finally {
      await client.close();
    }
  },
);
