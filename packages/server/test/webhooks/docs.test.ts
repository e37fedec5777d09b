import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WEBHOOK_FAMILIES } from '../../src/kernel/webhook-families.ts';
import { makeKey, openWebhooks, type OpenedWebhooks } from './open-webhooks.ts';

const PAGE = new URL('../../../../docs/webhooks.md', import.meta.url);

type IsFromLatchkey = (headers: object, body: string, secret: string, nowSeconds?: number) => boolean;

let opened: OpenedWebhooks;
let directory: string;
let isFromLatchkey: IsFromLatchkey;
beforeAll(async () => {
  opened = await openWebhooks();
  directory = await mkdtemp(join(tmpdir(), 'latchkey-sample-'));
  const [, sample = ''] = /```js\n([\s\S]*?)```/.exec(await readFile(PAGE, 'utf8')) ?? [];
  const file = join(directory, 'sample.mjs');
  await writeFile(file, sample);
  ({ isFromLatchkey } = (await import(pathToFileURL(file).href)) as { isFromLatchkey: IsFromLatchkey });
});
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
  await opened.close();
});

test('the lines in the documentation believe what Latchkey sends, with either of two secrets, and nothing else', async () => {
  const owned = await opened.ownedBy();
  const rotated = await owned.owner.post(`${owned.hook}/rotate-secret`);
  await makeKey(owned.owner, owned.slug);
  await opened.deliver();
  const [received] = owned.at.received;
  if (received === undefined) throw new Error('nothing came');
  const { body, headers } = received;
  const now = Number(headers['webhook-timestamp']);
  for (const secret of [owned.secret, String(rotated.body?.['secret'])]) {
    expect(isFromLatchkey(headers, body, secret)).toBe(true);
    expect(isFromLatchkey(headers, `${body} `, secret)).toBe(false);
    expect(isFromLatchkey({ ...headers, 'webhook-id': 'evt_other' }, body, secret)).toBe(false);
    expect(isFromLatchkey({ ...headers, 'webhook-timestamp': `${now + 1}` }, body, secret)).toBe(false);
    expect(isFromLatchkey({ ...headers, 'webhook-signature': 'v1,AAAA' }, body, secret)).toBe(false);
    expect(isFromLatchkey({}, body, secret)).toBe(false);
    // What somebody saw, and sends again later.
    expect(isFromLatchkey(headers, body, secret, now + 301)).toBe(false);
  }
  expect(isFromLatchkey(headers, body, 'whsec_c29tZWJvZHkgZWxzZQ==')).toBe(false);
});

test('the documentation names the types of each kind', async () => {
  const page = await readFile(PAGE, 'utf8');
  for (const noun of Object.values(WEBHOOK_FAMILIES).flat()) expect(page).toContain(`\`${noun}.*\``);
});
