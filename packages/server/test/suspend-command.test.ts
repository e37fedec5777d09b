import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keyOf } from './revocation/support/portal.ts';
import { openWorld, type World } from './oauth/support/world.ts';
import { startCommand } from './support/latchkey-command.ts';
import { rpc } from './support/oauth-client.ts';

// The command runs in a process of its own, beside the service: they share the database and nothing else.
let world: World;
let folder: string;
beforeAll(async () => {
  world = await openWorld();
  folder = await mkdtemp(join(tmpdir(), 'latchkey-suspend-'));
});
afterAll(async () => {
  await world.close();
  await rm(folder, { recursive: true, force: true });
});

async function run(args: string[], change: Record<string, string> = {}) {
  const environment = {
    DATABASE_URL: world.demo.databaseUrl,
    LATCHKEY_DATA_DIR: join(folder, 'data'),
    LOG_LEVEL: 'silent',
    ...change,
  };
  const command = startCommand(args, { cwd: folder, environment });
  return { code: await command.exit, out: command.out(), err: command.err() };
}

/** What the operators' log says of it, newest first, all by nobody with an account. */
async function actsOn(target: string, detail: object | null = null) {
  const acts = await world.latchkey.store.installation.listActs({
    below: Number.MAX_SAFE_INTEGER,
    limit: 100,
  });
  const found = acts.filter((act) => act.target === target);
  for (const act of found) expect(act).toMatchObject({ actorId: null, detail });
  return found.map(({ action }) => action);
}

const call = async (token: string) =>
  (await rpc(`${world.url}/mcp`, { authorization: `Bearer ${token}` }, 'tools/list')).status;

test('V3: an organisation is suspended and resumed beside a running service, which hears of it at once', async () => {
  const organisation = await world.newOrganisation();
  const member = await world.newMember([organisation, 'member']);
  const { tokens } = await world.connect(member, 'read');
  expect(await call(tokens.access_token)).toBe(200);
  const { slug } = organisation;
  expect(await run(['suspend', 'organisation', slug])).toEqual({
    code: 0,
    out: `${slug} is suspended.\n`,
    err: '',
  });
  await expect.poll(() => call(tokens.access_token)).toBe(401);
  expect((await run(['suspend', 'organisation', slug])).out).toBe(
    `${slug} is suspended, as it was before.\n`,
  );
  const today = `${slug}-today`;
  const { store } = world.latchkey;
  expect(
    await store.organisationSlugs.change(organisation.orgId, { from: slug, to: today, aliasDays: 30 }),
  ).toBe(true);
  // By the address that it had: whoever has it written down means this one.
  expect((await run(['resume', 'organisation', slug])).out).toBe(`${today} is active.\n`);
  const again = await world.connect({ ...member, home: today }, 'read');
  await expect.poll(() => call(again.tokens.access_token)).toBe(200);
  expect(await actsOn(organisation.orgId)).toEqual(['organisation.resumed', 'organisation.suspended']);
});

test('V3: a person is stopped in every organisation, whatever the case of the address', async () => {
  const [one, other] = [await world.newOrganisation('token'), await world.newOrganisation('key')];
  const member = await world.newMember([one, 'member'], [other, 'viewer']);
  const tokens = [
    (await world.connect(member, 'full')).tokens.access_token,
    (await world.connect({ ...member, home: other.slug }, 'read')).tokens.access_token,
    (await keyOf(world.url, member, one.slug)).secret,
  ];
  for (const token of tokens) expect(await call(token)).toBe(200);
  expect(await run(['suspend', 'user', member.email.toUpperCase()])).toMatchObject({ code: 0, err: '' });
  for (const token of tokens) await expect.poll(() => call(token)).toBe(401);
  await expect(world.signIn(member, member.browser)).rejects.toThrow('422');
  expect(await run(['resume', 'user', member.email])).toMatchObject({ code: 0, err: '' });
  await world.signIn(member, member.browser);
  // Once the service has heard that the person is back, what ended then stays ended.
  const { secret: next } = await keyOf(world.url, member, one.slug);
  await expect.poll(() => call(next)).toBe(200);
  for (const token of tokens) expect(await call(token)).toBe(401);
  expect(await actsOn(member.userId, { email: member.email })).toEqual(['user.enabled', 'user.disabled']);
});

test('what is unknown is status 1, what is not understood status 2, and nothing is begun where no service was', async () => {
  expect(await run(['suspend', 'organisation', 'nobody-has-this'])).toMatchObject({
    code: 1,
    err: 'latchkey: There is no organisation "nobody-has-this".\n',
  });
  expect((await run(['suspend', 'user', 'nobody@nowhere.test'])).code).toBe(1);
  const misunderstood = [['suspend'], ['suspend', 'key', 'x'], ['resume', 'user', 'a', 'b']];
  for (const { code } of await Promise.all(misunderstood.map((args) => run(args)))) expect(code).toBe(2);
  expect((await run(['resume', '--help'])).out).toMatch(/^latchkey <suspend \| resume>/);
  const alone = await run(['suspend', 'organisation', 'acme'], { DATABASE_URL: '' });
  expect(alone).toMatchObject({ code: 1, err: expect.stringContaining('has not been started') });
});
