import type { IncomingHttpHeaders } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEverythingServer } from './fixtures/everything-server/start.ts';
import { needsNewerNode, runSuite } from './support/conformance.ts';
import { startKeyProxy } from './support/key-proxy.ts';
import { portalOf } from './support/portal.ts';
import { openWorld, type World } from './support/world.ts';

let world: World;
let upstream: Awaited<ReturnType<typeof startEverythingServer>>;
let proxy: Awaited<ReturnType<typeof startKeyProxy>>;
let key: { secret: string };
let results: string;
let seen: IncomingHttpHeaders[];
beforeAll(async () => {
  seen = [];
  upstream = await startEverythingServer({ onRequest: ({ headers }) => seen.push(headers) });
  world = await openWorld();
  await world.publishMcp('acme', { slug: 'everything', url: upstream.url });
  const portal = portalOf(world, { slug: 'acme', email: 'owner@acme.test' });
  key = await portal.createAgent({ name: 'Suite', role: 'member', access: 'full' });
  proxy = await startKeyProxy(world.url, key.secret);
  results = await mkdtemp(join(tmpdir(), 'latchkey-conformance-relay-'));
});
afterAll(async () => {
  await proxy.close();
  await world.close();
  await upstream.close();
  await rm(results, { recursive: true, force: true });
});

// An extension that the suite runs and does not score, and the server does not have.
const NOT_THE_SERVERS = /^tasks-/;

// The same as when the suite is run at the server itself: conformance-fixture.test.ts.
test.for([
  ['2025-11-25', { scenarios: 33, checks: 84 }],
  ['2026-07-28', { scenarios: 50, checks: 163 }],
] as const)(
  'a server that passes all that the official suite scores for %s passes it behind the relay',
  { timeout: 240_000 },
  async ([revision, least], context) => {
    seen.length = 0;
    const { checks, output, status } = await runSuite(
      needsNewerNode(context),
      ['server', '--url', `${proxy.url}/mcp/acme/c/everything`, '--requirements', revision],
      join(results, revision),
    );
    const failing = Array.from(output.matchAll(/^✗ (\S+): /gm), ([, name = '']) => name);
    const warnings = checks.filter((check) => check.status === 'WARNING');
    expect({ status, failing: failing.filter((name) => !NOT_THE_SERVERS.test(name)), warnings }).toEqual({
      status: 0,
      failing: [],
      warnings: [],
    });
    expect(output.match(/^=== Running scenario: /gm)).toHaveLength(least.scenarios);
    expect(Number(/^Total: (\d+) passed/m.exec(output)?.[1])).toBeGreaterThanOrEqual(least.checks);

    // What the caller is known by has not left the gateway.
    expect(seen.length).toBeGreaterThan(least.scenarios);
    expect(seen.filter((headers) => headers.authorization !== undefined)).toEqual([]);
    expect(seen.filter((headers) => headers['x-api-key'] !== undefined)).toEqual([]);
    expect(JSON.stringify(seen)).not.toContain(key.secret);
  },
);
