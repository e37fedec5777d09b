import { afterAll, beforeAll, expect, test } from 'vitest';
import { sdkV1 } from './support/sdk-v1.ts';
import { sdkV2Auto, sdkV2Legacy, sdkV2Pinned } from './support/sdk-v2.ts';
import { MODES, READ_TOOLS } from './support/organisations.ts';
import { expectValidMessagesIn } from './support/valid-messages.ts';
import { openWorld, type World } from './support/world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const LIBRARIES = [sdkV2Auto, sdkV2Legacy, sdkV2Pinned];

test.each(
  MODES.flatMap(([mode, about]) => LIBRARIES.map((library) => [library.name, mode, library, about] as const)),
)(
  '%s in %s: a refused write asks the person for Full access, and works once it is given',
  async (_name, _mode, library, { slug, email }) => {
    const app = await library.connect(world, {
      path: `/mcp/${slug}`,
      email,
      access: 'read',
      clientName: 'Climber',
    });
    expect((await app.tools()).map(({ name }) => name).sort()).toEqual(READ_TOOLS);
    await expect(app.call('create_bundle', { title: 'Too early' })).rejects.toBeInstanceOf(
      library.Unauthorized,
    );
    const asked = new URL(app.authorizeUrls.at(-1) ?? '');
    expect(asked.searchParams.get('scope')?.split(' ')).toEqual(
      expect.arrayContaining(['mcp:read', 'mcp:call']),
    );
    expect(app.authorizeUrls).toHaveLength(2);

    await app.approveAgain({ email, access: 'full' });
    expect(await app.call('create_bundle', { title: 'In time' })).toMatchObject({ failed: false });
    await app.close();
  },
);

test('SDK v1, which cannot ask again, does not get a wider token by refreshing', async () => {
  const app = await sdkV1.connect(world, {
    path: '/mcp/acme',
    email: 'owner@acme.test',
    access: 'read',
    clientName: 'Refresher',
  });
  const before = app.tokens();
  await expect(app.call('create_bundle', { title: 'Never made' })).rejects.toThrow('403');
  expect(app.tokens().refresh).not.toBe(before.refresh);
  expect((await app.tools()).map(({ name }) => name).sort()).toEqual(READ_TOOLS);
  await app.close();
});

expectValidMessagesIn(() => world, '2025-11-25 tools/call', '2026-07-28 tools/call');
