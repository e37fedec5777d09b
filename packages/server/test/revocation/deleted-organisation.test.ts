import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openWorkshop } from '../oauth/support/machines.ts';
import { openWorld, refusalOf, type Member, type Organisation, type World } from '../oauth/support/world.ts';
import { postToken, refresh, rpc } from '../support/oauth-client.ts';
import { NODES_SECRET, startSecondNode, type SecondNode } from '../support/second-node.ts';
import { startHeldUpstream } from './support/held-upstream.ts';
import { keyOf, portalRequest } from './support/portal.ts';

// Two nodes on one database.
let world: World;
let second: SecondNode;
let held: Awaited<ReturnType<typeof startHeldUpstream>>;
beforeAll(async () => {
  world = await openWorld({ secret: NODES_SECRET });
  second = await startSecondNode(world.demo);
  held = await startHeldUpstream(world);
});
afterAll(async () => {
  await second.close();
  await world.close();
  await held.close();
});

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const list = async (path: string, token: string, node = world.url) =>
  (await rpc(node + path, bearer(token), 'tools/list')).status;

async function deleteAs(owner: Member, { slug }: Organisation): Promise<void> {
  const name = `The ${slug}`;
  const answer = await portalRequest(world.url, owner, slug, '/settings/danger/delete', {}, { name });
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
}

describe.each(['token', 'key'] as const)('when an organisation in %s mode is deleted', (mode) => {
  test('nothing of it is good any more on any node, and nobody finds it', async () => {
    const organisation = await world.newOrganisation(mode);
    const { slug } = organisation;
    const owner = await world.newMember([organisation, 'owner']);
    const member = await world.newMember([organisation, 'member']);
    const connections = [await world.connect(owner, 'full'), await world.connect(member, 'read')];
    const { secret: key } = await keyOf(world.url, member, slug);
    const credentials = [...connections.map(({ tokens }) => tokens.access_token), key];
    for (const node of [world.url, second.url])
      for (const credential of credentials) expect(await list('/mcp', credential, node)).toBe(200);
    const waiting = await world.approve(member, 'read');
    const atItsUrl = async (node: string) => (await rpc(`${node}/mcp/${slug}`, {}, 'tools/list')).status;
    for (const node of [world.url, second.url]) expect(await atItsUrl(node)).toBe(401);

    await deleteAs(owner, organisation);
    for (const credential of credentials) {
      expect(await list('/mcp', credential)).toBe(401);
      await expect.poll(() => list('/mcp', credential, second.url)).toBe(401);
    }
    for (const { clientId, tokens } of connections)
      expect((await refusalOf(await refresh(world.url, clientId, tokens.refresh_token))).error).toBe(
        'invalid_grant',
      );
    expect((await refusalOf(await world.redeem(waiting))).error).toBe('invalid_grant');
    // Known a moment ago; the node that did it forgets at once.
    expect(await atItsUrl(world.url)).toBe(404);
    for (const node of [world.url, second.url]) {
      await expect.poll(() => atItsUrl(node)).toBe(404);
      const metadata = await fetch(`${node}/.well-known/oauth-protected-resource/mcp/${slug}`);
      expect(metadata.status).toBe(404);
    }
  });

  test('a call under way is broken off, and the neighbour’s goes on', async () => {
    const [ours, theirs] = [await world.newOrganisation(mode), await world.newOrganisation(mode)];
    const owner = await world.newMember([ours, 'owner'], [theirs, 'owner']);
    const here = await world.connect(owner, 'full');
    const there = await world.connect({ ...owner, home: theirs.slug }, 'full');
    const cut = await held.hold(second.url, ours.slug, here.tokens.access_token);
    const kept = await held.hold(second.url, theirs.slug, there.tokens.access_token);
    await deleteAs(owner, ours);
    await expect.poll(() => cut.isOver()).toBe(true);
    expect(await cut.called).not.toBe(200);
    expect(kept.isOver()).toBe(false);
    kept.finish();
    expect(await kept.called).toBe(200);
  });
});

test('a machine of it gets no more tokens', async () => {
  const { newClient, organisation } = await openWorkshop(world);
  const owner = await world.newMember([organisation, 'owner']);
  const client = await newClient();
  const ask = () => postToken(world.url, { grant_type: 'client_credentials', ...client });
  expect((await ask()).status).toBe(200);
  await deleteAs(owner, organisation);
  expect((await ask()).status).toBe(401);
});
