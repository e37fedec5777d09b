import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { needsNewerNode, runSuite } from './support/conformance.ts';
import { startKeyProxy } from './support/key-proxy.ts';
import { portalOf } from './support/portal.ts';
import { openWorld, type World } from './support/world.ts';

let world: World;
let proxy: Awaited<ReturnType<typeof startKeyProxy>>;
let results: string;
beforeAll(async () => {
  world = await openWorld();
  const portal = portalOf(world, { slug: 'acme', email: 'owner@acme.test' });
  const key = await portal.createAgent({ name: 'Suite', role: 'member', access: 'full' });
  proxy = await startKeyProxy(world.url, key.secret);
  results = await mkdtemp(join(tmpdir(), 'latchkey-conformance-'));
});
afterAll(async () => {
  await proxy.close();
  await world.close();
  await rm(results, { recursive: true, force: true });
});

// Passes without a tool, a resource or a prompt of the suite's own.
const BOTH = [
  'completion-complete',
  'tools-list',
  'resources-list',
  'prompts-list',
  'dns-rebinding-protection',
];
const GENERIC = {
  '2025-11-25': [...BOTH, 'server-initialize', 'ping', 'logging-set-level'],
  '2026-07-28': [
    ...BOTH,
    'caching',
    'http-header-validation',
    'sep-2164-resource-not-found',
    'server-sse-multiple-streams',
    'input-required-result-unsupported-methods',
    'input-required-result-ignore-extra-params',
    'input-required-result-validate-input',
  ],
};

test.for([
  ['2025-11-25', { scenarios: 33, checks: 41 }],
  ['2026-07-28', { scenarios: 50, checks: 114 }],
] as const)(
  'of what the official conformance suite requires for %s, only what needs its own fixture fails',
  { timeout: 180_000 },
  async ([revision, least], context) => {
    const expected = fileURLToPath(new URL(`conformance/${revision}.yaml`, import.meta.url));
    const { output, status } = await runSuite(
      needsNewerNode(context),
      `server --url ${proxy.url}/mcp/acme --requirements ${revision} --expected-failures`
        .split(' ')
        .concat(expected),
      join(results, revision),
    );
    expect({
      status,
      told: /(?:Unexpected failures|Stale)[^]*/i.exec(output)?.[0],
    }).toEqual({
      status: 0,
    });
    expect(output.match(/^=== Running scenario: /gm)).toHaveLength(least.scenarios);
    expect(Number(/^Total: (\d+) passed/m.exec(output)?.[1])).toBeGreaterThanOrEqual(least.checks);
    const passed = Array.from(output.matchAll(/^✓ (\S+): [1-9]\d* passed/gm), ([, name]) => name);
    expect(passed).toEqual(expect.arrayContaining(GENERIC[revision]));
  },
);
