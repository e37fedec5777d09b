import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { installTarballs } from '../support/installed-tarballs.ts';
import { portalOf } from '../support/portal.ts';
import { openWorld, type World } from '../support/world.ts';

/** For npm, on a busy machine. */
const NPM_MS_MAX = 240_000;

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

test('the doctor runs from its tarball, with one package beside it', { timeout: NPM_MS_MAX }, async () => {
  const installed = await installTarballs('doctor');
  onTestFinished(() => installed.remove());
  const portal = portalOf(world, { slug: 'acme', email: 'owner@acme.test' });
  const { secret } = await portal.createAgent({ name: 'Doctor', role: 'member', access: 'read' });
  const { stdout } = await promisify(execFile)(
    await installed.bin('latchkey-doctor'),
    [`${world.url}/mcp/acme`, '--token', '--json'],
    { env: { PATH: process.env['PATH'], LATCHKEY_DOCTOR_TOKEN: secret } },
  );
  const report: unknown = JSON.parse(stdout);
  expect(report).toMatchObject({ url: `${world.url}/mcp/acme`, signed_in: true, verdict: 'healthy' });
  expect(report).toMatchObject({ counts: { fail: 0, pass: expect.any(Number) } });
  const { checks } = report as { checks: { check: string; state: string }[] };
  expect(checks).toContainEqual(expect.objectContaining({ check: 'D8', state: 'pass' }));
});
