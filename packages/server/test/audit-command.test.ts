import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorld, type World } from './oauth/support/world.ts';
import { startCommand } from './support/latchkey-command.ts';

// The command runs in a process of its own, beside the service: they share the database and the secret.
const SECRET = 'the secret of the service, and of the command';
let world: World;
let folder: string;
beforeAll(async () => {
  world = await openWorld({ secret: SECRET });
  folder = await mkdtemp(join(tmpdir(), 'latchkey-audit-'));
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

async function run(args: string[], change: Record<string, string> = {}) {
  const environment = {
    DATABASE_URL: world.demo.databaseUrl,
    LATCHKEY_DATA_DIR: join(folder, 'data'),
    LATCHKEY_SECRET: SECRET,
    LOG_LEVEL: 'silent',
    ...change,
  };
  const command = startCommand(['audit', ...args], { cwd: folder, environment });
  return { code: await command.exit, out: command.out(), err: command.err() };
}

/** An organisation in which something happened, all of it sealed. */
async function sealed() {
  const organisation = await world.newOrganisation();
  await world.newMember([organisation, 'member']);
  await world.connect(await world.newMember([organisation, 'member']), 'read');
  await expect
    .poll(async () => (await run(['verify', '--organisation', organisation.slug])).out, { timeout: 20_000 })
    .toMatch(/intact\. [1-9]\d* rows? as sealed, \d+ checkpoints?\.\n$/);
  return organisation;
}

test('a log is verified beside a running service, and what was changed in it is named', async () => {
  const { orgId: id, slug } = await sealed();
  const { rows } = await world.demo.latchkey.store.pool.query(
    `update audit_events set action = 'nothing.happened'
     where id = (select min(id) from audit_events where org_id = $1) returning id`,
    [id],
  );
  const [changed] = rows as { id: string }[];
  const one = await run(['verify', '--organisation', slug]);
  expect(one).toMatchObject({ code: 1, err: '' });
  expect(one.out).toMatch(
    new RegExp(`^${slug}: CHANGED\\. .*\\n  Row ${changed?.id} \\(.*Z\\) was changed\\.\\n$`),
  );
  const all = await run(['verify', '--json']);
  expect(all.code).toBe(1);
  const lines = all.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.find(({ organisation }) => organisation === slug)).toMatchObject({
    chain: id,
    result: 'changed',
    faults: [{ kind: 'changed', message: expect.stringContaining('was changed') }],
  });
});

test('a log that was emptied as a policy empties it, where there is none, is said to be changed', async () => {
  const { orgId: id, slug } = await sealed();
  const printed = await run(['checkpoint', '--organisation', slug]);
  const file = join(folder, 'before');
  await writeFile(file, printed.out);
  const { pool } = world.demo.latchkey.store;
  const { rows } = await pool.query(
    `select min(first_id) as first, max(last_id) as last, max(seq) as blocks, sum(rows) as rows
     from audit_blocks where chain = $1`,
    [id],
  );
  const [was] = rows as Record<'first' | 'last' | 'blocks' | 'rows', string>[];
  await pool.query('delete from audit_events where org_id = $1', [id]);
  await pool.query('update audit_blocks set ids = null, leaves = null where chain = $1', [id]);
  const verified = await run(['verify', '--organisation', slug, '--checkpoints', file]);
  expect(verified).toMatchObject({ code: 1, err: '' });
  expect(verified.out).toContain(
    `\n  Deleted without a policy: blocks 1 to ${was?.blocks}, rows ${was?.first} to ${was?.last} (${was?.rows} rows).\n`,
  );
  const [line] = (await run(['verify', '--organisation', slug, '--json'])).out.split('\n');
  expect(JSON.parse(line ?? '')).toMatchObject({
    result: 'changed',
    pruned_rows: 0,
    faults: [{ kind: 'wiped', message: expect.stringContaining('without a policy') }],
  });
});

test('what was signed and kept tells later that the whole log was taken away', async () => {
  const { orgId: id, slug } = await sealed();
  const printed = await run(['checkpoint', '--organisation', slug]);
  expect(printed).toMatchObject({ code: 0, err: '' });
  expect(printed.out).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  const file = join(folder, 'kept');
  await writeFile(file, `\n${printed.out}`);
  expect(await run(['verify', '--organisation', slug, '--checkpoints', file])).toMatchObject({ code: 0 });
  for (const table of [
    'audit_events where org_id',
    'audit_blocks where chain',
    'audit_checkpoints where chain',
  ])
    await world.demo.latchkey.store.pool.query(`delete from ${table} = $1`, [id]);
  const verified = await run(['verify', '--checkpoints', file]);
  expect(verified.code).toBe(1);
  expect(verified.out).toMatch(
    /CHANGED.*\n {2}The end was cut off: block \d+, signed for on .*Z, is not there\./,
  );
});

test('a checkpoint that is none, or of another installation, is refused with its line', async () => {
  const { slug } = await sealed();
  const { out } = await run(['checkpoint', '--organisation', slug]);
  const [header = '', payload = ''] = out.trim().split('.');
  const file = join(folder, 'odd');
  await writeFile(file, `${out}hello\n${header}.${payload}.AAAA\n`);
  expect(await run(['verify', '--checkpoints', file])).toEqual({
    code: 3,
    out: '',
    err: `latchkey: ${file}, line 2: this is not a checkpoint.\nlatchkey: ${file}, line 3: its signature does not hold.\n`,
  });
  await world.demo.latchkey.store.pool.query('create table kept_keys as select * from audit_checkpoint_keys');
  await world.demo.latchkey.store.pool.query('delete from audit_checkpoint_keys');
  await writeFile(file, out);
  expect((await run(['verify', '--checkpoints', file])).err).toContain(
    'line 1: it was signed with a key that this installation does not have.',
  );
  await world.demo.latchkey.store.pool.query('insert into audit_checkpoint_keys select * from kept_keys');
  await world.demo.latchkey.store.pool.query('drop table kept_keys');
});

test('without the secret, with another one, or not understood, nothing is said of any log', async () => {
  const { slug } = await sealed();
  expect((await run(['checkpoint', '--organisation', slug])).code).toBe(0);
  expect(await run(['verify'], { LATCHKEY_SECRET: '' })).toMatchObject({
    code: 3,
    out: '',
    err: expect.stringContaining('LATCHKEY_SECRET'),
  });
  expect(await run(['checkpoint'], { LATCHKEY_SECRET: 'x'.repeat(40) })).toMatchObject({ code: 1, out: '' });
  expect(await run(['verify', '--organisation', 'nobody-has-this'])).toMatchObject({
    code: 3,
    err: 'latchkey: There is no organisation "nobody-has-this".\n',
  });
  const missing = join(folder, 'missing');
  expect((await run(['verify', '--checkpoints', missing])).err).toContain(missing);
  for (const args of [[], ['verify', 'acme'], ['checkpoint', '--json']])
    expect((await run(args)).code).toBe(2);
  expect((await run(['--help'])).out).toMatch(/^latchkey audit <verify \| checkpoint>/);
});
