import { createSender } from '@latchkey/tools';
import { afterEach, expect, test } from 'vitest';
import { monotonicClock } from '../../src/kernel/clock.ts';
import { newId } from '../../src/kernel/ids.ts';
import { ok } from '../../src/kernel/result.ts';
import { createMcpClients } from '../../src/upstreams/client/clients.ts';
import { mcpUpstreamSchema } from '../../src/upstreams/upstream.ts';
import { serveMcp } from './support/mcp-servers.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

test('a server is asked again once the database is back that was away while its session was opened', async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on('unhandledRejection', note);
  closing.push(() => process.off('unhandledRejection', note));
  const served = await serveMcp('sessions', [{ name: 'look' }]);
  const sender = createSender();
  let lookups = 0;
  const clients = createMcpClients({
    clock: monotonicClock,
    credentials: {
      async partsFor() {
        lookups += 1;
        if (lookups === 2) throw new Error('the database is away');
        return ok({ headers: {} });
      },
      refused: async () => false,
    },
    onToolsChanged: () => undefined,
    openChannel: () => {
      throw new Error('it is reached by HTTP');
    },
    sender,
  });
  closing.push(
    () => served.close(),
    () => sender.close(),
    () => clients.close(),
  );
  const upstream = mcpUpstreamSchema.parse({ transport: 'streamable-http', url: served.url });
  const server = { id: newId('con'), orgId: null, slug: 'served', baseUrl: served.url, upstream };
  await expect(clients.listTools(server, undefined)).rejects.toThrow('the database is away');
  expect(await clients.listTools(server, undefined)).toMatchObject({ ok: true });
  expect(unhandled).toEqual([]);
});
