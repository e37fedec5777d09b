import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectReelport } from '../../src/demo/reelport/database.ts';
import { createService } from '../../src/demo/reelport/service.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { fail } from '../../src/kernel/result.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { expectDocumented, seen, type CallInput } from './support/call.ts';
import {
  document,
  faultsOf,
  operationOf,
  operations,
  recordOf,
  responseOf,
  statusesOf,
} from './support/document.ts';
import { at, isRecord, textAt, type Json } from './support/json.ts';
import { idsOf, makeDraft, makeReady, NO_SUCH } from './support/make.ts';
import { startWorld, type World } from './support/world.ts';

const documents = (operation: { definition: Json }, status: number) =>
  isRecord(at(operation.definition, 'responses')) &&
  String(status) in recordOf(at(operation.definition, 'responses'));
const withStatus = (status: number) =>
  operations.filter((operation) => documents(operation, status)).map(({ id }) => id);

describe('the OpenAPI document', () => {
  let world: World;
  beforeAll(async () => {
    world = await startWorld();
  });
  afterAll(() => world.close());

  test('names every route, and every operation in it is routed', async () => {
    const database = connectReelport(world.databaseUrl, silentLog);
    const service = createService({
      database,
      verify: async () => fail({ reason: 'refused', evidence: 'nobody calls' }),
      clock: systemClock,
      log: silentLog,
      requestsPerMinute: 1,
      ownUrl: () => world.url,
    });
    const routed = service.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
    await database.close();
    const documented = operations.map(({ method, path }) => `${method} ${path}`);
    expect(new Set(routed)).toEqual(new Set(documented));
    expect(routed).toHaveLength(documented.length);
  });

  test('says for every operation what it is called, what it does, and to what it belongs', () => {
    expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length);
    const tags = at(document, 'tags');
    for (const { id, definition } of operations) {
      expect(id).toMatch(/^[a-z]+(_[a-z]+)+$/);
      expect(textAt(definition, 'summary').length).toBeLessThanOrEqual(60);
      expect(textAt(definition, 'description')).toMatch(/\.$/);
      expect(tags).toContainEqual(expect.objectContaining({ name: textAt(definition, 'tags', 0) }));
    }
  });

  test('gives examples that are valid under its own schemas', () => {
    let examples = 0;
    for (const [name, schema] of Object.entries(recordOf(at(document, 'components', 'schemas')))) {
      if (!isRecord(schema) || !Array.isArray(schema['examples'])) continue;
      for (const example of schema['examples']) {
        expect(faultsOf({ $ref: `#/components/schemas/${name}` }, example), `the example of ${name}`).toEqual(
          [],
        );
        examples += 1;
      }
    }
    for (const [name, response] of Object.entries(recordOf(at(document, 'components', 'responses')))) {
      const content = at(response, 'content', 'application/problem+json');
      expect(faultsOf(at(content, 'schema'), at(content, 'example')), `the example of ${name}`).toEqual([]);
      examples += 1;
    }
    expect(examples).toBeGreaterThan(30);
  });

  test('gives the same price and the same opening credits as the service', async () => {
    const { read } = world.organisation();
    const { body } = await read('get_credit_balance');
    expect(at(operationOf('publish_bundle').definition, 'x-mcp', 'cost')).toBe(at(body, 'publish_cost'));
  });

  describe('names exactly the answers that really happen:', () => {
    test('success', async () => {
      const { full } = world.organisation();
      const bundle = { bundle_id: await makeReady(full) };
      await full('list_bundles');
      await full('get_bundle', { path: bundle });
      await full('publish_bundle', { path: bundle });
      await full('delete_bundle', { path: { bundle_id: await makeDraft(full) } });
      await full('get_bundle_analytics', { path: bundle });
      await full('get_analytics_overview');
      const account = await full('connect_account', { json: { platform: 'youtube', handle: '@a' } });
      const account_id = textAt(account.body, 'id');
      await full('get_account', { path: { account_id } });
      await full('disconnect_account', { path: { account_id } });
      const body = new FormData();
      body.append('file', new Blob(['x'], { type: 'image/png' }), 'a.png');
      const media = await full('upload_media', { body });
      await full('get_media', { path: { media_id: textAt(media.body, 'id') } });
      expect((await put(await uploadUrl(world), 'abc')).status).toBe(200);
      const hook = await full('create_webhook', {
        json: { url: 'https://hooks.example.com/', events: ['credits.low'] },
      });
      await full('list_webhooks');
      await full('delete_webhook', { path: { webhook_id: textAt(hook.body, 'id') } });
      await full('get_credit_balance');
      await full('list_credit_ledger');
    });

    test.each(withStatus(401))('401 of %s, without a token', async (id) => {
      expect((await world.anonymous(id, { path: NO_SUCH })).status).toBe(401);
    });

    test.each(withStatus(429))('429 of %s, beyond the limit', async (id) => {
      const limited = await startLimited();
      expect((await limited.organisation().full(id, { path: NO_SUCH })).status).toBe(429);
    });

    test.each(withStatus(403).filter((id) => id !== 'upload_media_content'))(
      '403 of %s, with read access',
      async (id) => {
        expect((await world.organisation().read(id, { path: NO_SUCH })).status).toBe(403);
      },
    );

    test.each(withStatus(422).filter((id) => id !== 'upload_media_content'))(
      '422 of %s, with an unknown parameter',
      async (id) => {
        const answer = await world.organisation().full(id, { path: NO_SUCH, query: { unknown: 'x' } });
        expect(answer.status).toBe(422);
      },
    );

    test.each(withStatus(404))('404 of %s, for what there is not', async (id) => {
      const input: CallInput = id === 'configure_bundle' ? { json: { title: 'x' } } : {};
      expect((await world.organisation().full(id, { ...input, path: NO_SUCH })).status).toBe(404);
    });

    test.each(withStatus(400))('400 of %s, for what cannot be read', async (id) => {
      const input = operationOf(id).method === 'GET' ? { query: { cursor: 'x' } } : broken(id);
      expect((await world.organisation().full(id, { ...input, path: NO_SUCH })).status).toBe(400);
    });

    test.each(withStatus(413).filter((id) => id !== 'upload_media_content'))(
      '413 of %s, for too much',
      async (id) => {
        const input = { ...broken(id), body: 'x'.repeat(11 * 1024 * 1024) };
        expect((await world.organisation().full(id, { ...input, path: NO_SUCH })).status).toBe(413);
      },
    );

    test.each(withStatus(415).filter((id) => id !== 'upload_media_content'))(
      '415 of %s, for another type',
      async (id) => {
        const input = { body: 'x', headers: { 'content-type': 'text/plain' } };
        expect((await world.organisation().full(id, { ...input, path: NO_SUCH })).status).toBe(415);
      },
    );

    test('402 and 409, each where the document has them', async () => {
      const { full } = world.organisation();
      const path = { bundle_id: await makeReady(full) };
      for (let spent = 0; spent < 10; spent += 1) {
        await full('publish_bundle', { path: { bundle_id: await makeReady(full) } });
      }
      expect((await full('publish_bundle', { path })).status).toBe(402);
      const [published = ''] = await idsOf(full, 'list_bundles', { status: 'published' });
      const done = { path: { bundle_id: published } };
      expect((await full('publish_bundle', done)).status).toBe(409);
      expect((await full('delete_bundle', done)).status).toBe(409);
      expect((await full('configure_bundle', { ...done, json: { title: 'x' } })).status).toBe(409);
      const json = { platform: 'youtube', handle: '@a' };
      await full('connect_account', { json });
      expect((await full('connect_account', { json })).status).toBe(409);
    });

    test('the refusals of an upload URL', async () => {
      const url = await uploadUrl(world);
      const statuses = [
        (await put(url.replace('token=', 'token=x'), 'abc')).status,
        (await put(`${url}&unknown=x`, 'abc')).status,
        (await put(url, 'abc', 'image/png')).status,
        (await put(url, 'abcd')).status,
        (await put(url, 'abc')).status,
        (await put(url, 'abc')).status,
      ];
      expect(statuses).toEqual([403, 422, 415, 413, 200, 409]);
    });

    test('503, while the database is out of reach', async () => {
      const wire = await startWire();
      const cut = await startWorld({ reach: wire.through });
      const { full } = cut.organisation();
      const url = await uploadUrl(cut);
      wire.cut();
      for (const id of withStatus(503)) {
        const isUpload = id === 'upload_media_content';
        const answer = isUpload ? await put(url, 'abc') : await full(id, valid(id));
        expect(answer.status).toBe(503);
      }
      await wire.mend();
      expect((await full('get_credit_balance')).status).toBe(200);
      await cut.close();
      wire.cut();
    });

    test('and no other', () => {
      const documented = operations.flatMap((operation) =>
        statusesOf(operation).map((status) => `${operation.id} ${status}`),
      );
      expect(documented.filter((name) => !seen.has(name))).toEqual([]);
      expect(responseOf(operationOf('list_bundles'), 401)).toMatchObject({ headers: expect.anything() });
    });
  });
});

let limited: World | undefined;
async function startLimited(): Promise<World> {
  limited ??= await startWorld({ requestsPerMinute: 0 });
  return limited;
}
afterAll(() => limited?.close());

function broken(id: string): CallInput {
  const type = id === 'upload_media' ? 'multipart/form-data; boundary=b' : 'application/json';
  return { body: '{', headers: { 'content-type': type } };
}

/** Input that gets as far as the database. */
function valid(id: string): CallInput {
  const json: Record<string, Json> = {
    create_bundle: { title: 'x' },
    configure_bundle: { title: 'x' },
    connect_account: { platform: 'youtube', handle: '@a' },
    create_media_upload: { filename: 'a.mp4', content_type: 'video/mp4', size_bytes: 3 },
    create_webhook: { url: 'https://hooks.example.com/', events: ['credits.low'] },
  };
  const body = new FormData();
  body.append('file', new Blob(['x'], { type: 'image/png' }), 'a.png');
  const sent = json[id];
  return {
    path: NO_SUCH,
    ...(sent === undefined ? {} : { json: sent }),
    ...(id === 'upload_media' ? { body } : {}),
  };
}

async function uploadUrl(world: World): Promise<string> {
  const json = { filename: 'a.mp4', content_type: 'video/mp4', size_bytes: 3 };
  return textAt((await world.organisation().full('create_media_upload', { json })).body, 'upload_url');
}

async function put(url: string, body: string, type = 'video/mp4') {
  const response = await fetch(url, { method: 'PUT', body, headers: { 'content-type': type } });
  return expectDocumented(operationOf('upload_media_content'), response);
}

interface Wire {
  /** The same database by way of this wire. */
  through: (databaseUrl: string) => string;
  cut: () => void;
  mend(): Promise<void>;
}

/** A wire between Reelport and its database that can be cut. */
async function startWire(): Promise<Wire> {
  let target = { host: '', port: 0 };
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => sockets.delete(one));
      one.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    through(databaseUrl) {
      const url = new URL(databaseUrl);
      target = { host: url.hostname, port: Number(url.port) };
      url.host = `127.0.0.1:${address.port}`;
      return url.href;
    },
    cut() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
    async mend() {
      server.listen(address.port, '127.0.0.1');
      await once(server, 'listening');
    },
  };
}
