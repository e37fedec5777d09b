import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createPerson } from '../src/demo/person.ts';
import { createTestDatabase } from './support/database.ts';
import { startCommand, stopCommand, untilReady } from './support/latchkey-command.ts';

vi.setConfig({ testTimeout: 120_000 });

/** Whoever waits a minute waits a tenth of a second. */
const MINUTES_ARE_SHORT = `--import=data:text/javascript,${encodeURIComponent(`
  const wait = globalThis.setTimeout;
  globalThis.setTimeout = (work, ms, ...rest) => wait(work, ms === 60_000 ? 100 : ms, ...rest);
`)}`;

test('what a running service signs is in its log, and tells later that the end was cut off', async () => {
  const database = await createTestDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-checkpoint-'));
  onTestFinished(async () => {
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });
  const environment = {
    PORT: '0',
    DATABASE_URL: database.url,
    LATCHKEY_SECRET: 'the secret of the service, of 32 characters',
  };
  const served = startCommand(['serve'], {
    cwd: folder,
    environment: { ...environment, NODE_OPTIONS: MINUTES_ARE_SHORT },
  });
  onTestFinished(() => stopCommand(served));
  const { url = '' } = await untilReady(served);
  // Something that is in the audit log.
  const link = /http:\S+\/setup\?token=\S+/.exec(served.err())?.[0] ?? '';
  const person = createPerson({ origins: [url] });
  const account = { email: 'first@initech.test', name: 'First', password: 'a long enough password' };
  const organisationOf = { organisation_name: 'Initech', slug: 'initech' };
  await person.submit(await person.visit(link), { ...account, ...organisationOf }, 'email');
  const made = await fetch(`${url}/portal/v1/organisations/initech/keys`, {
    method: 'POST',
    headers: { cookie: person.cookieHeader(), origin: url, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'By hand', access: 'full', expires_in_days: 7 }),
  });
  expect(made.ok).toBe(true);

  const signed = () =>
    served
      .err()
      .split('\n')
      .filter((line) => line.includes('"msg":"audit checkpoint"') && line.includes('"organisation":"org_'));
  await expect.poll(signed, { timeout: 20_000 }).toHaveLength(1);
  await stopCommand(served);
  const { checkpoint = '', organisation } = JSON.parse(signed()[0] ?? '') as Record<string, string>;
  const kept = join(folder, 'kept');
  await writeFile(kept, `${checkpoint}\n`);
  const verify = async () => {
    const command = startCommand(['audit', 'verify', '--checkpoints', kept], { cwd: folder, environment });
    return { code: await command.exit, out: command.out(), err: command.err() };
  };
  expect(await verify()).toMatchObject({ code: 0, err: '' });

  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  for (const table of ['audit_blocks', 'audit_checkpoints'])
    await client.query(`delete from ${table} where chain = $1`, [organisation]);
  await client.end();
  expect(await verify()).toMatchObject({ code: 1, out: expect.stringContaining('The end was cut off') });
});
