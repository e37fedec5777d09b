import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applyDeclared } from '../src/declared.ts';
import { startDemo, type RunningDemo } from './support/app.ts';
import { connect, rpc } from './support/oauth-client.ts';

// Latchkey asked about itself, by a real client over its own MCP door.
const HOUR_MS = 3_600_000;
/** It begins a day ago, with a member who connects. */
let aheadMs = -24 * HOUR_MS;
let demo: RunningDemo;
let folder: string;
const clients: Client[] = [];

beforeAll(async () => {
  demo = await startDemo({ clock: { nowMs: () => Date.now() + aheadMs } });
  await connect(demo.url, { email: 'member@acme.test', access: 'read', path: '/mcp/acme' });
  aheadMs = 0;
  folder = await mkdtemp(join(tmpdir(), 'latchkey-own-'));
  const path = join(folder, 'latchkey.yaml');
  await writeFile(path, 'connectors:\n  - { kind: latchkey, slug: latchkey, name: Latchkey }\n');
  const applied = await applyDeclared(path, { ...demo.latchkey, say: () => {} });
  if (!applied.ok) throw new Error(applied.error);
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await demo.close();
  await rm(folder, { recursive: true, force: true });
});

async function asking(email: string, access: 'read' | 'full', organisation = 'acme') {
  const path = `/mcp/${organisation}/c/latchkey`;
  const connection = await connect(demo.url, { email, access, path });
  const client = new Client({ name: 'test', version: '1' });
  const headers = { authorization: `Bearer ${connection.tokens.access_token}` };
  await client.connect(
    new StreamableHTTPClientTransport(new URL(demo.url + path), { requestInit: { headers } }),
  );
  clients.push(client);
  return {
    headers,
    person: connection.person,
    names: async () => (await client.listTools()).tools.map(({ name }) => name),
    async call(name: string, args: Record<string, unknown> = {}) {
      const { content, isError } = await client.callTool({ name, arguments: args });
      const [first] = content;
      const text = first?.type === 'text' ? first.text : '';
      return {
        isError: isError === true,
        answer: JSON.parse(text) as Record<string, never> & { items: Record<string, unknown>[] },
      };
    },
  };
}

function dashboard(person: Awaited<ReturnType<typeof asking>>['person'], path: string, body: object) {
  return fetch(`${demo.url}/portal/v1/organisations/acme${path}`, {
    method: 'POST',
    headers: { cookie: person.cookieHeader(), origin: demo.url, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

describe('an owner who asks', () => {
  test('“list my keys” is told of them, without a secret', async () => {
    const owner = await asking('owner@acme.test', 'read');
    const made = await dashboard(owner.person, '/keys', {
      name: 'Nightly export',
      access: 'read',
      expires_in_days: 7,
    });
    expect(made.status).toBe(201);
    const { secret } = (await made.json()) as { secret: string };
    const { answer, isError } = await owner.call('list_keys');
    expect(isError).toBe(false);
    expect(answer.items).toContainEqual(
      expect.objectContaining({ name: 'Nightly export', holder: 'owner@acme.test', status: 'active' }),
    );
    expect(JSON.stringify(answer)).not.toContain(secret);
  });

  test('“who connected yesterday?” is told who did, and not who did today', async () => {
    const owner = await asking('owner@acme.test', 'read');
    const at = (hoursAgo: number) => new Date(Date.now() - hoursAgo * HOUR_MS).toISOString();
    const asked = { action: 'grant.*', from: at(36), to: at(12) };
    const { answer } = await owner.call('list_audit_events', asked);
    const names = answer.items.map((event) => JSON.stringify(event));
    expect(names.length).toBeGreaterThan(0);
    for (const event of names) expect(event).toContain('member@acme.test');
    const now = await owner.call('list_audit_events', { ...asked, from: at(12), to: at(-1) });
    expect(JSON.stringify(now.answer)).toContain('owner@acme.test');
  });
});

test('a member is told of own keys alone, and of no agent', async () => {
  const member = await asking('member@acme.test', 'full');
  const { answer } = await member.call('list_keys');
  expect(answer.items.filter(({ holder }) => holder !== 'member@acme.test')).toEqual([]);
  const refused = await member.call('list_agents');
  expect([refused.isError, refused.answer['code']]).toEqual([true, 'upstream_forbidden']);
});

test('no argument leads to another organisation', async () => {
  const globex = await asking('owner@globex.test', 'full', 'globex');
  expect((await globex.call('get_organisation')).answer).toMatchObject({ slug: 'globex' });
  const named = await globex.call('get_organisation', { org: 'acme' });
  expect([named.isError, named.answer['code']]).toEqual([true, 'invalid_arguments']);
  const { answer } = await globex.call('list_members');
  expect(answer.items.map(({ email }) => email)).toEqual(['owner@acme.test', 'owner@globex.test']);
});

describe('an agent that a connection could suspend', () => {
  async function agent(owner: Awaited<ReturnType<typeof asking>>, name: string): Promise<string> {
    const made = await dashboard(owner.person, '/agents', { name, role: 'viewer' });
    return ((await made.json()) as { id: string }).id;
  }

  test('is out of reach of read-only access: the tool is not listed, and a call of it is refused', async () => {
    const owner = await asking('owner@acme.test', 'read');
    const id = await agent(owner, 'Untouched');
    expect(await owner.names()).not.toContain('suspend_agent');
    const response = await rpc(`${demo.url}/mcp/acme/c/latchkey`, owner.headers, 'tools/call', {
      name: 'suspend_agent',
      arguments: { agent: id },
    });
    expect(await response.text()).not.toContain('"suspended"');
    const { answer } = await owner.call('list_agents');
    expect(answer.items).toContainEqual(expect.objectContaining({ id, status: 'active' }));
  });

  test('is suspended with full access, and the audit log leads from the call to what was done', async () => {
    const owner = await asking('owner@acme.test', 'full');
    const id = await agent(owner, 'Runaway');
    const { answer } = await owner.call('suspend_agent', { agent: id });
    expect(answer).toEqual({ id, status: 'suspended' });
    const find = async (action: string) =>
      (
        await demo.latchkey.store.pool.query<{
          request_id: string;
          key_id: string | null;
          detail: Record<string, unknown> | null;
          target: string;
        }>(
          `select request_id, key_id, target, detail from audit_events where action = $1 order by at desc limit 1`,
          [action],
        )
      ).rows[0];
    const act = await find('agent.suspended');
    expect(act?.target).toBe(id);
    await expect.poll(async () => (await find('management.call'))?.request_id).toBe(act?.request_id);
    const managed = await find('management.call');
    const called = await demo.latchkey.store.pool.query(
      `select target, key_id from audit_events where action = 'tool.call' and request_id = $1`,
      [managed?.detail?.['call']],
    );
    expect(called.rows[0]).toMatchObject({ target: 'suspend_agent', key_id: expect.stringMatching(/^key_/) });
  });
});

test('what gives access, or is for good, is no tool', async () => {
  const owner = await asking('owner@acme.test', 'full');
  const names = await owner.names();
  expect(
    names.filter((name) => /^(?:create|set|add|approve|trust|resume|delete|remove|sign|invite)_/.test(name)),
  ).toEqual([]);
});

test('what the tools’ caller has opens nothing at the web host itself', async () => {
  const owner = await asking('owner@acme.test', 'full');
  const direct = await fetch(`${demo.url}/portal/v1/organisations/acme/keys`, { headers: owner.headers });
  expect(direct.status).toBe(401);
  expect((await owner.call('list_keys')).isError).toBe(false);
});
