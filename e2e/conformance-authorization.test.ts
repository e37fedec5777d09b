import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEMO_PASSWORD } from '../packages/server/src/demo/demo-data.ts';
import { createPerson } from '../packages/server/src/demo/person.ts';
import { startDemo, type RunningDemo } from '../packages/server/test/support/app.ts';
import { register } from '../packages/server/test/support/oauth-client.ts';
import { needsNewerNode, runSuite } from './support/conformance.ts';
import { freePort } from '../packages/server/test/support/free-port.ts';

let demo: RunningDemo;
let results: string;
beforeAll(async () => {
  demo = await startDemo();
  results = await mkdtemp(join(tmpdir(), 'latchkey-conformance-'));
});
afterAll(async () => {
  await demo.close();
  await rm(results, { recursive: true, force: true });
});

/** The suite waits for a person at a browser. */
async function approve(authorizeUrl: string): Promise<void> {
  const person = createPerson({ origins: [demo.url] });
  const { callback } = await person.decide(authorizeUrl, {
    email: 'owner@acme.test',
    password: DEMO_PASSWORD,
    access: 'read',
    organisation: 'acme',
  });
  await fetch(callback);
}

test('the official conformance suite passes every check of its authorization mode, without a warning', async (context) => {
  const node = needsNewerNode(context);
  const port = await freePort();
  const { client_id: clientId } = await register(demo.url, {
    redirect_uris: [`http://127.0.0.1:${port}/callback`],
  });
  let approved: Promise<unknown> | undefined;
  const { checks, status } = await runSuite(
    node,
    ['authorization', '--url', demo.url, '--client-id', clientId, '-p', String(port)],
    results,
    (output) => {
      const url = /http\S+\/authorize\?\S+/.exec(output)?.[0];
      if (url === undefined || approved !== undefined) return;
      approved = approve(url);
    },
  );
  await approved;
  expect(checks.length).toBeGreaterThanOrEqual(3);
  expect(checks.filter((check) => !['SUCCESS', 'INFO'].includes(check.status))).toEqual([]);
  expect(status).toBe(0);
}, 120_000);
