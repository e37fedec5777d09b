import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { applyDeclared } from '../src/declared.ts';
import { newId } from '../src/kernel/ids.ts';
import { startDemo, type RunningDemo } from './support/app.ts';
import { serveMcp, type ServedMcp } from './upstreams/support/mcp-servers.ts';

// MCP servers from LATCHKEY_CONFIG to a call, in the whole service.

let demo: RunningDemo;
let served: ServedMcp;
let folder: string;
let headers: Record<string, string>;
beforeAll(async () => {
  demo = await startDemo();
  served = await serveMcp('sessions', [{ name: 'look', annotations: { readOnlyHint: true } }]);
  folder = await mkdtemp(join(tmpdir(), 'latchkey-declared-'));
  const { keys, store } = demo.latchkey;
  const acme = await store.people.findOrganisationBySlug('acme');
  if (acme === undefined) throw new Error('There is no organisation.');
  const [member] = await store.people.listMembers(acme.id);
  if (member === undefined) throw new Error('There is no member.');
  const { secret } = await keys.create({
    orgId: acme.id,
    holder: { userId: member.userId },
    name: 'By hand',
    access: 'full',
    expiresInDays: undefined,
    createdBy: member.userId,
    requestId: newId('req'),
  });
  headers = {
    authorization: `Bearer ${secret}`,
    'content-type': 'application/json',
    'mcp-protocol-version': '2025-06-18',
  };
});
afterAll(async () => {
  await demo.close();
  await served.close();
  await rm(folder, { recursive: true, force: true });
});

async function declare(connectors: object[], variables = {}): Promise<void> {
  const path = join(folder, 'latchkey.yaml');
  await writeFile(path, stringify({ connectors }));
  const applied = await applyDeclared(path, { ...demo.latchkey, say: () => {}, variables });
  if (!applied.ok) throw new Error(applied.error);
}

async function ask(method: string, params: object = {}) {
  const response = await fetch(`${demo.url}/mcp/acme`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const { result } = (await response.json()) as { result: Record<string, unknown> };
  return result;
}

const names = async () => ((await ask('tools/list'))['tools'] as { name: string }[]).map(({ name }) => name);

test('what a file declares is started, asked and called, each with the secret that is its own, and what is down is waited for by nobody', async () => {
  const program = `
    process.stdin.setEncoding('utf8').on('data', (text) => {
      for (const line of text.split('\\n').filter(Boolean)) {
        const { id, method } = JSON.parse(line);
        const say = (result) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result }) + '\\n');
        if (method === 'initialize') say({ protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'x', version: '1' } });
        if (method === 'tools/list') say({ tools: [{ name: 'token', inputSchema: { type: 'object' } }] });
        if (method === 'tools/call') say({ content: [{ type: 'text', text: 'It has ' + process.env.TOKEN.length + ' characters.' }] });
      }
    });`;
  await declare(
    [
      {
        slug: 'command',
        name: 'Command',
        mcp: {
          transport: 'stdio',
          command: process.execPath,
          args: ['-e', program],
          env: { TOKEN: { env: 'GIVEN' } },
        },
      },
      {
        slug: 'guarded',
        name: 'Guarded',
        mcp: { transport: 'streamable-http', url: served.url },
        credential: { kind: 'bearer', token: { env: 'BEARER' } },
      },
      { slug: 'down', name: 'Down', mcp: { transport: 'streamable-http', url: 'http://127.0.0.1:9/mcp' } },
      { slug: 'nowhere', name: 'Nowhere', mcp: { transport: 'stdio', command: '/no/such/program' } },
    ],
    { GIVEN: 'seventeen letters', BEARER: 'a-token-of-ours' },
  );
  expect(await names()).toEqual(expect.arrayContaining(['get_credit_balance', 'look', 'token']));
  expect(await ask('tools/call', { name: 'token' })).toEqual({
    content: [{ type: 'text', text: 'It has 17 characters.' }],
  });
  expect((await ask('tools/call', { name: 'look' }))['isError']).toBeUndefined();
  for (const { headers: sent } of served.requests) expect(sent.authorization).toBe('Bearer a-token-of-ours');
});

test('a server that is declared at another address has the tools that it has there', async () => {
  const other = await serveMcp('modern', [{ name: 'elsewhere', annotations: { readOnlyHint: true } }]);
  try {
    await declare([
      {
        slug: 'guarded',
        name: 'Guarded',
        mcp: { transport: 'streamable-http', url: other.url },
        credential: { kind: 'none' },
      },
    ]);
    await expect.poll(names).toContain('elsewhere');
    expect(await names()).not.toContain('look');
  } finally {
    await other.close();
  }
});
