// The service that is soaked: the built command as a process of its own, with its own limits, on a PostgreSQL of its own.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileCatalogue } from '@latchkey/tools';
import { importConnector } from '../../packages/server/src/connectors/import-connector.ts';
import { DEMO_PASSWORD } from '../../packages/server/src/demo/demo-data.ts';
import { newId } from '../../packages/server/src/kernel/ids.ts';
import type { StartedLatchkey } from '../../packages/server/src/start.ts';
import { freePort } from '../../packages/server/test/support/free-port.ts';
import { startDatabase } from '../chaos/database.ts';
import { furnish, type ToFurnish } from '../chaos/furnish.ts';
import { createNode } from '../chaos/node.ts';

const SECRET = 'one secret for the whole soak, 32 characters';
/** Each may make so many calls a minute that together they stay below the limits at any rate that one node can serve. */
const ORGANISATIONS = 60;
const KEYS_EACH = 10;
export const OWNER = 'owner@soak-0.test';

const DOCUMENT = JSON.stringify({
  openapi: '3.1.0',
  info: { title: 'Steady', version: '1' },
  paths: {
    '/things': {
      get: { operationId: 'read', summary: 'Read', responses: { 200: { description: 'done' } } },
      post: { operationId: 'change', summary: 'Change', responses: { 200: { description: 'done' } } },
    },
  },
});
const ANSWER = JSON.stringify({ said: 'done', filler: 'x'.repeat(450) });

export async function startService() {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-soak-'));
  // Where root runs it, the database's own account passes through here.
  await chmod(folder, 0o755);
  const database = await startDatabase(join(folder, 'database'));
  const upstream = createServer((req, res) => {
    req.resume();
    res.writeHead(200, { 'content-type': 'application/json' }).end(ANSWER);
  });
  upstream.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const { port: upstreamPort } = upstream.address() as AddressInfo;
  const port = await freePort();
  const inspectPort = await freePort();
  const url = `http://localhost:${port}`;
  const keys = await seed({
    databaseUrl: database.url,
    folder,
    url,
    upstreamUrl: `http://127.0.0.1:${upstreamPort}`,
  });
  const node = await createNode({
    name: 'soaked',
    folder,
    port,
    environment: {
      PUBLIC_MCP_BASE_URL: url,
      LATCHKEY_SECRET: SECRET,
      LATCHKEY_DATA_DIR: join(folder, 'data'),
      DATABASE_URL: database.url,
      LOG_LEVEL: 'warn',
    },
  });
  await node.start({}, [`--inspect=127.0.0.1:${inspectPort}`]);
  return {
    url,
    keys,
    database,
    inspectPort,
    pid: node.pid(),
    async close(): Promise<void> {
      await node.stop();
      upstream.close();
      upstream.closeAllConnections();
      await database.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function seed({
  upstreamUrl,
  ...place
}: Omit<ToFurnish, 'secret'> & { readonly upstreamUrl: string }): Promise<string[]> {
  return furnish({ ...place, secret: SECRET }, async (latchkey) => {
    const keys: string[] = [];
    for (let count = 0; count < ORGANISATIONS; count += 1)
      keys.push(...(await newOrganisation(latchkey, `soak-${count}`)));
    const imported = await importConnector(latchkey.store, {
      orgId: null,
      slug: 'steady',
      name: 'Steady',
      baseUrl: upstreamUrl,
      document: DOCUMENT,
      compile: compileCatalogue,
    });
    if (!imported.ok) throw new Error(imported.error.message);
    return keys;
  });
}

async function newOrganisation(
  { keys, people }: StartedLatchkey['latchkey'],
  slug: string,
): Promise<string[]> {
  const owner = await people.createUser({ email: `owner@${slug}.test`, name: slug, password: DEMO_PASSWORD });
  if (!owner.ok) throw new Error(owner.error.reason);
  const { userId } = owner.value;
  const made = await people.createOrganisation({ slug, name: slug, tokenMode: 'token', ownerId: userId });
  if (!made.ok) throw new Error(made.error.reason);
  const { orgId } = made.value;
  return Promise.all(
    Array.from({ length: KEYS_EACH }, async (_, index) => {
      const { secret } = await keys.create({
        orgId,
        holder: { userId },
        name: `Key ${index}`,
        access: 'full',
        expiresInDays: undefined,
        createdBy: userId,
        requestId: newId('req'),
      });
      return secret;
    }),
  );
}
