import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openImports, shop, type ImportView, type OpenedImports } from './open-imports.ts';

let opened: OpenedImports;
beforeAll(async () => {
  opened = await openImports();
  opened.internet.on('https://api.test/v1/orders', (request, response) => {
    response
      .writeHead(request.headers.authorization === `Bearer ${TOKEN}` ? 200 : 401)
      .end('what the upstream says');
  });
});
afterAll(() => opened.close());

const TOKEN = 'a-token-that-nobody-is-shown';

type Admin = Awaited<ReturnType<OpenedImports['admin']>>;

async function withToken(admin: Admin, view: ImportView, token = TOKEN): Promise<ImportView> {
  const answer = await admin.put(`/imports/${view.id}/credential`, {
    revision: view.revision,
    credential: { kind: 'bearer', token },
  });
  expect(answer.status).toBe(200);
  return admin.settled(view.id);
}

async function dump(): Promise<string> {
  const { store } = opened.portal;
  const tables = ['imports', 'connector_credentials', 'connector_versions', 'connectors', 'audit_events'];
  const parts = await Promise.all(
    tables.map(async (table) => JSON.stringify((await store.pool.query(`select * from ${table}`)).rows)),
  );
  return parts.join('\n');
}

describe('a credential', () => {
  test('is tried before anything is published, kept sealed, and said to nobody', async () => {
    const admin = await opened.admin();
    const view = await admin.uploaded(shop());
    const without = await admin.post(`/imports/${view.id}/test`, { operation: 'GET /orders' });
    expect(without.body).toMatchObject({ ok: false, status: 401 });
    const given = await withToken(admin, view);
    expect(given['credential']).toEqual({
      kind: 'bearer',
      origin: 'https://api.test',
      label: null,
      has_secret: true,
    });
    const tested = await admin.post(`/imports/${view.id}/test`, { operation: 'GET /orders' });
    expect(tested.body).toMatchObject({ ok: true, status: 200 });
    expect(tested.text).not.toContain('what the upstream says');
    const published = await admin.publish(given);
    expect(published.status).toBe(200);
    const connector = await admin.get('/connectors/shop');
    expect(connector.body).toMatchObject({ credential: { kind: 'bearer', has_secret: true } });
    const live = await admin.post('/connectors/shop/test', { operation: 'GET /orders' });
    expect(live.body).toMatchObject({ ok: true, status: 200 });
    const shown = [without, tested, published, connector, live, await admin.get(`/imports/${view.id}`)];
    for (const { text } of shown) expect(text).not.toContain(TOKEN);
    expect(await dump()).not.toContain(TOKEN);
    expect(await admin.actions('connector.credential_set')).toHaveLength(1);
  });

  test.each(['POST /orders', 'GET /orders/{id}', 'DELETE /orders', 'GET /nowhere'])(
    'is not tried by calling %s',
    async (operation) => {
      const admin = await opened.admin();
      const view = await admin.uploaded(shop());
      const answer = await admin.post(`/imports/${view.id}/test`, { operation });
      expect([400, 404]).toContain(answer.status);
    },
  );

  test('is for one origin: another address needs it again, and does not get the old one', async () => {
    const admin = await opened.admin();
    await admin.publish(await withToken(admin, await admin.uploaded(shop())));
    const next = await admin.uploaded(shop(), '?connector=shop');
    expect(next).toMatchObject({ credential: null, blockers: [] });
    const elsewhere = await admin.changed(next, { base_url: 'https://docs.test' });
    expect(elsewhere.blockers).toMatchObject([{ code: 'credential_elsewhere' }]);
    let heard: string | undefined = 'nothing came';
    opened.internet.on('https://docs.test/orders', (request, response) => {
      heard = request.headers.authorization;
      response.writeHead(200).end();
    });
    const tested = await admin.post(`/imports/${elsewhere.id}/test`, { operation: 'GET /orders' });
    expect([tested.body?.['ok'], heard]).toEqual([false, 'nothing came']);
    expect((await admin.publish(elsewhere)).body).toMatchObject({ reason: 'blocked' });
  });

  test('is not for whoever moves the import to another address before it is published', async () => {
    const admin = await opened.admin();
    const given = await withToken(admin, await admin.uploaded(shop()));
    const near = await admin.changed(given, { base_url: 'https://api.test/v2' });
    expect(near).toMatchObject({ credential: { kind: 'bearer' } });
    const elsewhere = await admin.changed(near, { base_url: 'https://docs.test/v3' });
    expect(elsewhere).toMatchObject({ credential: null });
    let heard: string | undefined = 'nothing came';
    opened.internet.on('https://docs.test/v3/orders', (request, response) => {
      heard = request.headers.authorization;
      response.writeHead(200).end();
    });
    await admin.post(`/imports/${elsewhere.id}/test`, { operation: 'GET /orders' });
    expect(heard).not.toContain(TOKEN);
  });

  test('that is none is refused by its field, and not repeated', async () => {
    const admin = await opened.admin();
    const view = await admin.uploaded(shop());
    const answer = await admin.put(`/imports/${view.id}/credential`, {
      revision: view.revision,
      credential: { kind: 'bearer', token: 'with a space' },
    });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('credential.token');
    expect(answer.text).not.toContain('with a space');
  });

  test('of people’s own accounts reaches the public internet alone', async () => {
    const admin = await opened.admin();
    const view = await admin.uploaded(shop());
    const answer = await admin.put(`/imports/${view.id}/credential`, {
      revision: view.revision,
      credential: { kind: 'oauth', issuer: 'https://inside.test' },
    });
    expect(answer.status).toBe(200);
    await admin.publish(await admin.settled(view.id));
    const connector = await opened.portal.store.connectors.findVisible(admin.orgId, 'shop');
    const held = connector && (await opened.portal.upstreams.vault.find(connector.id));
    expect(held?.credential).toMatchObject({ kind: 'oauth', reach: 'public' });
  });
});

describe('an MCP server', () => {
  const TOOLS = [
    { name: 'look', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } },
    { name: 'change', inputSchema: { type: 'object' } },
  ];

  /** A server of 2025-06-18 that wants to know who asks. */
  function answer(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.headers.authorization !== `Bearer ${TOKEN}`) return void response.writeHead(401).end();
      if (request.method !== 'POST') return void response.writeHead(405).end();
      const { id, method } = JSON.parse(Buffer.concat(chunks).toString()) as { id?: number; method: string };
      if (id === undefined) return void response.writeHead(202).end();
      const result: Record<string, object> = {
        initialize: {
          protocolVersion: '2025-06-18',
          capabilities: { tools: {} },
          serverInfo: { name: 'Wiki', version: '1' },
        },
        'tools/list': { tools: TOOLS },
      };
      const known = result[method];
      const body =
        known === undefined
          ? { jsonrpc: '2.0', id, error: { code: -32_601, message: 'no such method' } }
          : { jsonrpc: '2.0', id, result: known };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  }

  test('is asked for its tools as soon as it has its credential, and published with those that were ticked', async () => {
    const admin = await opened.admin();
    opened.internet.on('https://mcp.test/mcp', answer);
    const made = await admin.post('/imports', { source: { kind: 'mcp', url: 'https://mcp.test/mcp' } });
    expect(made.status).toBe(201);
    const refused = await admin.settled(String(made.body?.['id']));
    expect(refused).toMatchObject({ state: 'rejected', rejection: { code: 'mcp_unauthorized' } });
    const ready = await withToken(admin, refused);
    expect(ready).toMatchObject({
      state: 'ready',
      settings: { base_url: null },
      report: { tools: { read: 1, full: 1 } },
    });
    const decided = await admin.changed(ready, { slug: 'wiki', name: 'Wiki' });
    const published = await admin.publish(decided, { ticked: [] });
    expect(published.body).toEqual({ connector: 'wiki', version: 1, waiting: ['change'] });
    expect((await admin.get('/connectors/wiki')).body).toMatchObject({
      kind: 'mcp',
      credential: { kind: 'bearer' },
      source: { kind: 'mcp', url: 'https://mcp.test/mcp' },
    });
    const rolled = await admin.post('/connectors/wiki/roll-back', { to: 1, base_version: 1 });
    expect(rolled.status).toBe(400);
    expect(await dump()).not.toContain(TOKEN);
  });

  test('that is a program, or in our own network, is not to be had here', async () => {
    const admin = await opened.admin();
    const program = await admin.post('/imports', { source: { kind: 'mcp', transport: 'stdio', url: 'x' } });
    expect(program.status).toBe(400);
    opened.internet.addresses.set('inside-mcp.test', ['127.0.0.1']);
    const before = opened.internet.dialled.length;
    for (const url of ['https://inside-mcp.test/mcp', 'http://127.0.0.1:1/mcp']) {
      const made = await admin.post('/imports', { source: { kind: 'mcp', url } });
      const view = await admin.settled(String(made.body?.['id']));
      expect(view).toMatchObject({ state: 'rejected', rejection: { code: 'mcp_upstream_unreachable' } });
    }
    expect(opened.internet.dialled.length).toBe(before);
  });
});
