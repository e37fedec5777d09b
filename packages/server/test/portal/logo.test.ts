import { crc32, deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/kernel/access.ts';
import { racedBehind } from '../people/open-people.ts';
import { picture } from '../support/picture.ts';
import { trailOf } from '../support/trail-of.ts';
import { errorOf, openPortal, type OpenedPortal } from './open-portal.ts';

let portal: OpenedPortal;
beforeAll(async () => {
  portal = await openPortal();
});
afterAll(() => portal.close());

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
const PNG = base64(picture());
const OTHER = base64(picture({ red: 7 }));
const ADDRESS = /^\/logos\/[0-9a-f]{32}\.png$/;

async function asRole(role: Role) {
  const { orgId, slug } = await portal.organisation();
  const person = await portal.person({ orgId, role });
  const trail = () => trailOf(portal.store, orgId, 'action, actor_id', 'organisation.logo%');
  const stored = async () => (await portal.store.people.findOrganisation(orgId))?.logo;
  return { orgId, slug, person, path: `/organisations/${slug}/settings/logo`, stored, trail };
}

const fetched = (path: string, headers: Record<string, string> = {}) =>
  portal.app.request(`${portal.baseUrl}${path}`, { headers });

describe('the logo of an organisation', () => {
  test.each<[Role, number, number]>([
    ['owner', 200, 200],
    ['admin', 200, 200],
    ['member', 200, 403],
    ['viewer', 403, 403],
  ])('is seen and changed by its admins: a %s gets %i and %i', async (role, reading, changing) => {
    const { path, person, stored } = await asRole(role);
    expect((await person.get(path)).status).toBe(reading);
    expect((await person.put(path, { png: PNG })).status).toBe(changing);
    expect((await stored()) === null).toBe(changing !== 200);
    expect((await person.post(`${path}/remove`)).status).toBe(changing);
    expect(await stored()).toBe(null);
  });

  test('is shown with its name, replaced and removed, each written down', async () => {
    const { path, person, slug, trail } = await asRole('owner');
    expect((await person.get(path)).body).toEqual({ logo: null });
    const { logo: first } = (await person.put(path, { png: PNG })).body as { logo: string };
    expect(first).toMatch(ADDRESS);
    const me = (await person.get('/me')).body as { organisations: unknown[] };
    expect(me.organisations).toEqual([expect.objectContaining({ slug, logo: first })]);
    const { logo: second } = (await person.put(path, { png: OTHER })).body as { logo: string };
    expect(second).not.toBe(first);
    expect((await fetched(first)).status).toBe(404);
    expect((await fetched(second)).status).toBe(200);
    expect((await person.post(`${path}/remove`)).body).toEqual({ logo: null });
    expect((await fetched(second)).status).toBe(404);
    expect(errorOf(await person.post(`${path}/remove`))).toMatchObject({ code: 'conflict' });
    const by = { actor_id: person.userId };
    expect(await trail()).toEqual([
      { action: 'organisation.logo_set', ...by },
      { action: 'organisation.logo_set', ...by },
      { action: 'organisation.logo_removed', ...by },
    ]);
  });

  test('is served as a picture and as nothing else, to whoever has its address', async () => {
    const { path, person } = await asRole('owner');
    const { logo } = (await person.put(path, { png: PNG })).body as { logo: string };
    const answer = await fetched(logo, { 'Sec-Fetch-Site': 'cross-site' });
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/png',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'cross-origin',
      'cache-control': 'public, max-age=3600',
    });
    expect([...new Uint8Array(await answer.arrayBuffer())].slice(0, 8)).toEqual([
      0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a,
    ]);
  });

  test.each([
    '',
    '.png',
    `${'0'.repeat(32)}.png`,
    `${'0'.repeat(32)}.svg`,
    `${'g'.repeat(32)}.png`,
    '..%2f..%2fetc',
  ])('is at no other address: /logos/%s', async (name) => {
    const answer = await fetched(`/logos/${name}`);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).not.toContain('image');
  });

  test.each<[string, string, RegExp]>([
    ['an SVG with a script', base64(Buffer.from('<svg onload="alert(1)"/>')), /no PNG/],
    ['HTML behind a PNG', base64(Buffer.concat([picture(), Buffer.from('<script>')])), /broken/],
    ['a PNG of 257 pixels', base64(picture({ width: 257 })), /larger than 256 by 256/],
    ['more than 128 KiB', base64(Buffer.concat([picture(), Buffer.alloc(128 * 1024)])), /over 128 KiB/],
    ['what is no base64', 'not base64!', /png:/],
    ['an address', 'https://evil.test/logo.png', /png:/],
    ['nothing', '', /no PNG/],
  ])('is never %s', async (_, png, why) => {
    const { path, person, stored, trail } = await asRole('owner');
    const answer = await person.put(path, { png });
    expect(errorOf(answer)).toMatchObject({ code: 'invalid_request', message: expect.stringMatching(why) });
    expect(await stored()).toBe(null);
    expect(await trail()).toEqual([]);
  });

  test('keeps nothing of the file but its pixels', async () => {
    const { path, person } = await asRole('owner');
    const hidden = Buffer.from('tEXtComment\0<script>alert(1)</script>');
    const chunk = Buffer.alloc(hidden.length + 8);
    chunk.writeUInt32BE(hidden.length - 4, 0);
    hidden.copy(chunk, 4);
    chunk.writeUInt32BE(crc32(hidden), hidden.length + 4);
    const plain = picture();
    const stuffed = Buffer.concat([plain.subarray(0, 33), chunk, plain.subarray(33)]);
    const { logo } = (await person.put(path, { png: base64(stuffed) })).body as { logo: string };
    expect(Buffer.from(await (await fetched(logo)).arrayBuffer()).includes('script')).toBe(false);
    expect((await person.put(path, { png: base64(plain) })).body).toEqual({ logo });
  });

  test('is no way to send megabytes, packed or not', async () => {
    const { path, person, stored } = await asRole('owner');
    expect((await person.put(path, { png: 'A'.repeat(200 * 1024) })).status).toBe(413);
    const bomb = picture({ rows: deflateSync(Buffer.alloc(32 * 1024 * 1024)) });
    expect(bomb.length).toBeLessThan(64 * 1024);
    expect((await person.put(path, { png: base64(bomb) })).status).toBe(400);
    expect(await stored()).toBe(null);
  });

  test('is another organisation’s to neither set nor remove nor read', async () => {
    const { path, person, stored } = await asRole('owner');
    await person.put(path, { png: PNG });
    const before = await stored();
    const stranger = (await asRole('owner')).person;
    expect((await stranger.get(path)).status).toBe(404);
    expect((await stranger.put(path, { png: OTHER })).status).toBe(404);
    expect((await stranger.post(`${path}/remove`)).status).toBe(404);
    expect(await stored()).toBe(before);
    const foreign = { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' };
    expect((await person.send('PUT', path, { body: { png: OTHER }, headers: foreign })).status).toBe(403);
    expect(await stored()).toBe(before);
  });

  test('of one organisation stays when another with the same picture removes its own', async () => {
    const [one, other] = [await asRole('owner'), await asRole('owner')];
    const { logo } = (await one.person.put(one.path, { png: PNG })).body as { logo: string };
    expect((await other.person.put(other.path, { png: PNG })).body).toEqual({ logo });
    await other.person.post(`${other.path}/remove`);
    expect((await fetched(logo)).status).toBe(200);
    expect((await one.person.get(one.path)).body).toEqual({ logo });
  });

  test('is gone with its organisation', async () => {
    const { orgId, path, person } = await asRole('owner');
    const { logo } = (await person.put(path, { png: base64(picture({ red: 9 })) })).body as { logo: string };
    expect((await fetched(logo)).status).toBe(200);
    await portal.store.pool.query(
      'update organisations set deleted_at = now(), suspended_at = now() where id = $1',
      [orgId],
    );
    expect((await fetched(logo)).status).toBe(404);
  });

  test('is not set by who is removed while it is being set', async () => {
    const { orgId, path, person, stored } = await asRole('admin');
    const [answer] = await racedBehind(
      portal.store,
      'organisations',
      [() => person.put(path, { png: PNG })],
      { mode: 'exclusive', meanwhile: () => portal.store.people.removeMember(orgId, person.userId) },
    );
    expect(answer?.status).toBe(403);
    expect(await stored()).toBe(null);
  });
});
