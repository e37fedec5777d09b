import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SEALED_COLUMNS } from '../src/store/queries/sealed.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { startCommand, stopCommand, untilReady, type StartedCommand } from './support/latchkey-command.ts';
import { startUpstream } from './gateway/support/upstream.ts';

const FORMER = 'the former secret of this service, 1234';
const NEXT = 'the next secret of this service, 567890';
const TOKEN = 'a-token-for-the-upstream-0123456789';

let folder: string;
let database: TestDatabase;
const running: StartedCommand[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-secrets-'));
  await chmod(folder, 0o755);
  database = await createTestDatabase();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map(stopCommand));
  await rm(folder, { recursive: true, force: true });
  await database.drop();
});

function start(args: string[], change: Record<string, string> = {}): StartedCommand {
  const environment = { PORT: '0', LATCHKEY_DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'error', ...change };
  const started = startCommand(args, { cwd: folder, environment });
  running.push(started);
  return started;
}

async function run(args: string[], change: Record<string, string> = {}) {
  const command = start(args, change);
  return { code: await command.exit, out: command.out(), err: command.err() };
}

/** Where the command left them, the oldest first. */
async function formerSecrets(): Promise<string[]> {
  const names = (await readdir(join(folder, 'data'))).filter((name) => name.startsWith('secret.former-'));
  for (const name of names) expect(name).toMatch(/^secret\.former-\d{8}T\d{6}Z$/);
  return names.toSorted().map((name) => join(folder, 'data', name));
}

async function query<Row>(text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query(text);
  await client.end();
  return rows as Row[];
}

/** A service with an API behind it that is asked with a secret, and a program that is given one. */
async function declare(baseUrl: string): Promise<string> {
  const document = { openapi: '3.1.0', info: { title: 'T', version: '1' }, paths: { '/items': { get: {} } } };
  await writeFile(join(folder, 'api.json'), JSON.stringify(document));
  const path = join(folder, 'latchkey.json');
  const credential = { kind: 'bearer', token: { env: 'CRM_TOKEN' } };
  const organisations = [{ slug: 'acme', name: 'Acme' }];
  const mcp = { transport: 'stdio', command: 'true', env: { KEY: { env: 'CRM_TOKEN' } } };
  const connectors = [
    { slug: 'crm', name: 'CRM', document: 'api.json', base_url: baseUrl, credential },
    { slug: 'program', name: 'Program', mcp },
  ];
  await writeFile(path, JSON.stringify({ organisations, connectors }));
  return path;
}

describe('latchkey secrets rotate', () => {
  test('seals all anew under another LATCHKEY_SECRET; nodes with the former one are told, and tokens go on', async () => {
    const upstream = await startUpstream();
    const LATCHKEY_CONFIG = await declare(upstream.baseUrl);
    const where = { DATABASE_URL: database.url };
    const former = { ...where, LATCHKEY_SECRET: FORMER };
    const served = start(['serve'], { ...former, LATCHKEY_CONFIG, CRM_TOKEN: TOKEN });
    const { url = '' } = await untilReady(served);
    const keys = await (await fetch(`${url}/.well-known/jwks.json`)).json();
    const sealed = await query<{ sealed: string }>('select sealed from connector_credentials');
    expect((await fetch(`${url}/readyz`)).status).toBe(200);

    const next = { ...where, LATCHKEY_SECRET: NEXT };
    for (const refused of [
      await run(['secrets', 'rotate'], next),
      await run(['secrets', 'rotate'], { ...next, LATCHKEY_SECRET_PREVIOUS: NEXT }),
      await run(['secrets', 'rotate'], { ...next, LATCHKEY_SECRET_PREVIOUS: 'x'.repeat(40) }),
      await run(['secrets', 'rotate', '--previous-file', join(folder, 'nothing')], next),
    ]) {
      expect(refused.code).toBe(1);
      expect(`${refused.out}${refused.err}`).not.toContain(NEXT);
    }
    expect(await query('select sealed from connector_credentials')).toEqual(sealed);

    await writeFile(join(folder, 'former.txt'), `${FORMER}\n`);
    const rotated = await run(['secrets', 'rotate', '--previous-file', join(folder, 'former.txt')], next);
    expect(rotated).toMatchObject({ code: 0, err: '' });
    expect(rotated.out).toContain('Sealed anew: 3.');
    expect(await query('select sealed from connector_credentials')).not.toEqual(sealed);

    // The node that runs with the former one says so, to its operators and to who sends it traffic.
    await expect.poll(async () => (await fetch(`${url}/readyz`)).status, { timeout: 20_000 }).toBe(503);
    await expect.poll(served.err).toContain('it has been rotated since this process started');
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    await stopCommand(served);

    // The former one opens nothing any more; with the next one all is as it was.
    const late = await run(['serve'], former);
    expect(late.code).toBe(1);
    expect(late.err).toContain('LATCHKEY_SECRET is not the one');
    const again = start(['serve'], next);
    const { url: there = '' } = await untilReady(again);
    expect(await (await fetch(`${there}/.well-known/jwks.json`)).json()).toEqual(keys);
    const repeated = await run(['secrets', 'rotate'], { ...next, LATCHKEY_SECRET_PREVIOUS: FORMER });
    expect(repeated).toMatchObject({ code: 0 });
    expect(repeated.out).toContain('already');
    const dump = JSON.stringify(await query('select * from connector_credentials'));
    expect(dump).not.toContain(TOKEN);
    await upstream.close();
  });

  test('replaces the generated file, and finishes what was broken off between the database and the file', async () => {
    const where = { DATABASE_URL: database.url };
    const path = join(folder, 'data', 'secret');
    const served = start(['serve'], where);
    await untilReady(served);
    await stopCommand(served);
    const first = await readFile(path, 'utf8');

    const rotated = await run(['secrets', 'rotate'], where);
    expect(rotated).toMatchObject({ code: 0, err: '' });
    const second = await readFile(path, 'utf8');
    expect(second).not.toBe(first);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    const [kept = '', ...others] = await formerSecrets();
    expect(others).toEqual([]);
    expect(rotated.out).toContain(kept);
    expect(rotated.out).toContain('backups');
    expect(rotated.out).not.toContain(first.trim());
    expect(await readFile(kept, 'utf8')).toBe(first);
    expect((await stat(kept)).mode & 0o777).toBe(0o600);
    await expect(readFile(`${path}.next`)).rejects.toThrow('ENOENT');

    // As if the power had failed before the new file took its place.
    await writeFile(`${path}.next`, second, { mode: 0o600 });
    await writeFile(path, first, { mode: 0o600 });
    expect((await run(['serve'], where)).err).toContain('LATCHKEY_SECRET is not the one');
    const finished = await run(['secrets', 'rotate'], where);
    expect(finished.out).toContain('already');
    expect(finished.out).toContain(kept);
    expect(await readFile(path, 'utf8')).toBe(second);
    const again = start(['serve'], where);
    await untilReady(again);
    await stopCommand(again);

    // The next former one does not take the place of the first.
    expect(await run(['secrets', 'rotate'], where)).toMatchObject({ code: 0, err: '' });
    const all = await Promise.all((await formerSecrets()).map((former) => readFile(former, 'utf8')));
    expect(all).toEqual([first, second]);
  });

  test('a backup from before is restored with the former secret that was kept, and sealed under the present one', async () => {
    const upstream = await startUpstream();
    const LATCHKEY_CONFIG = await declare(upstream.baseUrl);
    const where = { DATABASE_URL: database.url };
    const declared = { ...where, LATCHKEY_CONFIG, CRM_TOKEN: TOKEN };
    const served = start(['serve'], declared);
    const { url = '' } = await untilReady(served);
    const keys = await (await fetch(`${url}/.well-known/jwks.json`)).json();
    await stopCommand(served);
    const backup = join(folder, 'before.tar');
    expect(await run(['backup', backup], where)).toMatchObject({ code: 0 });
    expect(await run(['secrets', 'rotate'], where)).toMatchObject({ code: 0, err: '' });

    const replace = [
      'restore',
      backup,
      '--keep-access',
      '--replace',
      new URL(database.url).pathname.slice(1),
    ];
    expect((await run(replace, where)).code).toBe(1);
    const [kept = ''] = await formerSecrets();
    const former = (await readFile(kept, 'utf8')).trim();
    const present = (await readFile(join(folder, 'data', 'secret'), 'utf8')).trim();
    expect(await run(replace, { ...where, LATCHKEY_SECRET: former })).toMatchObject({ code: 0 });
    const change = { LATCHKEY_SECRET: present, LATCHKEY_SECRET_PREVIOUS: former };
    expect(await run(['secrets', 'rotate'], { ...where, ...change })).toMatchObject({ code: 0, err: '' });

    const again = start(['serve'], declared);
    const { url: there = '' } = await untilReady(again);
    expect(await (await fetch(`${there}/.well-known/jwks.json`)).json()).toEqual(keys);
    await upstream.close();
  });

  test('explains itself, and refuses what it does not know with status 2', async () => {
    expect((await run(['secrets', '--help'])).out).toMatch(/^latchkey secrets rotate/);
    for (const args of [['secrets'], ['secrets', 'burn'], ['secrets', 'rotate', 'now']]) {
      expect((await run(args)).code).toBe(2);
    }
    const nowhere = await run(['secrets', 'rotate']);
    expect(nowhere.code).toBe(1);
    expect(nowhere.err).toContain('has not been started');
  });
});

test('every table that docs/storage.md calls sealed under LATCHKEY_SECRET is sealed anew', async () => {
  const page = await readFile(new URL('../../../docs/storage.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| `([a-z_.]+)` +\|.*?\|(.*?)\|.*\|$/gm)];
  const sealed = rows.filter(([, , secret = '']) => /sealed/.test(secret)).map(([, name = '']) => name);
  // The replay is sealed under the token itself, mail lives for moments; variables of programs are sealed one by one.
  const others = ['refresh_tokens', 'node_mail', 'connectors'];
  expect(sealed.filter((name) => !others.includes(name)).toSorted()).toEqual(
    Object.keys(SEALED_COLUMNS).toSorted(),
  );
});
