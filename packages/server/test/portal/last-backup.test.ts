import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startCommand } from '../support/latchkey-command.ts';
import { openPortal, type OpenedPortal } from './open-portal.ts';

let portal: OpenedPortal;
let folder: string;
beforeAll(async () => {
  portal = await openPortal();
  // They are sealed under a secret that no service could have, and a backup is made under the database's own alone.
  await portal.store.pool.query('delete from signing_keys');
  folder = await mkdtemp(join(tmpdir(), 'latchkey-last-backup-'));
});
afterAll(async () => {
  await portal.close();
  await rm(folder, { recursive: true, force: true });
});

async function backUp(): Promise<void> {
  const { connectionString = '' } = portal.store.pool.options;
  const environment = {
    DATABASE_URL: connectionString,
    LATCHKEY_SECRET: 'the secret of the service, of 32 characters',
    LATCHKEY_DATA_DIR: join(folder, 'data'),
    LOG_LEVEL: 'silent',
  };
  const command = startCommand(['backup', folder], { cwd: folder, environment });
  const code = await command.exit;
  expect({ code, err: command.err() }).toMatchObject({ code: 0 });
}

test('operators read of the last backup when it was made, how large it is and what its file is called', async () => {
  const operator = await portal.person();
  await portal.store.operators.add(operator.userId, { declared: false });
  expect((await operator.get('/operator/health')).body).toMatchObject({ last_backup: null });

  const before = Date.now();
  await backUp();
  const [file = ''] = (await readdir(folder)).filter((name) => name.endsWith('.tar'));
  const { body, text } = await operator.get('/operator/health');
  const lastBackup = body?.['last_backup'] as { at: string } | undefined;
  expect(lastBackup).toEqual({
    at: expect.any(String),
    file,
    size_bytes: (await stat(join(folder, file))).size,
  });
  const at = Date.parse(lastBackup?.at ?? '');
  expect(at).toBeGreaterThanOrEqual(before - 1000);
  expect(at).toBeLessThanOrEqual(Date.now() + 1000);
  // Where it lies is nobody's business who only sees pages.
  expect(text).not.toContain(folder);
});
