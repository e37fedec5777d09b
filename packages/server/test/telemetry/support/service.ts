import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileCatalogue } from '@latchkey/tools';
import type { Config } from '../../../src/config.ts';
import { importConnector } from '../../../src/connectors/import-connector.ts';
import { createLog } from '../../../src/kernel/log.ts';
import { startLatchkey } from '../../../src/start.ts';
import type { WorkerPlace } from '../../../src/workers/worker-place.ts';
import { startUpstream, UPSTREAM_DOCUMENT } from '../../gateway/support/upstream.ts';
import { createTestDatabase } from '../../support/database.ts';

/** The whole service before a real upstream, with its log in memory, as the configuration says. */
export async function startService(config: Partial<Config> = {}, { worker }: { worker?: WorkerPlace } = {}) {
  const database = await createTestDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-telemetry-'));
  const upstream = await startUpstream();
  const lines: string[] = [];
  const logLevel = config.logLevel ?? 'info';
  const started = await startLatchkey(
    {
      port: 0,
      host: '127.0.0.1',
      mcpBaseUrl: undefined,
      webBaseUrl: undefined,
      handoffSecret: undefined,
      databaseUrl: database.url,
      dataDir: folder,
      secret: undefined,
      connectorPaths: [],
      configFile: undefined,
      logLevel,
      ...config,
    },
    {
      environment: 'test',
      say: () => {},
      ...(worker === undefined ? {} : { worker }),
      log: createLog(logLevel, { write: (line) => void lines.push(line) }),
    },
  );
  if (!started.ok) throw new Error(started.error.message);
  const { close, latchkey, metricsPort, port } = started.value;
  const { people, store } = latchkey;
  const organisation = await people.createOrganisation({ slug: 'acme', name: 'Acme', tokenMode: 'token' });
  const user = await people.createUser({ email: 'owner@acme.test', name: 'Olivia', password: PASSWORD });
  if (!organisation.ok || !user.ok) throw new Error('the service could not be furnished');
  const { orgId } = organisation.value;
  const { userId } = user.value;
  await store.people.addMember(orgId, userId, 'owner');
  const imported = await importConnector(store, {
    orgId: null,
    slug: 'items',
    name: 'Items',
    baseUrl: upstream.baseUrl,
    document: UPSTREAM_DOCUMENT,
    compile: compileCatalogue,
  });
  if (!imported.ok) throw new Error(imported.error.message);

  async function keyWith(access: 'read' | 'full', callsPerMinute?: number): Promise<string> {
    const { secret } = await latchkey.keys.create({
      orgId,
      holder: { userId },
      name: 'Test',
      access,
      expiresInDays: undefined,
      callsPerMinute,
      createdBy: userId,
      requestId: 'req_test' as never,
    });
    return secret;
  }

  const url = `http://127.0.0.1:${port}`;
  return {
    latchkey,
    url,
    /** Where the metrics are, if they have an address of their own. */
    metricsUrl: `http://127.0.0.1:${metricsPort}`,
    databaseUrl: database.url,
    orgId,
    upstream,
    lines,
    keyWith,
    keys: { read: await keyWith('read'), full: await keyWith('full') },

    call(name: string, args: object, key: string, headers: Record<string, string> = {}): Promise<Response> {
      return fetch(`${url}/mcp/acme`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'mcp-protocol-version': '2025-11-25',
          authorization: `Bearer ${key}`,
          ...headers,
        },
        body: JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'tools/call',
          params: { name, arguments: args },
        }),
      });
    },

    /** The samples of a scrape: `name{labels}` to value. */
    async samples(): Promise<Map<string, number>> {
      const text = await (await fetch(`${url}/metrics`)).text();
      return readSamples(text);
    },

    async close(): Promise<void> {
      await close();
      await upstream.close();
      await database.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export type Service = Awaited<ReturnType<typeof startService>>;

export const PASSWORD = 'correct horse battery staple';

export function readSamples(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const space = line.lastIndexOf(' ');
    samples.set(line.slice(0, space), Number(line.slice(space + 1)));
  }
  return samples;
}
