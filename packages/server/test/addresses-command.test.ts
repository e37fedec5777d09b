import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorld, type World } from './oauth/support/world.ts';
import { startCommand } from './support/latchkey-command.ts';
import { rpc } from './support/oauth-client.ts';

// The command runs in a process of its own, beside the service: they share the database and nothing else.
let world: World;
let folder: string;
beforeAll(async () => {
  world = await openWorld();
  folder = await mkdtemp(join(tmpdir(), 'latchkey-addresses-'));
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

async function run(args: string[]) {
  const environment = {
    DATABASE_URL: world.demo.databaseUrl,
    LATCHKEY_DATA_DIR: join(folder, 'data'),
    LOG_LEVEL: 'silent',
  };
  const command = startCommand(['addresses', ...args], { cwd: folder, environment });
  return { code: await command.exit, out: command.out(), err: command.err() };
}

test('an organisation whose list shuts everybody out is opened beside a running service, which hears of it at once', async () => {
  const organisation = await world.newOrganisation();
  const member = await world.newMember([organisation, 'member']);
  const { tokens } = await world.connect(member, 'read');
  const call = async () =>
    (await rpc(`${world.url}/mcp`, { authorization: `Bearer ${tokens.access_token}` }, 'tools/list')).status;
  await world.rows(
    "update organisations set addresses = '{203.0.113.0/24}', address_scope = 'all' where slug = $1",
    [organisation.slug],
  );
  const { slug } = organisation;
  expect(await run([slug])).toEqual({ code: 0, out: `${slug}: 203.0.113.0/24\n`, err: '' });
  expect(await call()).toBe(403);
  expect(await run([slug, '--clear'])).toEqual({
    code: 0,
    out: `${slug} may be used from everywhere.\n`,
    err: '',
  });
  await expect.poll(call).toBe(200);
  expect(
    await world.rows(
      "select actor_kind, detail from audit_events where org_id = $1 and action = 'organisation.security_changed'",
      [organisation.orgId],
    ),
  ).toEqual([
    {
      actor_kind: 'operator',
      detail: { from: { addresses: ['203.0.113.0/24'] }, to: { addresses: [] } },
    },
  ]);
});

test('what is unknown is status 1, and what is not understood status 2', async () => {
  expect(await run(['nobodys'])).toMatchObject({ code: 1, out: '' });
  expect(await run([])).toMatchObject({ code: 2, out: '' });
});
