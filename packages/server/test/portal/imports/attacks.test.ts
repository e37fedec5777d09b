import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importConnector } from '../../../src/connectors/import-connector.ts';
import type { Role } from '../../../src/kernel/access.ts';
import { createCaller, errorOf } from '../open-portal.ts';
import { openImports, shop, type OpenedImports } from './open-imports.ts';

let opened: OpenedImports;
beforeAll(async () => {
  opened = await openImports();
});
afterAll(() => opened.close());

const HASH = 'a'.repeat(64);
const SETTINGS = {
  slug: 'x',
  name: 'X',
  base_url: 'https://api.test',
  include: [],
  exclude: [],
  deprecated: false,
  operations: {},
  mode: 'auto',
  pinned: [],
  toolsets: null,
  docs_url: null,
  server_hosts: [],
  security: null,
  new_write_tools: 'wait',
  overlay: null,
};

/** Every route of imports and of a connector's own page, with a body that it would take. */
const ROUTES: readonly (readonly [method: string, path: string, body?: object])[] = [
  ['GET', '/imports'],
  ['POST', '/imports', { source: { kind: 'url', url: 'https://docs.test/shop.json' } }],
  ['GET', '/imports/:import'],
  ['POST', '/imports/:import/cancel', {}],
  ['POST', '/imports/:import/delete', {}],
  ['POST', '/imports/:import/fetch', {}],
  ['PUT', '/imports/:import/settings', { revision: 1, settings: SETTINGS }],
  ['PUT', '/imports/:import/credential', { revision: 1, credential: { kind: 'bearer', token: 'stolen' } }],
  ['GET', '/imports/:import/operations'],
  ['GET', '/imports/:import/problems'],
  ['GET', '/imports/:import/preview'],
  ['GET', '/imports/:import/diff'],
  ['POST', '/imports/:import/test', { operation: 'GET /orders' }],
  ['POST', '/imports/:import/publish', { content_hash: HASH, base_version: null }],
  ['GET', '/connectors/shop'],
  ['PUT', '/connectors/shop/credential', { credential: { kind: 'bearer', token: 'stolen' } }],
  ['POST', '/connectors/shop/test', { operation: 'GET /orders' }],
  ['POST', '/connectors/shop/delete', { base_version: 1 }],
  ['GET', '/connectors/shop/versions'],
  ['GET', '/connectors/shop/versions/diff?from=1&to=1'],
  ['POST', '/connectors/shop/roll-back', { to: 1, base_version: 1 }],
];

describe('imports of an organisation', () => {
  test('are nobody else’s: under another organisation they are as absent as what never was', async () => {
    const theirs = await opened.admin();
    const ours = await opened.admin('owner');
    const view = await theirs.uploaded(shop());
    await theirs.publish(await theirs.uploaded(shop()));
    const before = (await theirs.get(`/imports/${view.id}`)).text;
    for (const [method, path, body] of ROUTES.filter(
      ([, path]) => path.includes(':import') || path.includes('shop'),
    )) {
      const more = body === undefined ? {} : { body };
      const send = (id: string) => ours.person.send(method, ours.base + path.replace(':import', id), more);
      const [foreign, absent] = [await send(view.id), await send('imp_never')];
      expect([method, path, foreign.status]).toEqual([method, path, 404]);
      expect({ ...errorOf(foreign), request_id: '' }).toEqual({ ...errorOf(absent), request_id: '' });
      const atTheirs = await ours.person.send(method, theirs.base + path.replace(':import', view.id), more);
      expect([method, path, atTheirs.status]).toEqual([method, path, 404]);
    }
    expect((await theirs.get(`/imports/${view.id}`)).text).toBe(before);
    expect((await theirs.get('/connectors/shop')).body).toMatchObject({ version: 1 });
  });

  test.each<Role>(['member', 'viewer'])('are not for a %s', async (role) => {
    const admin = await opened.admin();
    const view = await admin.uploaded(shop());
    await admin.publish(await admin.uploaded(shop()));
    const person = await opened.portal.person({ orgId: admin.orgId, role });
    for (const [method, path, body] of ROUTES) {
      const answer = await person.send(
        method,
        admin.base + path.replace(':import', view.id),
        body === undefined ? {} : { body },
      );
      expect([method, path, answer.status]).toEqual([method, path, 403]);
    }
    expect((await opened.actor(person, admin.slug).upload(shop())).status).toBe(403);
  });

  test('are not for who is signed out, nor for another site', async () => {
    const admin = await opened.admin();
    const view = await admin.uploaded(shop());
    const stranger = createCaller(opened.portal.app, opened.portal.baseUrl, undefined);
    for (const [method, path, body] of ROUTES) {
      const place = admin.base + path.replace(':import', view.id);
      const more = body === undefined ? {} : { body };
      expect((await stranger.send(method, place, more)).status).toBe(401);
      const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' };
      expect((await admin.person.send(method, place, { ...more, headers })).status).toBe(403);
    }
    const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' };
    expect((await admin.upload(shop(), { headers })).status).toBe(403);
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'application/json',
    ])
      expect((await admin.upload(shop(), { headers: { 'content-type': type } })).status).toBe(415);
  });

  test.each(['imp_../../keys', 'imp_%2e%2e', 'con_x', "imp_x' or 1=1", '..%2f..%2fkeys', 'imp_%00'])(
    'the path %s names none',
    async (id) => {
      const admin = await opened.admin();
      expect((await admin.get(`/imports/${id}`)).status).toBe(404);
    },
  );
});

describe('an address that is fetched', () => {
  test.each([
    'http://docs.test/shop.json',
    'https://127.0.0.1/shop.json',
    'https://[::1]/shop.json',
    'https://docs.test:8443/shop.json',
    'https://user:pass@docs.test/shop.json',
    'file:///etc/passwd',
    'ftp://docs.test/shop.json',
    'javascript:alert(1)',
    'nonsense',
  ])('%s is refused at once, and nothing is asked', async (url) => {
    const admin = await opened.admin();
    const before = opened.internet.dialled.length;
    const made = await admin.post('/imports', { source: { kind: 'url', url } });
    expect([made.status, errorOf(made).code]).toEqual([400, 'invalid_request']);
    expect(opened.internet.dialled.length).toBe(before);
  });

  test.each(['10.0.0.1', '127.0.0.1', '169.254.169.254', '::1', '::ffff:10.0.0.1', 'fd00::1'])(
    'a name that leads to %s is not connected to, nor said to be anything but unreachable',
    async (address) => {
      const admin = await opened.admin();
      const name = `inside-${address.replaceAll(/[.:]/g, '-')}.test`;
      opened.internet.addresses.set(name, [address]);
      const before = opened.internet.dialled.length;
      const made = await admin.post('/imports', {
        source: { kind: 'url', url: `https://${name}/openapi.json` },
      });
      expect(await admin.settled(String(made.body?.['id']))).toMatchObject({
        state: 'rejected',
        rejection: { code: 'fetch_unreachable' },
      });
      expect(opened.internet.dialled.length).toBe(before);
    },
  );

  test('a redirect is an answer, and is not followed', async () => {
    const admin = await opened.admin();
    opened.internet.on('https://docs.test/moved', (_request, response) => {
      response.writeHead(302, { location: 'https://docs.test/shop.json' }).end();
    });
    opened.internet.publish('https://docs.test/shop.json', shop());
    const before = opened.internet.timesAsked('https://docs.test/shop.json');
    const made = await admin.post('/imports', { source: { kind: 'url', url: 'https://docs.test/moved' } });
    expect((await admin.settled(String(made.body?.['id']))).rejection).toMatchObject({
      code: 'fetch_redirect',
    });
    expect(opened.internet.timesAsked('https://docs.test/shop.json')).toBe(before);
  });

  test('a document that does not end is given up at 32 MB', async () => {
    const admin = await opened.admin();
    const megabyte = Buffer.alloc(1024 * 1024, 'x');
    opened.internet.on('https://docs.test/endless', (_request, response) => {
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && response.write(megabyte));
        response.once('drain', more);
      };
      more();
    });
    const made = await admin.post('/imports', { source: { kind: 'url', url: 'https://docs.test/endless' } });
    expect((await admin.settled(String(made.body?.['id']))).rejection).toMatchObject({
      code: 'fetch_too_large',
    });
  });

  test('what is sent along is nothing of the person’s', async () => {
    const admin = await opened.admin();
    opened.internet.publish('https://docs.test/asked.json', shop());
    const made = await admin.post('/imports', {
      source: { kind: 'url', url: 'https://docs.test/asked.json' },
    });
    await admin.settled(String(made.body?.['id']));
    const asked = opened.internet.asked.find(({ url }) => url === 'https://docs.test/asked.json');
    expect(Object.keys(asked?.headers ?? {}).toSorted()).toEqual([
      'accept',
      'accept-encoding',
      'connection',
      'host',
      'user-agent',
    ]);
  });
});

describe('an upload', () => {
  const count = async (orgId: string) =>
    (await opened.portal.store.pool.query('select id from imports where org_id = $1', [orgId])).rows.length;

  test('of more than 32 MB is refused, whatever length it says, and leaves nothing behind', async () => {
    const admin = await opened.admin();
    const said = await admin.upload(new Uint8Array(33 * 1024 * 1024), {
      headers: { 'content-length': String(33 * 1024 * 1024) },
    });
    expect([said.status, errorOf(said).code]).toEqual([413, 'payload_too_large']);
    let sent = 0;
    const unsaid = new ReadableStream({
      pull(controller) {
        sent += 1;
        if (sent > 40) controller.close();
        else controller.enqueue(new Uint8Array(1024 * 1024));
      },
    });
    expect((await admin.upload(unsaid)).status).toBe(413);
    expect(await count(admin.orgId)).toBe(0);
  });

  test('that breaks off leaves nothing behind', async () => {
    const admin = await opened.admin();
    const broken = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(shop().slice(0, 100)));
      },
      pull(controller) {
        controller.error(new Error('gone'));
      },
    });
    const answer = await admin.upload(broken);
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'invalid_request']);
    expect(await count(admin.orgId)).toBe(0);
  });

  test('of nothing is refused', async () => {
    const admin = await opened.admin();
    expect((await admin.upload('')).status).toBe(400);
  });

  test('of aliases that multiply themselves is rejected, and the service goes on', async () => {
    const admin = await opened.admin();
    const bomb = [
      'openapi: 3.1.0',
      'info: {title: x, version: "1"}',
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefghij'.split('').map((letter, index) => {
        const before = 'abcdefghi'[index] ?? '';
        return `${letter}: &${letter} [${Array.from({ length: 9 }, () => `*${before}`).join(',')}]`;
      }),
      'paths: {}',
    ].join('\n');
    expect((await admin.uploaded(bomb)).rejection).toMatchObject({ code: 'YAML_ALIAS_LIMIT' });
    expect(await admin.uploaded(shop())).toMatchObject({ state: 'ready' });
  });

  test('nested by the hundred thousand is rejected, and the service goes on', async () => {
    const admin = await opened.admin();
    const view = await admin.uploaded(`${'['.repeat(200_000)}${']'.repeat(200_000)}`);
    expect(view.state).toBe('rejected');
    expect((await admin.get('/imports')).status).toBe(200);
  });

  test('with a hostile name is shown with a harmless one', async () => {
    const admin = await opened.admin();
    const name = encodeURIComponent('\u202Egnp.\u0007<b>x</b>.json');
    const view = await admin.uploaded(shop(), `?file_name=${name}`);
    const shown = (view['source'] as { file_name: string }).file_name;
    expect(['\u202E', '\u0007'].filter((character) => shown.includes(character))).toEqual([]);
  });
});

describe('where calls go', () => {
  test.each([
    'ftp://api.test',
    'https://user:pw@api.test',
    'https://api.test/#x',
    'https://api.test/?x=1',
    '/relative',
  ])('cannot be %s', async (baseUrl) => {
    const admin = await opened.admin();
    const view = await admin.uploaded(shop());
    const answer = await admin.put(`/imports/${view.id}/settings`, {
      revision: view.revision,
      settings: { ...view.settings, base_url: baseUrl },
    });
    expect(answer.status).toBe(400);
  });

  test.each(['https://inside.test', 'http://127.0.0.1:5432', 'https://[::1]', 'http://api.test'])(
    'is not %s, though it may be written down: no test and no call gets there',
    async (baseUrl) => {
      const admin = await opened.admin();
      opened.internet.addresses.set('inside.test', ['10.0.0.8']);
      const view = await admin.changed(await admin.uploaded(shop()), { base_url: baseUrl });
      const before = opened.internet.dialled.length;
      const tested = await admin.post(`/imports/${view.id}/test`, { operation: 'GET /orders' });
      expect(tested.body).toMatchObject({ ok: false, status: null });
      await admin.publish(view);
      const published = await admin.post('/connectors/shop/test', { operation: 'GET /orders' });
      expect(published.body).toMatchObject({ ok: false, status: null });
      expect(opened.internet.dialled.length).toBe(before);
      const target = (await opened.portal.catalogues.of(admin.orgId, 'owner')).connectors.get('shop')?.target;
      expect(target?.reach).toBe('public');
    },
  );
});

describe('a name', () => {
  test.each(['../keys', 'a/b', 'UPPER', 'ü', '-x', 'x--y', '%2e%2e'])(
    '%s is no connector’s',
    async (slug) => {
      const admin = await opened.admin();
      const view = await admin.uploaded(shop());
      const answer = await admin.put(`/imports/${view.id}/settings`, {
        revision: view.revision,
        settings: { ...view.settings, slug },
      });
      expect(answer.status).toBe(200);
      const settled = await admin.settled(view.id);
      expect(settled.blockers.map(({ code }) => code)).toContain('slug_invalid');
      expect((await admin.publish(settled)).status).toBe(409);
      const { rows } = await opened.portal.store.pool.query('select from connectors where org_id = $1', [
        admin.orgId,
      ]);
      expect(rows).toEqual([]);
    },
  );

  test('of a connector that all organisations share, or that the operator declares, is not taken', async () => {
    const admin = await opened.admin();
    const { store } = opened.portal;
    const source = { baseUrl: 'https://api.test', document: shop(), name: 'Theirs' };
    await importConnector(store, { ...source, orgId: null, slug: 'shared-one' });
    await importConnector(store, { ...source, orgId: admin.orgId, slug: 'declared-one' });
    for (const [slug, code] of [
      ['shared-one', 'slug_shared'],
      ['declared-one', 'slug_operator'],
    ] as const) {
      const view = await admin.changed(await admin.uploaded(shop()), { slug });
      expect(view.blockers).toMatchObject([{ code }]);
      expect((await admin.publish(view)).body).toMatchObject({ reason: 'blocked' });
      expect((await admin.publish(view, { base_version: 1 })).status).toBe(409);
      expect((await admin.get(`/connectors/${slug}`)).body).toMatchObject({
        managed_by: 'operator',
        version: 1,
      });
      for (const [path, body] of [
        ['delete', { base_version: 1 }],
        ['roll-back', { to: 1, base_version: 1 }],
      ] as const)
        expect((await admin.post(`/connectors/${slug}/${path}`, body)).status).toBe(403);
      const credential = { credential: { kind: 'bearer', token: 'mine' } };
      expect((await admin.put(`/connectors/${slug}/credential`, credential)).status).toBe(403);
      expect((await admin.upload(shop(), { query: `?connector=${slug}` })).status).toBe(403);
    }
  });
});

describe('texts that no database takes', () => {
  test.each([
    { name: 'a\0b' },
    { name: '\uD800' },
    { include: ['tag:\0'] },
    { operations: { 'GET /a\0': { title: 'x' } } },
    { toolsets: { 'a\0': [] } },
  ])('%j is refused as a request', async (part) => {
    const admin = await opened.admin();
    const view = await admin.uploaded(shop());
    const answer = await admin.put(`/imports/${view.id}/settings`, {
      revision: view.revision,
      settings: { ...view.settings, ...part },
    });
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'invalid_request']);
  });
});
