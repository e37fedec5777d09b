import { randomBytes } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { postToken, refresh, rpc, type Tokens } from '../support/oauth-client.ts';
import { cookieOf, keyOf } from '../revocation/support/portal.ts';
import { NODES_SECRET, startSecondNode, type SecondNode } from '../support/second-node.ts';
import { returnUrl } from './support/browser.ts';
import { openWorkshop } from './support/machines.ts';
import { openWorld, type Member, type Organisation, type World } from './support/world.ts';

// Two nodes on one database.
let world: World;
let second: SecondNode;
beforeAll(async () => {
  world = await openWorld({ secret: NODES_SECRET });
  second = await startSecondNode(world.demo);
});
afterAll(async () => {
  await second.close();
  await world.close();
});

const newSlug = () => `new-${randomBytes(6).toString('hex')}`;

/** As the dashboard does it. */
async function rename(owner: Member, from: string, to = newSlug()): Promise<string> {
  const answer = await fetch(`${world.url}/portal/v1/organisations/${from}/settings/address`, {
    method: 'PUT',
    headers: { cookie: cookieOf(owner), 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
    body: JSON.stringify({ slug: to, was: from }),
  });
  if (answer.status !== 200) throw new Error(`${answer.status} ${await answer.text()}`);
  return to;
}

/** Thirty days later. */
async function endAliases({ orgId }: Organisation): Promise<void> {
  await world.rows(
    `update organisation_slugs set alias_until = now() - interval '1 second' where org_id = $1 and alias_until is not null`,
    [orgId],
  );
  await world.latchkey.store.changes.add('organisation', orgId);
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const list = async (path: string, token: string, node = world.url) =>
  (await rpc(node + path, bearer(token), 'tools/list')).status;

async function started(mode: 'token' | 'key' = 'token') {
  const organisation = await world.newOrganisation(mode);
  const owner = await world.newMember([organisation, 'owner']);
  return { organisation, owner, old: organisation.slug };
}

describe.each(['token', 'key'] as const)('a connection of an organisation in %s mode', (mode) => {
  test('that was made at the former address goes on there, on every node, and is refreshed', async () => {
    const { old, owner } = await started(mode);
    const resource = `${world.url}/mcp/${old}`;
    const { clientId, tokens } = await world.connect(owner, 'read', { resource });
    await rename(owner, old);
    for (const node of [world.url, second.url])
      for (const path of [`/mcp/${old}`, `/mcp/${old}/c/reelport`])
        expect([path, await list(path, tokens.access_token, node)]).toEqual([path, 200]);
    const refreshed = await refresh(world.url, clientId, tokens.refresh_token, { resource });
    expect(refreshed.status).toBe(200);
    const { access_token: next } = (await refreshed.json()) as Tokens;
    expect(await list(`/mcp/${old}`, next)).toBe(200);
  });

  test('is the same at the new address, and reaches no further there than at the former one', async () => {
    const { old, owner } = await started(mode);
    const whole = await world.connect(owner, 'read', { resource: `${world.url}/mcp/${old}` });
    const one = await world.connect(owner, 'read', { resource: `${world.url}/mcp/${old}/c/reelport` });
    const now = await rename(owner, old);
    expect(await list(`/mcp/${now}`, whole.tokens.access_token)).toBe(200);
    expect(await list(`/mcp/${now}/c/reelport`, one.tokens.access_token)).toBe(200);
    // A key opens its whole organisation, under whatever name.
    const beyond = mode === 'token' ? 401 : 200;
    for (const path of [`/mcp/${now}`, `/mcp/${old}`, '/mcp'])
      expect([path, await list(path, one.tokens.access_token)]).toEqual([path, beyond]);
    expect(await list('/mcp', whole.tokens.access_token)).toBe(beyond);
  });

  test('is never good at another organisation, whatever that is called', async () => {
    const [mine, other] = [await started(mode), await started(mode)];
    const resource = `${world.url}/mcp/${mine.old}`;
    const { tokens } = await world.connect(mine.owner, 'read', { resource });
    const theirs = await rename(other.owner, other.old);
    await rename(mine.owner, mine.old);
    for (const path of [`/mcp/${theirs}`, `/mcp/${other.old}`])
      expect(await list(path, tokens.access_token)).toBe(401);
  });
});

describe('while the former address works', () => {
  test('what is answered there speaks of the URL that was asked', async () => {
    const { old, owner } = await started();
    await rename(owner, old);
    for (const path of [`/mcp/${old}`, `/mcp/${old}/sse`, `/mcp/${old}/c/reelport`, `/mcp/${old}/t/daily`]) {
      for (const node of [world.url, second.url]) {
        const metadata = await fetch(`${node}/.well-known/oauth-protected-resource${path}`);
        expect(await metadata.json()).toMatchObject({ resource: world.url + path });
      }
      const refused = await rpc(world.url + path, {}, 'tools/list');
      expect(refused.status).toBe(401);
      expect(refused.headers.get('www-authenticate')).toContain(
        `resource_metadata="${world.url}/.well-known/oauth-protected-resource${path}"`,
      );
    }
  });

  test('an app connects there as ever, and its token is for there', async () => {
    const { old, owner } = await started();
    const now = await rename(owner, old);
    const resource = `${world.url}/mcp/${old}`;
    const { clientId, tokens } = await world.connect({ ...owner, home: now }, 'full', { resource });
    const refreshed = await refresh(world.url, clientId, tokens.refresh_token, { resource });
    const { access_token: next } = (await refreshed.json()) as Tokens;
    for (const token of [tokens.access_token, next]) {
      expect(decodeJwt(token).aud).toBe(resource);
      expect(await list(`/mcp/${old}`, token)).toBe(200);
    }
  });

  test('who was asked before the change answers after it, with the form of before', async () => {
    const { old, owner } = await started();
    const resource = `${world.url}/mcp/${old}`;
    const request = await world.newRequest({ resource });
    const { fields } = await owner.browser.open(request.href);
    await rename(owner, old);
    const answer = await owner.browser.decide(fields, {
      access: 'read',
      organisation: old,
      decision: 'allow',
    });
    const code = returnUrl(answer).searchParams.get('code') ?? '';
    const redeemed = await world.redeem({ ...request, code }, { resource });
    expect(redeemed.status).toBe(200);
    const { access_token: token } = (await redeemed.json()) as Tokens;
    expect(await list(`/mcp/${old}`, token)).toBe(200);
  });

  test('an event stream is opened there, and says to post there', async () => {
    const { old, owner } = await started();
    const { tokens } = await world.connect(owner, 'read', { resource: `${world.url}/mcp/${old}` });
    await rename(owner, old);
    const stream = await fetch(`${world.url}/mcp/${old}/sse`, {
      headers: { accept: 'text/event-stream', ...bearer(tokens.access_token) },
    });
    const reader = stream.body?.getReader();
    const first = new TextDecoder().decode((await reader?.read())?.value as Uint8Array);
    await reader?.cancel();
    expect(first).toContain(`data: /mcp/${old}/messages?sessionId=`);
  });

  test('keys that were made by hand open every door, and manage the organisation by either name', async () => {
    const { old, owner } = await started();
    const { secret: key } = await keyOf(world.url, owner, old);
    const now = await rename(owner, old);
    for (const node of [world.url, second.url])
      for (const path of [`/mcp/${old}`, `/mcp/${now}`, '/mcp'])
        await expect.poll(() => list(path, key, node)).toBe(200);
    for (const slug of [old, now]) {
      const about = await fetch(`${world.url}/portal/v1/organisations/${slug}`, { headers: bearer(key) });
      expect([about.status, await about.json()]).toEqual([200, expect.objectContaining({ slug: now })]);
    }
  });

  test('a machine asks for a token for there', async () => {
    const { newClient, organisation } = await openWorkshop(world);
    const owner = await world.newMember([organisation, 'owner']);
    const client = await newClient();
    await rename(owner, organisation.slug);
    const resource = `${world.url}/mcp/${organisation.slug}`;
    const ask = (place: string) =>
      postToken(world.url, { grant_type: 'client_credentials', ...client, resource: place });
    const answer = await ask(resource);
    expect(answer.status).toBe(200);
    const { access_token: token } = (await answer.json()) as Tokens;
    expect(await list(`/mcp/${organisation.slug}`, token)).toBe(200);
    const stranger = await started();
    await rename(stranger.owner, stranger.old);
    expect((await ask(`${world.url}/mcp/${stranger.old}`)).status).toBe(400);
  });
});

describe('once the former address is over', () => {
  /** What anybody learns there, but for the name itself and the number of the request. */
  async function learned(slug: string, node: string) {
    const plain = (text: string) =>
      text
        .replaceAll(slug, 'it')
        .replaceAll(/req_[\w-]+/g, 'req')
        .replaceAll(/client_id=[^&"]+/g, '');
    const answers: unknown[] = [];
    for (const path of [
      `/mcp/${slug}`,
      `/mcp/${slug}/sse`,
      `/mcp/${slug}/c/reelport`,
      `/mcp/${slug}/t/daily`,
    ]) {
      const door = await rpc(node + path, {}, 'tools/list');
      const metadata = await fetch(`${node}/.well-known/oauth-protected-resource${path}`);
      answers.push([door.status, plain(await door.text()), door.headers.get('www-authenticate')]);
      answers.push([metadata.status, plain(await metadata.text())]);
    }
    const request = await world.newRequest({ resource: `${world.url}/mcp/${slug}` });
    const authorize = await fetch(request.href, { redirect: 'manual' });
    answers.push([authorize.status, plain(authorize.headers.get('location') ?? '')]);
    const page = await fetch(`${world.url}/sign-in/company/${slug}`);
    answers.push([page.status, plain(await page.text())]);
    return answers;
  }

  test('it is as unknown as one that nobody ever had, on every node', async () => {
    const { old, organisation, owner } = await started();
    await rename(owner, old);
    for (const node of [world.url, second.url])
      expect((await rpc(`${node}/mcp/${old}`, {}, 'tools/list')).status).toBe(401);
    await endAliases(organisation);
    const nobodys = newSlug();
    for (const node of [world.url, second.url]) {
      await expect.poll(async () => (await rpc(`${node}/mcp/${old}`, {}, 'tools/list')).status).toBe(404);
      expect(await learned(old, node)).toEqual(await learned(nobodys, node));
    }
  });

  test('no token and no key is good there any more; at the new address both are', async () => {
    const { old, organisation, owner } = await started();
    const { tokens } = await world.connect(owner, 'read', { resource: `${world.url}/mcp/${old}` });
    const { secret: key } = await keyOf(world.url, owner, old);
    const now = await rename(owner, old);
    await endAliases(organisation);
    for (const credential of [tokens.access_token, key]) {
      await expect.poll(() => list(`/mcp/${old}`, credential)).toBe(401);
      expect(await list(`/mcp/${now}`, credential)).toBe(200);
    }
    const about = await fetch(`${world.url}/portal/v1/organisations/${old}`, { headers: bearer(key) });
    expect(about.status).toBe(404);
  });

  test('it works again for who goes back to it', async () => {
    const { old, organisation, owner } = await started();
    const now = await rename(owner, old);
    await endAliases(organisation);
    await rename(owner, now, old);
    const { secret: key } = await keyOf(world.url, owner, old);
    for (const slug of [old, now]) expect(await list(`/mcp/${slug}`, key)).toBe(200);
  });
});
