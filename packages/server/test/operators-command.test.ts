import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { applyDeclared } from '../src/declared.ts';
import { startDemo, type RunningDemo } from './support/app.ts';
import { startCommand } from './support/latchkey-command.ts';

// The command runs in a process of its own, beside the service: they share the database and nothing else.
let demo: RunningDemo;
let folder: string;
beforeAll(async () => {
  demo = await startDemo();
  folder = await mkdtemp(join(tmpdir(), 'latchkey-operators-'));
});
afterAll(async () => {
  await demo.close();
  await rm(folder, { recursive: true, force: true });
});

async function run(...args: string[]) {
  const environment = {
    DATABASE_URL: demo.databaseUrl,
    LATCHKEY_DATA_DIR: join(folder, 'data'),
    LOG_LEVEL: 'silent',
  };
  const command = startCommand(['operators', ...args], { cwd: folder, environment });
  return { code: await command.exit, out: command.out(), err: command.err() };
}

const emails = async () => (await demo.latchkey.store.operators.list()).map(({ email }) => email);

test('operators are listed, added and removed beside a running service, each with a trace, but not the last', async () => {
  expect((await run('list')).out).toMatch(/^owner@acme\.test {2}since \d{4}-\d\d-\d\dT[^ ]+\n$/);
  expect(await run('remove', 'owner@acme.test')).toEqual({
    code: 1,
    out: '',
    err: 'latchkey: owner@acme.test is the last operator: add another one first.\n',
  });
  expect((await run('add', 'Member@acme.test')).out).toBe('member@acme.test is an operator.\n');
  expect((await run('add', 'member@acme.test')).out).toBe('member@acme.test is an operator, as before.\n');
  expect(await emails()).toEqual(['member@acme.test', 'owner@acme.test']);
  expect((await run('remove', 'owner@acme.test')).code).toBe(0);
  expect(await emails()).toEqual(['member@acme.test']);
  expect((await run('add', 'nobody@acme.test')).err).toBe(
    'latchkey: There is no account nobody@acme.test.\n',
  );
  expect((await run('add', 'no address')).code).toBe(1);
  expect((await run('promote', 'x@acme.test')).code).toBe(2);
  expect((await run('--help')).out).toContain('latchkey operators <list');
  const { rows } = await demo.latchkey.store.pool.query(
    `select action, actor_kind, actor_id, org_id, detail from audit_events where action like 'operator.%' order by id`,
  );
  expect(rows).toEqual([
    {
      action: 'operator.added',
      actor_kind: 'operator',
      actor_id: null,
      org_id: null,
      detail: { email: 'member@acme.test' },
    },
    {
      action: 'operator.removed',
      actor_kind: 'operator',
      actor_id: null,
      org_id: null,
      detail: { email: 'owner@acme.test' },
    },
  ]);
}, 180_000);

test('LATCHKEY_CONFIG declares operators: it says who has to wait, and nothing where it says nothing', async () => {
  const said: string[] = [];
  const path = join(folder, 'latchkey.yaml');
  const apply = async (text: string) => {
    await writeFile(path, text);
    return applyDeclared(path, { ...demo.latchkey, say: (line) => void said.push(line) });
  };
  const before = await emails();
  expect((await apply('organisations: []')).ok).toBe(true);
  expect(await emails()).toEqual(before);
  expect((await apply('operators: [Viewer@acme.test, later@acme.test]')).ok).toBe(true);
  expect(await emails()).toContain('viewer@acme.test');
  expect(said).toEqual([expect.stringContaining('later@acme.test has no account yet')]);
  expect((await run('remove', 'viewer@acme.test')).err).toContain('LATCHKEY_CONFIG says');
  expect((await apply('operators: []')).ok).toBe(true);
  expect(await emails()).toEqual(before);
  for (const wrong of ['operators: [nobody]', 'operators: [a@b.test, A@b.test]', 'operators: yes'])
    expect((await apply(wrong)).ok).toBe(false);
}, 120_000);
