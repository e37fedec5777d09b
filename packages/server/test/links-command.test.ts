import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDemo, type RunningDemo } from './support/app.ts';
import { startCommand } from './support/latchkey-command.ts';

// The command runs in a process of its own, beside the service: they share the database and nothing else.
let demo: RunningDemo;
let folder: string;
beforeAll(async () => {
  demo = await startDemo();
  folder = await mkdtemp(join(tmpdir(), 'latchkey-links-'));
});
afterAll(async () => {
  await demo.close();
  await rm(folder, { recursive: true, force: true });
});

async function run(args: string[], change: Record<string, string> = {}) {
  const environment = {
    DATABASE_URL: demo.databaseUrl,
    LATCHKEY_DATA_DIR: join(folder, 'data'),
    PUBLIC_MCP_BASE_URL: demo.url,
    LOG_LEVEL: 'silent',
    ...change,
  };
  const command = startCommand(args, { cwd: folder, environment });
  return { code: await command.exit, out: command.out(), err: command.err() };
}

test('the operator prints a link to choose another password, for an owner too, which works beside a running service', async () => {
  const made = await run(['reset-password', 'OWNER@acme.test']);
  expect(made.code).toBe(0);
  expect(made.out).toMatch(new RegExp(`^${demo.url}/reset/[A-Za-z0-9_-]{43}\n$`));
  expect(made.err).toContain('no mail is sent');
  const page = await fetch(made.out.trim());
  expect(page.status).toBe(200);
  expect(await page.text()).toContain('owner@acme.test');
});

test('the operator turns off the second step of who lost their app, if that is asked for', async () => {
  const { store } = demo.latchkey;
  const userId = await store.people.findUserByEmail('viewer@acme.test');
  if (userId === undefined) throw new Error('no demo');
  await store.secondFactors.begin(userId, 'sealed');
  await store.secondFactors.confirm(userId, 'sealed', 1, new Date());
  expect((await run(['reset-password', 'viewer@acme.test'])).code).toBe(0);
  expect(await store.secondFactors.isOn(userId)).toBe(true);
  expect((await run(['reset-password', 'viewer@acme.test', '--two-factor'])).code).toBe(0);
  expect(await store.secondFactors.isOn(userId)).toBe(false);
  const { rows } = await store.pool.query<{ actor_kind: string }>(
    `select actor_kind from audit_events where action = 'member.two_factor_reset' and target = $1`,
    [userId],
  );
  expect(rows).toEqual([{ actor_kind: 'operator' }]);
});

test('the operator prints an invitation that says so', async () => {
  const made = await run(['invite', 'acme', 'new@acme.test', '--role', 'owner']);
  expect(made.code).toBe(0);
  expect(made.out).toMatch(new RegExp(`^${demo.url}/invite/[A-Za-z0-9_-]{43}\n$`));
  const page = await (await fetch(made.out.trim())).text();
  expect(page).toContain('Whoever runs this Latchkey invites you');
  expect(page).toContain('new@acme.test');
  expect(page).toContain('Owner: everything');
});

test('a link begins with the web host’s address', async () => {
  const made = await run(['invite', 'acme', 'web@acme.test'], {
    PUBLIC_WEB_BASE_URL: 'https://web.example.com',
    OAUTH_HANDOFF_SECRET: 'a secret that both hosts of this test have',
  });
  expect(made.out).toMatch(/^https:\/\/web\.example\.com\/invite\//);
});

test('what is unknown is status 1, what is not understood status 2, and nothing is begun where no service was', async () => {
  expect(await run(['reset-password', 'nobody@nowhere.test'])).toMatchObject({
    code: 1,
    out: '',
    err: 'latchkey: There is no user "nobody@nowhere.test".\n',
  });
  expect(await run(['invite', 'nobody-has-this', 'a@b.test'])).toMatchObject({ code: 1, out: '' });
  expect(await run(['invite', 'acme', 'owner@acme.test'])).toMatchObject({
    code: 1,
    out: '',
    err: 'latchkey: owner@acme.test is a member of acme already.\n',
  });
  const misunderstood = [
    ['reset-password'],
    ['reset-password', 'a@b.test', 'more'],
    ['invite', 'acme'],
    ['invite', 'acme', 'no address'],
    ['invite', 'acme', 'a@b.test', '--role', 'root'],
    ['invite', 'acme', 'a@b.test', '--two-factor'],
  ];
  for (const args of misunderstood) expect((await run(args)).code).toBe(2);
  expect((await run(['invite', '--help'])).out).toMatch(/^latchkey invite/);
  const alone = await run(['reset-password', 'owner@acme.test'], { DATABASE_URL: '' });
  expect(alone).toMatchObject({ code: 1, err: expect.stringContaining('has not been started') });
});
