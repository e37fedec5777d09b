import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startCommand, stopCommand, untilReady, type StartedCommand } from './support/latchkey-command.ts';

let folder: string;
const running: StartedCommand[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-keys-'));
  // Where root runs the suite, the database's own account passes through here.
  await chmod(folder, 0o755);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map(stopCommand));
  await rm(folder, { recursive: true, force: true });
});

function start(args: string[], change: Record<string, string> = {}): StartedCommand {
  const environment = { PORT: '0', LATCHKEY_DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'silent', ...change };
  const started = startCommand(args, { cwd: folder, environment });
  running.push(started);
  return started;
}

async function run(args: string[], change: Record<string, string> = {}) {
  const command = start(args, change);
  return { code: await command.exit, out: command.out(), err: command.err() };
}

async function published(url: string): Promise<string[]> {
  const { keys } = (await (await fetch(`${url}/.well-known/jwks.json`)).json()) as {
    keys: { kid: string }[];
  };
  return keys.map(({ kid }) => kid);
}

test('K5: keys are rotated and dropped beside a running service, which keeps its database', async () => {
  const served = start(['serve']);
  const { url = '' } = await untilReady(served);
  const [first = ''] = await published(url);

  const rotated = await run(['keys', 'rotate']);
  expect(rotated).toMatchObject({ code: 0, err: '' });
  expect(rotated.out).toContain('signs in 10 minutes');
  await expect.poll(() => published(url)).toHaveLength(2);
  expect((await run(['keys', 'rotate'])).err).toContain('already');
  expect(await run(['keys', 'rotate', '--now'])).toMatchObject({ code: 0 });

  const listed = await run(['keys', 'list']);
  expect(listed.out).toMatch(new RegExp(`^${first} +retired `, 'm'));
  expect(listed.out).toMatch(/ active /);
  expect(listed.out).not.toContain('"d"');

  expect(await run(['keys', 'drop', first])).toMatchObject({ code: 0 });
  await expect.poll(() => published(url)).not.toContain(first);
  expect((await run(['keys', 'drop', first])).err).toContain('no signing key');
  expect((await run(['keys', 'list'], { LATCHKEY_SECRET: 'x'.repeat(40) })).code).toBe(0);
  const wrong = await run(['keys', 'rotate', '--now'], { LATCHKEY_SECRET: 'x'.repeat(40) });
  expect(wrong.code).toBe(1);
  expect(wrong.err).toContain('LATCHKEY_SECRET is not the one');
  expect((await fetch(`${url}/readyz`)).status).toBe(200);

  // And where no service runs, the database is started for it, and stopped.
  await stopCommand(served);
  const alone = await run(['keys', 'rotate', '--now']);
  expect(alone).toMatchObject({ code: 0 });
  const again = start(['serve']);
  const { url: later = '' } = await untilReady(again);
  expect(await published(later)).toHaveLength(2);
  expect(again.err()).not.toContain('Took over');
});

test('where no service was ever started, nothing is begun', async () => {
  const refused = await run(['keys', 'rotate']);
  expect(refused.code).toBe(1);
  expect(refused.err).toContain('LATCHKEY_SECRET');
});

test('keys --help explains itself, and what is no verb is refused with status 2', async () => {
  expect((await run(['keys', '--help'])).out).toMatch(/^latchkey keys/);
  for (const args of [['keys'], ['keys', 'burn'], ['keys', 'drop'], ['keys', 'list', '--now']]) {
    expect((await run(args)).code).toBe(2);
  }
});
