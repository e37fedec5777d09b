import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWorld, type World } from './oauth/support/world.ts';
import { rpc } from './support/oauth-client.ts';
import { picture } from './support/picture.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const LEGACY = { capabilities: {}, clientInfo: { name: 'test', version: '1' } };
const MODERN_META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
};

interface Introduced {
  readonly icons?: readonly { src: string; mimeType: string }[];
}

/** What the server says of itself to an app of this revision. */
async function introduced(token: string, revision: string): Promise<Introduced> {
  const headers = { authorization: `Bearer ${token}`, 'mcp-protocol-version': revision };
  if (revision !== '2026-07-28') {
    const parameters = { ...LEGACY, protocolVersion: revision };
    const answer = await rpc(`${world.url}/mcp`, headers, 'initialize', parameters);
    return ((await answer.json()) as { result: { serverInfo: Introduced } }).result.serverInfo;
  }
  const asked = { ...headers, 'mcp-method': 'server/discover' };
  const answer = await rpc(`${world.url}/mcp`, asked, 'server/discover', { _meta: MODERN_META });
  const { _meta } = ((await answer.json()) as { result: { _meta: Record<string, Introduced> } }).result;
  return _meta['io.modelcontextprotocol/serverInfo'] ?? {};
}

test('apps are told of the logo in the revisions that know icons, as long as there is one', async () => {
  const [organisation, other] = [await world.newOrganisation(), await world.newOrganisation()];
  const owner = await world.newMember([organisation, 'owner']);
  const { tokens } = await world.connect(owner, 'read');
  const stranger = await world.connect(await world.newMember([other, 'owner']), 'read');
  const token = tokens.access_token;
  expect(await introduced(token, '2025-11-25')).not.toHaveProperty('icons');
  const path = `${world.url}/portal/v1/organisations/${organisation.slug}/settings/logo`;
  const cookie = [...owner.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const send = (method: string, at: string, body: object) =>
    fetch(at, {
      method,
      headers: { cookie, 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
      body: JSON.stringify(body),
    });
  expect((await send('PUT', path, { png: picture().toString('base64') })).status).toBe(200);
  await expect.poll(() => introduced(token, '2025-11-25')).toHaveProperty('icons');
  const { icons = [] } = await introduced(token, '2025-11-25');
  expect(icons).toEqual([
    { src: expect.stringMatching(`^${world.url}/logos/[0-9a-f]{32}\\.png$`), mimeType: 'image/png' },
  ]);
  expect((await introduced(token, '2026-07-28')).icons).toEqual(icons);
  for (const older of ['2025-06-18', '2024-11-05'])
    expect(await introduced(token, older)).not.toHaveProperty('icons');
  expect(await introduced(stranger.tokens.access_token, '2025-11-25')).not.toHaveProperty('icons');
  const [icon] = icons;
  const shown = await fetch(icon?.src ?? '');
  expect([shown.status, shown.headers.get('content-type')]).toEqual([200, 'image/png']);
  const { href } = await world.newRequest();
  const consent = await owner.browser.open(href);
  expect(consent.html).toContain(`<img class="logo" src="${new URL(icon?.src ?? '').pathname}" alt=""`);
  expect((await send('POST', `${path}/remove`, {})).status).toBe(200);
  await expect.poll(() => introduced(token, '2025-11-25')).not.toHaveProperty('icons');
  expect((await fetch(icon?.src ?? '')).status).toBe(404);
});
