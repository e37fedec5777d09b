import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLatchkey, type StartedLatchkey } from '../src/start.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { freePort } from './support/free-port.ts';
import { rpc } from './support/oauth-client.ts';

// Gateway and web on two origins, with nothing in common but a database and two secrets.
let database: TestDatabase;
let folder: string;
let mcp: string;
let web: string;
const said: string[] = [];
const running: StartedLatchkey[] = [];
let latchkey: StartedLatchkey['latchkey'];

beforeAll(async () => {
  const [atGateway, atWeb] = [await freePort(), await freePort()];
  database = await createTestDatabase();
  folder = await mkdtemp(join(tmpdir(), 'latchkey-own-hosts-'));
  const configFile = join(folder, 'latchkey.json');
  const organisations = [{ slug: 'initech', name: 'Initech' }];
  const connectors = [{ kind: 'latchkey', slug: 'latchkey', name: 'Latchkey', organisation: 'initech' }];
  await writeFile(configFile, JSON.stringify({ organisations, connectors }));
  mcp = `http://localhost:${atGateway}`;
  web = `http://127.0.0.1:${atWeb}`;
  for (const [only, port] of [
    ['gateway', atGateway],
    ['web', atWeb],
  ] as const) {
    const started = await startLatchkey(
      {
        port,
        host: '127.0.0.1',
        mcpBaseUrl: mcp,
        webBaseUrl: web,
        handoffSecret: 'a handoff secret of 32 characters',
        databaseUrl: database.url,
        dataDir: folder,
        secret: 'one secret for both hosts, 32 characters',
        connectorPaths: [],
        trustedProxies: [],
        sharedEgress: [],
        configFile,
        variables: {},
        logLevel: 'silent',
      },
      { environment: 'test', only, say: (line) => said.push(`${only}: ${line}`) },
    );
    if (!started.ok) throw new Error(started.error.message);
    running.push(started.value);
    latchkey = started.value.latchkey;
  }
});
afterAll(async () => {
  for (const one of running.toReversed()) await one.close();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

test('the web host publishes it, and the gateway leaves it to the web host', () => {
  expect(said.filter((line) => line.includes('Latchkey itself'))).toEqual([
    'gateway: Connector latchkey: Latchkey itself, which the web host publishes',
    expect.stringMatching(/^web: Connector latchkey: Latchkey itself, tools: \d\d$/),
  ]);
});

test('a key that calls a tool at the gateway is answered by the web host', async () => {
  const { keys, people, store } = latchkey;
  const organisation = await store.people.findOrganisationBySlug('initech');
  if (organisation === undefined) throw new Error('there is no organisation');
  const orgId = organisation.id;
  const made = await people.createUser({
    email: 'a@initech.test',
    name: 'A',
    password: 'a long enough password',
  });
  if (!made.ok) throw new Error(made.error.reason);
  const { userId } = made.value;
  await store.people.addMember(orgId, userId, 'owner');
  const { secret } = await keys.create({
    orgId,
    holder: { userId },
    name: 'Here and there',
    access: 'read',
    expiresInDays: 7,
    createdBy: userId,
    requestId: 'req_test' as never,
  });
  const call = { name: 'list_keys', arguments: {} };
  const response = await rpc(`${mcp}/mcp/initech`, { 'x-api-key': secret }, 'tools/call', call);
  const body = await response.text();
  expect(body).toContain('Here and there');
  expect(body).not.toContain(secret);
  const direct = await fetch(`${web}/portal/v1/organisations/-/keys`, { headers: { 'x-api-key': secret } });
  expect(direct.status).toBe(200);
});
