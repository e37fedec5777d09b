import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDesktop } from './support/mcp-remote.ts';
import { ALL_TOOLS, MODES, READ_TOOLS } from './support/organisations.ts';
import { portalOf } from './support/portal.ts';
import { expectValidMessagesIn } from './support/valid-messages.ts';
import { openWorld, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

test.each(MODES)(
  'in %s mcp-remote lists and calls every tool by an agent’s key, and asks nobody to sign in',
  async (_mode, { slug, email }) => {
    const portal = portalOf(world, { slug, email });
    const key = await portal.createAgent({ name: 'Worker', role: 'member', access: 'full' });
    const { browser, start } = await createDesktop(world);
    const remote = await start(`${world.url}/mcp/${slug}/sse`, '--header', `X-API-Key:${key.secret}`);

    expect(await remote.toolNames()).toEqual(ALL_TOOLS);
    expect(await remote.call('get_credit_balance')).toMatchObject({ failed: false, said: { balance: 250 } });
    expect(await remote.call('create_bundle', { title: 'By an agent' })).toMatchObject({
      failed: false,
      said: { status: 'draft' },
    });
    expect(browser.opened).toEqual([]);
    expect(remote.complaints).toEqual([]);
  },
);

test.each([
  ['a viewer', { role: 'viewer', access: 'read' }],
  ['a member with a read-only key', { role: 'member', access: 'read' }],
] as const)(
  'mcp-remote of an agent that is %s lists the read-only tools, and can call no other',
  async (who, agent) => {
    const portal = portalOf(world, { slug: 'acme', email: 'owner@acme.test' });
    const key = await portal.createAgent({ name: `Agent: ${who}`, ...agent });
    const { browser, start } = await createDesktop(world);
    const remote = await start(`${world.url}/mcp/acme/sse`, '--header', `X-API-Key:${key.secret}`);

    expect(await remote.toolNames()).toEqual(READ_TOOLS);
    const before = (await remote.call('list_bundles', { limit: 100 })).said;
    const refused = await remote.call('create_bundle', { title: 'Never made' });
    expect(refused).toMatchObject({ failed: true, said: { status: 404, code: 'not_found' } });
    expect((await remote.call('list_bundles', { limit: 100 })).said).toEqual(before);
    expect(browser.opened).toEqual([]);
  },
);

test.each(MODES)(
  'in %s the next call after an agent’s key is revoked is refused and does not reach the API',
  async (_mode, { slug, email }) => {
    const portal = portalOf(world, { slug, email });
    const key = await portal.createAgent({ name: 'Dismissed', role: 'member', access: 'full' });
    const { browser, start } = await createDesktop(world);
    const remote = await start(`${world.url}/mcp/${slug}/sse`, '--header', `X-API-Key:${key.secret}`);
    expect(await remote.call('get_credit_balance')).toMatchObject({ failed: false });
    await portal.revokeKey(key.id);

    const before = world.wire.length();
    // On a 401 mcp-remote opens the browser and keeps the call waiting for as long as its user does not sign in.
    const answer = remote.call('get_credit_balance').catch(String);
    await browser.openedTimes(1);
    expect(world.wire.lines(before)).toContain(`POST /mcp/${slug}/sse 401`);
    expect(world.wire.lines(before)).not.toContainEqual(expect.stringContaining('/credits/balance'));
    await remote.close();
    expect(await answer).toContain('Connection closed');
  },
);

test('in all of this no key was part of a URL', () => {
  expect(world.wire.credentials().size).toBeGreaterThan(0);
  expect(world.wire.secretsInUrls()).toEqual([]);
});

expectValidMessagesIn(() => world, '2025-11-25 initialize', '2025-11-25 tools/list', '2025-11-25 tools/call');
