import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createPerson } from '../../src/demo/person.ts';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { startCommand, stopCommand, untilReady, type StartedCommand } from '../support/latchkey-command.ts';
import { connect, refresh, register, rpc } from '../support/oauth-client.ts';
import { contentOf } from './support/archives.ts';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
// Many processes, one after the other.
vi.setConfig({ testTimeout: 300_000 });

const SECRET = 'the secret of the service, of 32 characters';

let folder: string;
const running: StartedCommand[] = [];
const databases: TestDatabase[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-backup-command-'));
  // Where root runs the suite, the database's own account passes through here.
  await chmod(folder, 0o755);
});
afterEach(async () => {
  await Promise.all(running.splice(0).map(stopCommand));
  await Promise.all(databases.splice(0).map((database) => database.drop()));
  await rm(folder, { recursive: true, force: true });
});

function start(args: string[], environment: Record<string, string>): StartedCommand {
  const started = startCommand(args, {
    cwd: folder,
    environment: { LOG_LEVEL: 'silent', PORT: '0', ...environment },
  });
  running.push(started);
  return started;
}

async function run(args: string[], environment: Record<string, string>) {
  const command = start(args, environment);
  return { code: await command.exit, out: command.out(), err: command.err() };
}

async function given(making: Promise<TestDatabase>): Promise<TestDatabase> {
  const database = await making;
  databases.push(database);
  return database;
}

describe('beside a running service that is being written to', () => {
  test('it is backed up, restored elsewhere, and serves there; what may have been revoked since is not good', async () => {
    const port = String(await freePort());
    const demoDir = join(folder, 'data', 'demo');
    const demo = start(['demo'], { PORT: port, LATCHKEY_DATA_DIR: join(folder, 'data') });
    const { url = '' } = await untilReady(demo);
    const account = { email: 'owner@acme.test', access: 'full' as const, path: '/mcp/acme' };
    const before = await connect(url, account);
    let isOver = false;
    let written = 0;
    const write = async () => {
      while (!isOver) {
        await register(url, { client_name: `App ${written}` }).catch(() => undefined);
        written += 1;
      }
    };
    const writing = write();
    await expect.poll(() => written).toBeGreaterThan(3);
    const made = await run(['backup', './kept.tar', '--verify'], { LATCHKEY_DATA_DIR: demoDir });
    isOver = true;
    await writing;
    expect(made.err).not.toContain('latchkey:');
    expect(made).toMatchObject({ code: 0 });
    expect(made.out).toMatch(
      /kept\.tar: \d+ rows of \d+ tables, \d+ kB, schema \d{4}_\w+, read back and found unchanged/,
    );
    // Whoever looks after the installation sees who took it all with them.
    const audited = await run(['restore', './kept.tar', '--check'], { LATCHKEY_DATA_DIR: demoDir });
    expect(audited.out).toContain('is whole and unchanged');
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    await stopCommand(demo);

    // The demo's people are served by the demo alone.
    const elsewhere = join(folder, 'elsewhere', 'demo');
    const served = { PORT: port, LATCHKEY_DATA_DIR: join(folder, 'elsewhere') };
    const without = await run(['restore', './kept.tar', '--into', elsewhere], {});
    expect(without.code).toBe(1);
    expect(without.err).toMatch(/LATCHKEY_SECRET.*file "secret"/);
    await mkdir(elsewhere, { recursive: true });
    await copyFile(join(demoDir, 'secret'), join(elsewhere, 'secret'));
    const restored = await run(['restore', './kept.tar', '--into', './elsewhere/demo'], {});
    expect(restored).toMatchObject({ code: 0, err: '' });
    expect(restored.out).toMatch(/Restored \d+ rows of \d+ tables into demo/);
    expect(restored.out).toMatch(/Ended, .*: [1-9]\d* connections, 0 keys, [1-9]\d* sessions/);
    expect(restored.out).toMatch(/The audit logs \(\d+\) are as they were sealed/);
    const twice = await run(['restore', './kept.tar', '--into', './elsewhere/demo'], {});
    expect(twice.code).toBe(1);
    expect(twice.err).toMatch(/already \(organisations: 2, people: 4\).*--replace/);

    const restarted = start(['demo'], served);
    const again = await untilReady(restarted);
    expect(again['url']).toBe(url);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const bearer = { authorization: `Bearer ${before.tokens.access_token}` };
    expect((await rpc(`${url}/mcp/acme`, bearer, 'tools/list')).status).toBe(401);
    const dead = await refresh(url, before.clientId, before.tokens.refresh_token);
    expect([dead.status, await dead.json()]).toMatchObject([400, { error: 'invalid_grant' }]);
    const cookie = before.person.cookieHeader();
    expect((await fetch(`${url}/portal/v1/me`, { headers: { cookie } })).status).toBe(401);
    const after = await connect(url, { ...account, person: createPerson({ origins: [url] }) });
    const fresh = { authorization: `Bearer ${after.tokens.access_token}` };
    expect((await rpc(`${url}/mcp/acme`, fresh, 'tools/list')).status).toBe(200);
    const verified = await run(['audit', 'verify'], { LATCHKEY_DATA_DIR: elsewhere });
    expect(verified).toMatchObject({ code: 0 });
    expect(verified.out).not.toContain('CHANGED');
    // No service may run on what a restore works on.
    const held = await run(['restore', './kept.tar', '--into', './elsewhere/demo', '--replace', 'demo'], {});
    expect(held.code).toBe(1);
    expect(held.err).toContain('Another Latchkey');
    await stopCommand(restarted);

    // Where nothing was revoked since, all goes on as it was.
    const replaced = await run(
      ['restore', './kept.tar', '--into', './elsewhere/demo', '--replace', 'demo', '--keep-access'],
      {},
    );
    expect(replaced).toMatchObject({ code: 0 });
    const kept = start(['demo'], served);
    await untilReady(kept);
    expect((await rpc(`${url}/mcp/acme`, bearer, 'tools/list')).status).toBe(200);
    expect((await refresh(url, before.clientId, before.tokens.refresh_token)).status).toBe(200);
  });
});

describe('what is broken off', () => {
  async function backedUp() {
    const from = await given(createTestDatabase());
    const environment = { DATABASE_URL: from.url, LATCHKEY_SECRET: SECRET };
    const client = new pg.Client({ connectionString: from.url });
    await client.connect();
    await client.query(
      `insert into users (id, name, email) select 'usr_' || n, md5(n::text) || md5(n::text || 'x'), n || '@many.test' from generate_series(1, 20000) n`,
    );
    return { client, environment };
  }

  /** On a connection of its own: within a transaction everybody does for ever what they did at first. */
  async function blocked(url: string, name: string, count = 1): Promise<void> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await vi.waitFor(
      async () => {
        const { rows } = await client.query<{ n: number }>(
          `select count(*)::int as n from pg_stat_activity where application_name = $1 and wait_event_type = 'Lock'
           and datname = current_database()`,
          [name],
        );
        if (rows[0]?.n !== count) throw new Error('it does not wait yet');
      },
      { timeout: 20_000 },
    );
    await client.end();
  }

  test('kill -9 in the middle of a backup leaves nothing that looks like one, and a Ctrl-C leaves nothing', async () => {
    const { client, environment } = await backedUp();
    // It comes as far as the last table but one, in the order of their names.
    await client.query('begin; lock table verifications in access exclusive mode');
    const killed = start(['backup', '.'], environment);
    await blocked(environment.DATABASE_URL, 'latchkey backup');
    killed.child.kill('SIGKILL');
    await killed.exit;
    const left = await readdir(folder);
    expect(left).toHaveLength(1);
    expect(left[0]).toMatch(/\.tar\..*\.part$/);

    const interrupted = start(['backup', './interrupted.tar'], environment);
    // The server has not noticed yet that nobody waits for the first one.
    await blocked(environment.DATABASE_URL, 'latchkey backup', 2);
    interrupted.child.kill('SIGINT');
    expect(await interrupted.exit).toBe(1);
    await client.query('rollback');
    expect(interrupted.err()).toContain('Broken off. Nothing was left behind.');
    expect(await readdir(folder)).toEqual(left);

    expect(await run(['backup', './whole.tar', '--verify'], environment)).toMatchObject({ code: 0 });
    await client.end();
  });

  test('kill -9 in the middle of a restore leaves the database as it was, and the next one goes through', async () => {
    const { client, environment } = await backedUp();
    expect(await run(['backup', './kept.tar'], environment)).toMatchObject({ code: 0 });
    await client.end();
    const target = await given(createEmptyDatabase());
    const other = new pg.Client({ connectionString: target.url });
    await other.connect();
    // Some of its steps are done by then; one of them waits for this table.
    await other.query('begin; create table tool_rules (n int)');
    const into = { ...environment, DATABASE_URL: target.url };
    const killed = start(['restore', './kept.tar'], into);
    await blocked(target.url, 'latchkey restore');
    killed.child.kill('SIGKILL');
    await killed.exit;
    await other.query('rollback');
    await other.end();
    expect(await contentOf(target.url)).toEqual({});

    expect(await run(['restore', './kept.tar'], into)).toMatchObject({ code: 0 });
    expect((await contentOf(target.url))['public.users']).toHaveLength(20_000);
  });

  test('where there is no room it says so, and leaves nothing', async () => {
    const { client, environment } = await backedUp();
    await client.end();
    await expect(
      // No file larger than 64 kB, as on a disk that is nearly full.
      promisify(execFile)(
        'bash',
        ['-c', 'ulimit -f 64; exec "$0" "$@"', process.execPath, CLI, 'backup', './large.tar'],
        {
          cwd: folder,
          env: { PATH: process.env['PATH'] ?? '', LOG_LEVEL: 'silent', ...environment },
        },
      ),
    ).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no room for it.*Nothing was left behind/) as string,
    });
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('what is refused', () => {
  test('without a secret, with another one, and without a service nothing is begun', async () => {
    const database = await given(createTestDatabase());
    const environment = { DATABASE_URL: database.url };
    expect((await run(['backup', '.'], environment)).err).toContain('LATCHKEY_SECRET');
    expect((await run(['backup', '.'], { LATCHKEY_DATA_DIR: join(folder, 'none') })).err).toContain(
      'not been started',
    );
    expect(await run(['backup', './a.tar'], { ...environment, LATCHKEY_SECRET: SECRET })).toMatchObject({
      code: 0,
    });
    const other = { ...environment, LATCHKEY_SECRET: 'quite another secret, of 32 characters' };
    expect((await run(['restore', './a.tar'], other)).err).toContain('made under another LATCHKEY_SECRET');
    await writeFile(join(folder, 'b.tar'), 'not one');
    const into = ['--into', './new'];
    const foreign = await run(['restore', './b.tar', ...into], { LATCHKEY_SECRET: SECRET });
    expect(foreign).toMatchObject({ code: 1 });
    expect(foreign.err).toContain('is no backup that Latchkey made');
    // Not even a database was begun there.
    expect(await readdir(folder)).toEqual(['a.tar', 'b.tar']);
    const wrongName = ['restore', './a.tar', '--replace', 'production'];
    expect((await run(wrongName, { ...environment, LATCHKEY_SECRET: SECRET })).err).toMatch(
      /is called test_/,
    );
    expect((await run(['backup', './a.tar'], { ...environment, LATCHKEY_SECRET: SECRET })).err).toContain(
      'is there already',
    );
  });

  test('a folder that is not there is not taken for the name of a file', async () => {
    const { code, err } = await run(['backup', './nightly'], { LATCHKEY_SECRET: SECRET });
    expect(code).toBe(1);
    expect(err).toMatch(/nightly is no folder\. Make it first, or name a file that ends in "\.tar"\.$/m);
    expect(await readdir(folder)).toEqual([]);
  });

  test('the commands explain themselves, and what is not understood has status 2', async () => {
    for (const name of ['backup', 'restore']) {
      expect((await run([name, '--help'], {})).out).toContain(`latchkey ${name} <`);
      for (const args of [[name], [name, 'a', 'b'], [name, '--fast']])
        expect((await run(args, {})).code).toBe(2);
    }
  });
});
