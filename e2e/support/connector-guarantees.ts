import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ConnectOptions, Library } from './mcp-app.ts';
import { ALL_TOOLS, MODES, READ_TOOLS, WRITE_TOOLS } from './organisations.ts';
import { portalOf } from './portal.ts';
import { callByHand, refreshByHand } from './raw.ts';
import { balanceOf, makeReadyBundle } from './reelport.ts';
import { expectValidMessagesIn } from './valid-messages.ts';
import { openWorld, type World } from './world.ts';

const DAY_MS = 86_400_000;

/** What a person may expect of any app that is built on `library` and gets nothing but the connector's URL. */
export function connectorGuarantees(library: Library): void {
  let world: World;
  beforeAll(async () => {
    world = await openWorld();
  });
  afterAll(() => world.close());

  describe.each(MODES)('in %s', (_mode, { slug, email, credential }) => {
    const connect = (clientName: string, access: 'read' | 'full', more: Partial<ConnectOptions> = {}) =>
      library.connect(world, { path: `/mcp/${slug}`, email, access, clientName, ...more });

    test.each(['/mcp', `/mcp/${slug}`, `/mcp/${slug}/sse`])(
      'the URL %s is all that the app needs to register, be approved and use every tool',
      async (path) => {
        const start = world.wire.length();
        const app = await library.connect(world, {
          path,
          email,
          organisation: slug,
          access: 'full',
          clientName: `Paste of ${path}`,
        });
        expect(app.revision()).toBe(library.revision);
        expect(app.tokens().access).toMatch(credential);
        expect(app.tokens().refresh).not.toBe('');
        expect(world.wire.lines(start)).toEqual(
          expect.arrayContaining([
            `POST ${path} 401`,
            `GET /.well-known/oauth-protected-resource${path} 200`,
            'GET /.well-known/oauth-authorization-server 200',
            'POST /register 201',
            'POST /token 200',
          ]),
        );

        const tools = await app.tools();
        expect(tools.map(({ name }) => name).sort()).toEqual(ALL_TOOLS);
        expect(
          tools
            .filter(({ readOnly }) => readOnly)
            .map(({ name }) => name)
            .sort(),
        ).toEqual(READ_TOOLS);
        expect(await balanceOf(app)).toBeGreaterThan(0);
        const written = await app.call('create_bundle', { title: `Made at ${path}` });
        expect(written).toMatchObject({ failed: false, said: { status: 'draft' } });
        expect(app.complaints).toEqual([]);
        await app.close();
      },
    );

    test('publishing takes credits until there are none, and then the app is told so', async () => {
      const app = await connect('Publisher', 'full');
      for (let left = await balanceOf(app); left > 0; left -= 25) {
        const bundle_id = await makeReadyBundle(app, `With ${left} credits left`);
        const published = await app.call('publish_bundle', { bundle_id });
        expect(published).toMatchObject({ failed: false, said: { credits_spent: 25, balance: left - 25 } });
      }
      const bundle_id = await makeReadyBundle(app, 'With none');
      const refused = await app.call('publish_bundle', { bundle_id });
      expect(refused).toMatchObject({ failed: true, said: { status: 402 } });
      expect(refused.said['message']).toContain('Publishing costs 25 credits and 0 are left.');
      expect(refused.said['request_id']).toMatch(/^req_/);
      expect(refused.structured).toEqual(refused.said);
      expect(await balanceOf(app)).toBe(0);
      await app.close();
    });

    test('arguments that are wrong come back as an error that says which, and nothing is made', async () => {
      const app = await connect('Blunderer', 'full');
      const before = (await app.call('list_bundles', { limit: 100 })).said['data'];
      const title = await app.call('create_bundle', { title: ['a list'] });
      expect(title).toMatchObject({ failed: true, said: { status: 400, code: 'invalid_arguments' } });
      expect(title.said['message']).toContain('title');

      const account_ids = ['acc_00000000000000000000'];
      const { said: bundle } = await app.call('create_bundle', { title: 'For an account that is not there' });
      const unknown = await app.call('configure_bundle', { bundle_id: bundle['id'], account_ids });
      expect(unknown).toMatchObject({ failed: true, said: { status: 422 } });
      expect(unknown.said['message']).toContain('account_ids');
      expect(unknown.structured).toEqual(unknown.said);

      expect(await app.call('delete_bundle', { bundle_id: bundle['id'] })).toMatchObject({ failed: false });
      expect((await app.call('list_bundles', { limit: 100 })).said['data']).toEqual(before);
      await app.close();
    });

    test('an access token that is lost is replaced by a refresh, without a person', async () => {
      const app = await connect('Loser', 'full');
      const before = app.tokens();
      app.spoilAccessToken();
      const start = world.wire.length();
      expect(await balanceOf(app)).toBeTypeOf('number');
      expect(world.wire.lines(start)).toEqual(
        expect.arrayContaining([`POST /mcp/${slug} 401`, 'POST /token 200', `POST /mcp/${slug} 200`]),
      );
      expect(app.tokens().access).not.toBe(before.access);
      expect(app.tokens().refresh).not.toBe(before.refresh);
      expect(app.authorizeUrls).toHaveLength(1);
      await app.close();
    });

    test('an access token that has expired is replaced by a refresh, without a person', async () => {
      const start = world.wire.length();
      const app = await connect('Sleeper', 'full', { issuedAtOffsetMs: -8 * DAY_MS });
      expect(await balanceOf(app)).toBeTypeOf('number');
      expect(world.wire.lines(start).filter((line) => line.startsWith('POST /token'))).toEqual([
        'POST /token 200',
        'POST /token 200',
      ]);
      expect(app.authorizeUrls).toHaveLength(1);
      await app.close();
    });

    test('a revoked connection is refused on its next call, its refresh token too; a new approval helps', async () => {
      const path = `/mcp/${slug}`;
      const clientName = 'Revoked';
      const app = await connect(clientName, 'full');
      const bystander = await connect('Bystander', 'full');
      const { access, refresh } = app.tokens();
      const clientId = app.clientId();
      await portalOf(world, { email, slug }).revokeConnections(clientName);

      const start = world.wire.length();
      await expect(app.call('get_credit_balance')).rejects.toBeInstanceOf(library.Unauthorized);
      expect(world.wire.lines(start)).toEqual(
        expect.arrayContaining([`POST ${path} 401`, 'POST /token 400']),
      );
      expect(app.invalidated).toEqual(['tokens']);
      const byHand = await callByHand(
        world.url + path,
        { authorization: `Bearer ${access}` },
        'get_credit_balance',
      );
      expect(byHand.status).toBe(401);
      expect(byHand.headers.get('www-authenticate')).toContain('error="invalid_token"');
      const refreshed = await refreshByHand(world.url, clientId, refresh);
      expect([refreshed.status, await refreshed.json()]).toEqual([
        400,
        expect.objectContaining({ error: 'invalid_grant' }),
      ]);

      expect(await balanceOf(bystander)).toBeTypeOf('number');
      await app.approveAgain({ email, access: 'full' });
      expect(await balanceOf(app)).toBeTypeOf('number');
      await app.close();
      await bystander.close();
    });

    test('Read-only lists the read-only tools and no other', async () => {
      const app = await connect('Reader', 'read');
      const tools = await app.tools();
      expect(tools.map(({ name }) => name).sort()).toEqual(READ_TOOLS);
      expect(tools.every(({ readOnly }) => readOnly)).toBe(true);
      expect(await balanceOf(app)).toBeTypeOf('number');
      await app.close();
    });

    test('Read-only can call no tool that changes something, and reads on', async () => {
      const path = `/mcp/${slug}`;
      const app = await connect('Meddler', 'read');
      const before = (await app.call('list_bundles', { limit: 100 })).said;
      const bearer = { authorization: `Bearer ${app.tokens().access}` };
      for (const tool of WRITE_TOOLS) {
        const refused = await callByHand(world.url + path, bearer, tool);
        expect([tool, refused.status]).toEqual([tool, 403]);
        expect(refused.headers.get('www-authenticate')).toBe(
          `Bearer error="insufficient_scope", resource_metadata="${world.url}/.well-known/oauth-protected-resource${path}", scope="mcp:read mcp:call"`,
        );
      }
      const start = world.wire.length();
      await expect(app.call('create_bundle', { title: 'Never made' })).rejects.toThrow(/403|Unauthorized/);
      expect(world.wire.lines(start)).toContain(`POST ${path} 403`);
      expect((await app.call('list_bundles', { limit: 100 })).said).toEqual(before);
      await app.close();
    });
  });

  test('at /mcp the person chooses the organisation, and the app sees that one alone', async () => {
    const decision = { email: 'owner@acme.test', access: 'full', path: '/mcp' } as const;
    const acme = await library.connect(world, { ...decision, organisation: 'acme', clientName: 'At acme' });
    const globex = await library.connect(world, {
      ...decision,
      organisation: 'globex',
      clientName: 'At globex',
    });
    const { said: bundle } = await acme.call('create_bundle', { title: 'Of acme alone' });
    expect((await acme.call('get_bundle', { bundle_id: bundle['id'] })).said['title']).toBe('Of acme alone');
    expect(await globex.call('get_bundle', { bundle_id: bundle['id'] })).toMatchObject({
      failed: true,
      said: { status: 404 },
    });
    await acme.close();
    await globex.close();
  });

  test('a viewer is told that Full access is not theirs to give, and can give Read-only', async () => {
    const viewer = { path: '/mcp/acme', email: 'viewer@acme.test', clientName: 'Vera’s app' };
    await expect(library.connect(world, { ...viewer, access: 'full' })).rejects.toThrow(
      'Full access is not possible with your role',
    );
    const app = await library.connect(world, { ...viewer, access: 'read' });
    expect((await app.tools()).map(({ name }) => name).sort()).toEqual(READ_TOOLS);
    await app.close();
  });

  test('in all of this no token and no key was part of a URL', () => {
    expect(world.wire.credentials().size).toBeGreaterThan(0);
    expect(world.wire.secretsInUrls()).toEqual([]);
  });

  const first = library.revision === '2026-07-28' ? 'server/discover' : 'initialize';
  const asked = [first, 'tools/list', 'tools/call'].map((method) => `${library.revision} ${method}`);
  expectValidMessagesIn(() => world, ...asked);
}
