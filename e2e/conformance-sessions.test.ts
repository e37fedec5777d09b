import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEverythingServer } from './fixtures/everything-server/start.ts';
import { needsNewerNode, runSuite } from './support/conformance.ts';
import { EVERYTHING_COMMAND } from './support/everything-command.ts';
import { startKeyProxy } from './support/key-proxy.ts';
import { portalOf } from './support/portal.ts';
import { openWorld, type World } from './support/world.ts';

let world: World;
let upstream: Awaited<ReturnType<typeof startEverythingServer>>;
let proxy: Awaited<ReturnType<typeof startKeyProxy>>;
let results: string;
beforeAll(async () => {
  upstream = await startEverythingServer();
  world = await openWorld();
  await world.publishMcp('acme', { slug: 'command', url: upstream.url, upstream: EVERYTHING_COMMAND });
  const portal = portalOf(world, { slug: 'acme', email: 'owner@acme.test' });
  const key = await portal.createAgent({ name: 'Suite', role: 'member', access: 'full' });
  proxy = await startKeyProxy(world.url, key.secret);
  results = await mkdtemp(join(tmpdir(), 'latchkey-conformance-sessions-'));
});
afterAll(async () => {
  await proxy.close();
  await world.close();
  await upstream.close();
  await rm(results, { recursive: true, force: true });
});

test(
  'a server that speaks over stdio passes all that the official suite scores for 2025-11-25 in our sessions',
  { timeout: 300_000 },
  async (context) => {
    const { checks, output, status } = await runSuite(
      needsNewerNode(context),
      ['server', '--url', `${proxy.url}/mcp/acme/c/command`, '--requirements', '2025-11-25'],
      results,
    );
    const failing = Array.from(output.matchAll(/^✗ (\S+): /gm), ([, name = '']) => name);
    const warnings = checks.filter((check) => check.status === 'WARNING');
    expect({ status, failing, warnings }).toEqual({ status: 0, failing: [], warnings: [] });
    expect(output.match(/^=== Running scenario: /gm)).toHaveLength(33);
    // One less than over HTTP, where the server can end its own stream and is seen to be asked again. It is not scored.
    expect(Number(/^Total: (\d+) passed/m.exec(output)?.[1])).toBeGreaterThanOrEqual(83);
  },
);
