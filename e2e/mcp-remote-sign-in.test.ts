import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createDesktop } from './support/mcp-remote.ts';
import { ALL_TOOLS, MODES, READ_TOOLS } from './support/organisations.ts';
import { portalOf } from './support/portal.ts';
import { expectValidMessagesIn } from './support/valid-messages.ts';
import { openWorld, type World } from './support/world.ts';

const DAY_MS = 86_400_000;

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const TRANSPORTS = [
  ['by default', '', []],
  ['with --transport http-only', '', ['--transport', 'http-only']],
  ['with --transport http-first', '/sse', ['--transport', 'http-first']],
  ['with --transport sse-first', '/sse', ['--transport', 'sse-first']],
  ['with --transport sse-only', '/sse', ['--transport', 'sse-only']],
] as const;

test.each(
  MODES.flatMap(([mode, about]) =>
    TRANSPORTS.map(([how, suffix, flags]) => [how, mode, about, suffix, flags] as const),
  ),
)(
  'mcp-remote %s, in %s, signs its user in through the browser and uses every tool',
  async (_how, _mode, { slug, email, credential }, suffix, flags) => {
    const { browser, start } = await createDesktop(world, [{ email, access: 'full' }]);
    const before = world.wire.length();
    const remote = await start(`${world.url}/mcp/${slug}${suffix}`, ...flags);

    expect(await remote.toolNames()).toEqual(ALL_TOOLS);
    expect(await remote.call('get_credit_balance')).toMatchObject({ failed: false });
    expect(await remote.call('create_bundle', { title: 'From a desktop' })).toMatchObject({ failed: false });
    expect(browser.opened).toHaveLength(1);
    expect(remote.complaints).toEqual([]);
    expect(world.wire.lines(before)).toContain('POST /register 201');
    const isOld = flags[1]?.startsWith('sse') === true;
    const line = isOld ? `POST /mcp/${slug}/messages 202` : `POST /mcp/${slug}${suffix} 200`;
    expect(world.wire.lines(before)).toContain(line);
    const shown = [...world.wire.headers('authorization', before)].map((value) => value.split(' ')[1] ?? '');
    expect(shown).toContainEqual(expect.stringMatching(credential));
  },
);

test('at /mcp the user chooses the organisation in the browser', async () => {
  const { start } = await createDesktop(world, [
    { email: 'owner@acme.test', access: 'read', organisation: 'globex' },
  ]);
  const remote = await start(`${world.url}/mcp`);
  expect(await remote.toolNames()).toEqual(READ_TOOLS);
  expect(JSON.stringify((await remote.call('list_accounts')).said)).toContain('"@globex"');
});

test('with --protocol auto mcp-remote speaks the newest revision for an app that does not', async () => {
  const { start } = await createDesktop(world, [{ email: 'owner@acme.test', access: 'full' }]);
  const before = world.wire.length();
  const remote = await start(`${world.url}/mcp/acme`, '--protocol', 'auto');
  expect(await remote.toolNames()).toEqual(ALL_TOOLS);
  expect(await remote.call('get_credit_balance')).toMatchObject({ failed: false });
  expect([...world.wire.headers('mcp-protocol-version', before)]).toContain('2026-07-28');
});

test('mcp-remote renews an expired access token by itself when it is started again', async () => {
  const past = await openWorld({ offsetMs: -DAY_MS });
  onTestFinished(past.close);
  const { browser, start } = await createDesktop(past, [{ email: 'owner@acme.test', access: 'full' }]);
  const url = `${past.url}/mcp/acme`;
  const first = await start(url);
  expect(await first.toolNames()).toEqual(ALL_TOOLS);
  await first.close();

  past.setOffset(0);
  const before = past.wire.length();
  const second = await start(url);
  expect(await second.call('get_credit_balance')).toMatchObject({ failed: false });
  expect(past.wire.lines(before)).toEqual(
    expect.arrayContaining(['POST /mcp/acme 401', 'POST /token 200', 'POST /mcp/acme 200']),
  );
  expect(browser.opened).toHaveLength(1);
});

test('a write that Read-only does not allow sends the user to the browser for Full access', async () => {
  const { browser, start } = await createDesktop(world, [
    { email: 'owner@acme.test', access: 'read' },
    { email: 'owner@acme.test', access: 'full' },
  ]);
  const remote = await start(`${world.url}/mcp/acme`);
  expect(await remote.toolNames()).toEqual(READ_TOOLS);
  const before = world.wire.length();
  const made = await remote.call('create_bundle', { title: 'With more' });
  expect(world.wire.lines(before)).toContain('POST /mcp/acme 403');
  expect(made).toMatchObject({ failed: false });
  expect(browser.opened).toHaveLength(2);
});

test('a revoked connection sends the user to the browser, and no call passes meanwhile', async () => {
  const { browser, start } = await createDesktop(world, [{ email: 'owner@globex.test', access: 'full' }]);
  const remote = await start(`${world.url}/mcp/globex`);
  expect(await remote.call('get_credit_balance')).toMatchObject({ failed: false });
  await portalOf(world, { slug: 'globex', email: 'owner@globex.test' }).revokeConnections('MCP CLI Proxy');

  const before = world.wire.length();
  const answer = remote.call('get_credit_balance').catch(String);
  await browser.openedTimes(2);
  expect(world.wire.lines(before)).toEqual(
    expect.arrayContaining(['POST /mcp/globex 401', 'POST /token 400']),
  );
  expect(world.wire.lines(before)).not.toContainEqual(expect.stringContaining('/credits/balance'));
  await remote.close();
  expect(await answer).toContain('Connection closed');
});

test('in all of this no token and no key was part of a URL', () => {
  expect(world.wire.credentials().size).toBeGreaterThan(0);
  expect(world.wire.secretsInUrls()).toEqual([]);
});

expectValidMessagesIn(() => world, '2025-11-25 initialize', '2025-11-25 tools/call', '2026-07-28 tools/call');
