import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from './support/free-port.ts';
import { startCommand } from './support/latchkey-command.ts';

let folder: string;
let port: number;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-no-database-'));
  // Nobody listens there.
  port = await freePort();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function run(args: string[], change: Record<string, string> = {}) {
  const environment = {
    PORT: '0',
    DATABASE_URL: `postgres://someone:hushhush@127.0.0.1:${port}/latchkey`,
    LATCHKEY_DATA_DIR: join(folder, 'data'),
    LATCHKEY_SECRET: 'k3Jh9sLqPzX7vB2nM5tR8wY1cF4gD6aE',
    LATCHKEY_SECRET_PREVIOUS: 'aE6dG4fc1Yw8Rt5Mn2Bv7XzPqLs9hJ3k',
    LOG_LEVEL: 'silent',
    ...change,
  };
  const command = startCommand(args, { cwd: folder, environment });
  return { code: await command.exit, out: command.out(), err: command.err() };
}

const sentence = () =>
  `latchkey: The database at 127.0.0.1:${port} is out of reach: connect ECONNREFUSED 127.0.0.1:${port}.\n`;

describe('where the database does not answer, it is said in a sentence, without its password or a stack', () => {
  test.each([
    ['serve'],
    ['serve --workers 2'],
    ['migrate'],
    ['keys list'],
    ['operators list'],
    ['secrets rotate'],
    ['audit checkpoint'],
    ['suspend organisation acme'],
    ['addresses acme'],
    ['invite acme someone@acme.test'],
  ])('%s', async (command) => {
    expect(await run(command.split(' '))).toEqual({ code: 1, out: '', err: sentence() });
  });

  test('backup, which leaves nothing behind', async () => {
    const { code, err, out } = await run(['backup', join(folder, 'backup.tar')]);
    expect([code, out]).toEqual([1, '']);
    expect(err).toMatch(/^latchkey: .*ECONNREFUSED.*\. Nothing was left behind\.\n$/);
  });
});

describe('a log that could not be checked is not one that was changed', () => {
  test('where the database does not answer', async () => {
    expect(await run(['audit', 'verify'])).toEqual({ code: 3, out: '', err: sentence() });
    expect(await run(['audit', 'verify', '--json'])).toEqual({ code: 3, out: '', err: sentence() });
  });

  test('where a setting is wrong', async () => {
    expect(await run(['audit', 'verify'], { LATCHKEY_SECRET: 'short' })).toMatchObject({ code: 3, out: '' });
    expect(await run(['audit', 'verify'], { DATABASE_URL: 'mysql://x/y' })).toMatchObject({
      code: 3,
      out: '',
    });
  });
});
