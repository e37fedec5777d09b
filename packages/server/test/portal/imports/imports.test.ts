import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { NO_SETTINGS } from '../../../src/connectors/imports/settings.ts';
import { createImportWork } from '../../../src/connectors/imports/work.ts';
import { newId, type ImportId } from '../../../src/kernel/ids.ts';
import { silentLog } from '../../../src/kernel/log.ts';
import { openImports, shop, type ImportView, type OpenedImports } from './open-imports.ts';

let opened: OpenedImports;
beforeAll(async () => {
  opened = await openImports();
});
afterAll(() => opened.close());

const items = (answer: { body: Record<string, unknown> | undefined }) =>
  answer.body?.['items'] as Record<string, unknown>[];

describe('a document', () => {
  test('goes from its address to a published connector, whose tools everybody gets', async () => {
    const admin = await opened.admin();
    opened.internet.publish('https://docs.test/shop.json', shop());
    const made = await admin.post('/imports', {
      source: { kind: 'url', url: 'https://docs.test/shop.json' },
    });
    expect(made.status).toBe(201);
    const view = await admin.settled(String(made.body?.['id']));
    expect(view).toMatchObject({
      state: 'ready',
      settings: { slug: 'shop', name: 'Shop', base_url: 'https://api.test/v1' },
      report: { operations: 3, tools: { read: 2, full: 1 }, skipped: 0, mode: 'full' },
      target: { exists: false, base_version: null },
      blockers: [],
    });
    const diff = await admin.get(`/imports/${view.id}/diff`);
    expect(diff.body).toMatchObject({
      content_hash: view.content_hash,
      base_version: null,
      new_write_tools: ['create_order'],
      counts: { added: 3, removed: 0, new_write: 1, unchanged: 0 },
    });
    const published = await admin.publish(view, { ticked: ['create_order'], note: 'The first' });
    expect([published.status, published.body]).toEqual([200, { connector: 'shop', version: 1, waiting: [] }]);
    const tools = items(await admin.get('/connectors/shop/tools'));
    expect(tools.map(({ name, waiting }) => [name, waiting])).toEqual([
      ['create_order', false],
      ['get_order', false],
      ['list_orders', false],
    ]);
    expect((await admin.get(`/imports/${view.id}`)).body).toMatchObject({
      state: 'published',
      published: { connector: 'shop', version: 1 },
      content_hash: null,
    });
    expect(await admin.actions('connector.published')).toMatchObject([
      { result: 'ok', detail: { slug: 'shop', version: 1, note: 'The first' } },
    ]);
  });

  test('that is uploaded is read whatever its form, YAML and archives too', async () => {
    const admin = await opened.admin();
    const yaml = `openapi: 3.0.0\ninfo: {title: Tiny, version: '1'}\nservers: [{url: 'https://api.test'}]\npaths:\n  /a: {get: {operationId: getA}}\n`;
    expect(await admin.uploaded(yaml, '?file_name=tiny.yaml')).toMatchObject({
      state: 'ready',
      source: { kind: 'upload', file_name: 'tiny.yaml' },
      report: { tools: { read: 1, full: 0 } },
    });
  });

  test('that has no address for its calls says so, and can be published once somebody has', async () => {
    const admin = await opened.admin();
    const document = JSON.stringify({ ...(JSON.parse(shop()) as object), servers: [] });
    const view = await admin.uploaded(document);
    expect(view.blockers).toMatchObject([{ code: 'base_url_missing', field: 'base_url' }]);
    const refused = await admin.publish(view);
    expect([refused.status, refused.body]).toMatchObject([409, { reason: 'blocked' }]);
    const mended = await admin.changed(view, { base_url: 'https://api.test' });
    expect(mended.blockers).toEqual([]);
    expect((await admin.publish(mended)).status).toBe(200);
  });

  test('is not what the compiler takes: the place in it is told, and nothing is published', async () => {
    const admin = await opened.admin();
    const view = await admin.uploaded('{\n  "openapi": "3.1.0",\n  "info": }');
    expect(view).toMatchObject({
      state: 'rejected',
      rejection: { code: 'NOT_PARSEABLE', line: 3 },
      content_hash: null,
      report: null,
    });
    for (const part of ['operations', 'problems', 'preview', 'diff'])
      expect((await admin.get(`/imports/${view.id}/${part}`)).status).toBe(404);
    const refused = await admin.publish({ ...view, content_hash: 'a'.repeat(64) });
    expect([refused.status, refused.body?.['reason']]).toEqual([409, 'changed']);
  });

  test('that was fetched can be fetched again, as an import of its own', async () => {
    const admin = await opened.admin();
    opened.internet.publish('https://docs.test/changing.json', shop());
    const made = await admin.post('/imports', {
      source: { kind: 'url', url: 'https://docs.test/changing.json' },
    });
    const first = await admin.settled(String(made.body?.['id']));
    opened.internet.publish(
      'https://docs.test/changing.json',
      shop({ '/refunds': { post: { operationId: 'refund', responses: {} } } }),
    );
    const again = await admin.post(`/imports/${first.id}/fetch`, {});
    expect(again.status).toBe(201);
    const second = await admin.settled(String(again.body?.['id']));
    expect([second.id === first.id, second.report?.tools.full]).toEqual([false, 2]);
    expect(((await admin.get(`/imports/${first.id}`)).body as unknown as ImportView).report?.tools.full).toBe(
      1,
    );
  });
});

describe('what is decided', () => {
  test('leaves operations out, changes access, names and texts, and is kept for the next import', async () => {
    const admin = await opened.admin();
    const view = await admin.uploaded(shop());
    const decided = await admin.changed(view, {
      slug: 'decided',
      mode: 'search',
      operations: {
        'GET /orders/{id}': { include: false },
        'POST /orders': { access: 'read', reason: 'It only searches' },
        'GET /orders': { name: 'find_orders', title: 'Find orders', description: 'Finds them.' },
      },
    });
    expect(decided.report).toMatchObject({ tools: { read: 2, full: 0 }, skipped: 1 });
    const operations = items(await admin.get(`/imports/${view.id}/operations`));
    expect(
      operations.map(({ operation, skipped, tool }) => [
        operation,
        (tool as { name?: string } | null)?.name,
        (tool as { access?: string } | null)?.access,
        (skipped as { code?: string } | null)?.code,
      ]),
    ).toEqual([
      ['GET /orders', 'find_orders', 'read', undefined],
      ['POST /orders', 'create_order', 'read', undefined],
      ['GET /orders/{id}', undefined, undefined, 'FILTERED'],
    ]);
    expect(operations[0]).toMatchObject({
      tool: { title: 'Find orders', description: 'Finds them.' },
      choice: { name: 'find_orders' },
      testable: true,
    });
    const preview = (await admin.get(`/imports/${view.id}/preview`)).body;
    expect(preview).toMatchObject({ size: { mode: 'search' }, total: 2 });
    expect(((preview ?? {})['listed'] as { name: string }[]).map(({ name }) => name)).toContain(
      'search_tools',
    );
    expect((await admin.publish(decided)).status).toBe(200);

    const next = await admin.uploaded(shop(), '?connector=decided');
    expect(next).toMatchObject({
      settings: { slug: 'decided', mode: 'search', operations: decided.settings.operations },
      target: { exists: true, base_version: 1 },
    });
    expect((await admin.get(`/imports/${next.id}/diff`)).body).toMatchObject({
      counts: { unchanged: 2, added: 0 },
      items: [],
      connector: [],
    });
  });

  test('is searched, filtered and turned page by page', async () => {
    const admin = await opened.admin();
    const paths = Object.fromEntries(
      Array.from({ length: 250 }, (_, index) => [
        `/things${String(index).padStart(3, '0')}`,
        { get: { operationId: `getThing${index}`, tags: [index % 2 === 0 ? 'even' : 'odd'], responses: {} } },
      ]),
    );
    const view = await admin.uploaded(shop(paths));
    const seen: unknown[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await admin.get(
        `/imports/${view.id}/operations?status=tools${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      seen.push(...items(page).map(({ operation }) => operation));
      cursor = (page.body ?? {})['next_cursor'] as string | null;
    }
    expect([seen.length, new Set(seen).size]).toEqual([253, 253]);
    expect((await admin.get(`/imports/${view.id}/operations?tag=odd&limit=5`)).body).toMatchObject({
      total: 125,
    });
    expect((await admin.get(`/imports/${view.id}/operations?q=things001`)).body).toMatchObject({ total: 1 });
    expect((await admin.get(`/imports/${view.id}/operations?cursor=x`)).status).toBe(400);
  });

  test('tells what is wrong with its place, and a mend that mends it', async () => {
    const admin = await opened.admin();
    const document = `openapi: 3.1.0
info: {title: Odd, version: '1'}
servers: [{url: 'https://api.test'}]
paths:
  /a:
    get: {operationId: deleteEverything, responses: {}}
  /b:
    get:
      operationId: b
      parameters: [{name: x, in: query, required: true, content: {image/png: {}}}]
  /c:
    get: {operationId: c, security: [{mutual: []}], responses: {}}
components: {securitySchemes: {mutual: {type: mutualTLS}}}
`;
    const view = await admin.uploaded(document);
    const problems = items(await admin.get(`/imports/${view.id}/problems`));
    const access = problems.find(({ code }) => code === 'ACCESS_MAY_BE_FULL');
    expect(access).toMatchObject({
      severity: 'warn',
      operation: 'GET /a',
      pointer: '/paths/~1a/get',
      line: 6,
      column: 5,
      fix: { operation: 'GET /a', change: { access: 'full' } },
    });
    const unsupported = problems.find(({ code }) => code === 'AUTH_UNSUPPORTED');
    expect(unsupported).toMatchObject({ severity: 'error', operation: 'GET /c', line: 12 });
    const fixes = problems.flatMap(({ fix }) =>
      fix === null ? [] : [fix as { operation: string; change: object }],
    );
    const operations: Record<string, object> = {};
    for (const { change, operation } of fixes)
      operations[operation] = { ...operations[operation], ...change };
    const mended = await admin.changed(view, { operations });
    expect(mended.report).toMatchObject({ problems: { error: 0, warn: 0 } });
    expect(mended.report?.tools.full).toBe(1);
  });
});

describe('two at once', () => {
  test('who decides on what somebody else has changed is refused, with what it is now', async () => {
    const admin = await opened.admin();
    const view = await admin.uploaded(shop());
    const mine = { revision: view.revision, settings: { ...view.settings, name: 'Mine' } };
    expect((await admin.put(`/imports/${view.id}/settings`, mine)).status).toBe(200);
    const theirs = { revision: view.revision, settings: { ...view.settings, name: 'Theirs' } };
    const refused = await admin.put(`/imports/${view.id}/settings`, theirs);
    expect([refused.status, refused.body]).toMatchObject([
      409,
      { reason: 'changed', import: { settings: { name: 'Mine' }, revision: view.revision + 1 }, diff: null },
    ]);
    const credential = { revision: view.revision, credential: { kind: 'none' } };
    expect((await admin.put(`/imports/${view.id}/credential`, credential)).status).toBe(409);
  });

  test('of two publications at the same moment one wins, and the other is shown what it did not know', async () => {
    const admin = await opened.admin();
    const more = { '/refunds': { post: { operationId: 'refund', responses: {} } } };
    const [one, two] = [await admin.uploaded(shop()), await admin.uploaded(shop(more))];
    const second = await admin.changed(two, { slug: 'shop' });
    const answers = await Promise.all([admin.publish(one), admin.publish(second)]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
    const lost = answers.find(({ status }) => status === 409);
    // The names that the other one gave are kept, so it is checked anew with them before it is compared.
    expect(lost?.body).toMatchObject({ reason: 'published', import: { target: { base_version: 1 } } });
    const again = await admin.settled(((lost?.body ?? {})['import'] as ImportView).id);
    expect((await admin.get(`/imports/${again.id}/diff`)).body).toMatchObject({
      content_hash: again.content_hash,
      base_version: 1,
    });
    const versions = items(await admin.get('/connectors/shop/versions'));
    expect(versions.map(({ number }) => number)).toEqual([1]);
    expect(await admin.actions('connector.published')).toHaveLength(1);
  });

  test('what was checked anew since it was looked at is not published', async () => {
    const admin = await opened.admin();
    const view = await admin.uploaded(shop());
    await admin.changed(view, { name: 'Another name' });
    const refused = await admin.publish(view);
    expect([refused.status, refused.body]).toMatchObject([
      409,
      { reason: 'changed', diff: { counts: { added: 3 } } },
    ]);
    expect((await admin.get('/connectors/shop')).status).toBe(404);
  });

  test('an import is published once', async () => {
    const admin = await opened.admin();
    const view = await admin.uploaded(shop());
    const answers = await Promise.all([admin.publish(view), admin.publish(view), admin.publish(view)]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409]);
  });

  test('who may no longer manage connectors when it is written down publishes nothing', async () => {
    const { orgId, slug } = await opened.portal.organisation();
    const person = await opened.portal.person({ orgId, role: 'admin' });
    const admin = opened.actor(person, slug);
    const view = await admin.uploaded(shop());
    await opened.portal.store.people.setRole(orgId, person.userId, 'viewer');
    expect((await admin.publish(view)).status).toBe(403);
    expect((await admin.get('/connectors/shop')).status).toBe(403);
  });
});

describe('new tools that may write', () => {
  test('wait unless they are ticked, and those that were there go on', async () => {
    const admin = await opened.admin();
    const first = await admin.uploaded(shop());
    expect((await admin.publish(first)).body).toMatchObject({ waiting: ['create_order'] });
    const more = {
      '/refunds': { post: { operationId: 'refund', responses: {} } },
      '/returns': { post: { operationId: 'takeBack', responses: {} } },
      '/shops': { get: { operationId: 'listShops', responses: {} } },
    };
    const second = await admin.uploaded(shop(more), '?connector=shop');
    const published = await admin.publish(second, { ticked: ['refund', 'list_shops', 'no_such_tool'] });
    expect(published.body).toEqual({ connector: 'shop', version: 2, waiting: ['take_back'] });
    const tools = items(await admin.get('/connectors/shop/tools'));
    expect(tools.filter(({ waiting }) => waiting).map(({ name }) => name)).toEqual([
      'create_order',
      'take_back',
    ]);
  });
});

describe('versions', () => {
  test('are listed, compared and rolled back to, and names go on meaning what they meant', async () => {
    const admin = await opened.admin();
    const first = await admin.uploaded(shop());
    await admin.publish(first, { ticked: ['create_order'], note: 'One' });
    const renamed = JSON.parse(shop()) as { paths: Record<string, Record<string, { operationId: string }>> };
    const get = renamed.paths['/orders']?.['get'];
    if (get === undefined) throw new Error('no such operation');
    get.operationId = 'findOrders';
    const second = await admin.uploaded(JSON.stringify(renamed), '?connector=shop');
    const diff = await admin.get(`/imports/${second.id}/diff?change=renamed`);
    expect(items(diff)).toMatchObject([
      { tool: 'find_orders', changes: ['renamed'], before: { name: 'list_orders' }, new_write: false },
    ]);
    await admin.publish(second, { note: 'Two' });
    const compared = await admin.get('/connectors/shop/versions/diff?from=1&to=2');
    expect(compared.body).toMatchObject({ from: 1, to: 2, counts: { renamed: 1, unchanged: 2 } });

    const stale = await admin.post('/connectors/shop/roll-back', { to: 1, base_version: 1 });
    expect([stale.status, stale.body]).toMatchObject([409, { error: { code: 'conflict' } }]);
    const rolled = await admin.post('/connectors/shop/roll-back', { to: 1, base_version: 2, note: 'Oops' });
    expect([rolled.status, rolled.body]).toEqual([200, { connector: 'shop', version: 3, waiting: [] }]);
    expect(items(await admin.get('/connectors/shop/tools')).map(({ name }) => name)).toContain('list_orders');
    const versions = items(await admin.get('/connectors/shop/versions'));
    expect(
      versions.map(({ current, note, number, rolled_back_to }) => [number, current, note, rolled_back_to]),
    ).toEqual([
      [3, true, 'Oops', 1],
      [2, false, 'Two', null],
      [1, false, 'One', null],
    ]);
    expect((await admin.post('/connectors/shop/roll-back', { to: 9, base_version: 3 })).status).toBe(404);
    expect(await admin.actions('connector.rolled_back')).toHaveLength(1);
    const lock = await opened.portal.store.connectors.getNameLock(admin.orgId, 'shop');
    expect(lock).toContain('find_orders');
  });
});

describe('a connector', () => {
  test('is deleted with its effect, unless somebody has published it since', async () => {
    const admin = await opened.admin();
    await admin.publish(await admin.uploaded(shop()), { ticked: ['create_order'] });
    const found = await admin.get('/connectors/shop');
    expect(found.body).toMatchObject({
      managed_by: 'organisation',
      version: 1,
      enabled: true,
      base_url: 'https://api.test/v1',
      credential: { kind: 'assertion', has_secret: false },
      effect: { tools: 3, connections: 0, accounts: 0 },
    });
    expect((await admin.post('/connectors/shop/delete', { base_version: 4 })).status).toBe(409);
    expect((await admin.post('/connectors/shop/delete', { base_version: 1 })).body).toEqual({
      deleted: true,
    });
    expect((await admin.get('/connectors/shop')).status).toBe(404);
    expect((await admin.post('/connectors/shop/delete', { base_version: 1 })).status).toBe(404);
    expect(await admin.actions('connector.deleted')).toHaveLength(1);
  });
});

describe('cancelling and forgetting', () => {
  test('what is under way is ended, and can be checked again', async () => {
    const admin = await opened.admin();
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    opened.internet.on('https://docs.test/slow.json', (_request, response) => {
      void held.then(() => response.writeHead(200).end(shop()));
    });
    const made = await admin.post('/imports', {
      source: { kind: 'url', url: 'https://docs.test/slow.json' },
    });
    const id = String(made.body?.['id']);
    const cancelled = await admin.post(`/imports/${id}/cancel`, {});
    expect(cancelled.body).toMatchObject({ state: 'cancelled' });
    release();
    expect((await admin.post(`/imports/${id}/cancel`, {})).status).toBe(409);
    const view = (await admin.get(`/imports/${id}`)).body as unknown as ImportView;
    const again = await admin.changed(view, { name: 'Again' });
    expect(again).toMatchObject({ state: 'ready', settings: { name: 'Again', slug: 'shop' } });
    expect((await admin.post(`/imports/${id}/delete`, {})).body).toEqual({ deleted: true });
    expect((await admin.get(`/imports/${id}`)).status).toBe(404);
  });

  test('an organisation has twenty at most, and published ones do not count', async () => {
    const admin = await opened.admin();
    const ids = Array.from({ length: 20 }, () => newId('imp'));
    for (const [index, id] of ids.entries())
      await opened.portal.store.imports.insert(
        {
          id,
          orgId: admin.orgId,
          createdBy: admin.person.userId,
          state: index === 0 ? 'published' : 'rejected',
          source: { kind: 'upload', file_name: null },
          settings: { ...NO_SETTINGS },
        },
        { days: 7, most: 20 },
      );
    expect((await admin.upload('not a document')).status).toBe(201);
    const refused = await admin.upload('not a document');
    expect([refused.status, refused.body]).toMatchObject([409, { error: { code: 'conflict' } }]);
    await admin.post(`/imports/${String(ids[1])}/delete`, {});
    expect((await admin.upload('not a document')).status).toBe(201);
    expect(items(await admin.get('/imports'))).toHaveLength(21);
  });

  test('after seven days it is as if it had never been', async () => {
    const admin = await opened.admin();
    const view = await admin.uploaded(shop());
    await opened.portal.store.pool.query(
      "update imports set expires_at = now() - interval '1 second' where id = $1",
      [view.id],
    );
    expect((await admin.get(`/imports/${view.id}`)).status).toBe(404);
    expect((await admin.publish(view)).status).toBe(404);
    await opened.portal.store.imports.deleteExpired();
    const { rows } = await opened.portal.store.pool.query(
      'select from import_contents where import_id = $1',
      [view.id],
    );
    expect(rows).toEqual([]);
  });

  test('work that a node left behind is taken up by whoever is asked', async () => {
    const admin = await opened.admin();
    const view = await admin.uploaded(shop());
    await opened.portal.store.pool.query(
      "update imports set state = 'checking', work_id = 'gone', work_until = now() - interval '1 second' where id = $1",
      [view.id],
    );
    expect(await admin.settled(view.id)).toMatchObject({ state: 'ready', report: { operations: 3 } });
  });

  test('documents that wait for their turn wait in the database, and fill no memory', async () => {
    const admin = await opened.admin();
    const ids: ImportId[] = [];
    for (let made = 0; made < 12; made += 1) ids.push((await admin.uploaded(shop())).id as ImportId);
    const { store } = opened.portal;
    await store.pool.query("update imports set state = 'checking', work_until = null where id = any($1)", [
      ids,
    ]);
    let inMemory = 0;
    let free = (): void => {};
    const isFree = new Promise<void>((resolve) => (free = resolve));
    const warnings: string[] = [];
    const warn = ({ name }: Error): void => void warnings.push(name);
    process.on('warning', warn);
    onTestFinished(() => void process.off('warning', warn));
    const work = createImportWork({
      store: {
        ...store,
        imports: {
          ...store.imports,
          getDocument(id) {
            inMemory += 1;
            return store.imports.getDocument(id);
          },
        },
      },
      clock: opened.portal.clock,
      log: silentLog,
      vault: opened.portal.upstreams.vault,
      readFile: () => Promise.resolve({ ok: false, error: { reason: 'url' } }),
      listTools: () => Promise.reject(new Error('this is no MCP server')),
      compile: () => isFree.then(() => ({ ok: false, error: { code: 'TOO_LARGE', message: 'x' } })),
      mayManage: () => true,
    });
    for (const id of ids) work.begin(id);
    const states = async (wanted: string) =>
      (await store.pool.query('select 1 from imports where id = any($1) and ' + wanted, [ids])).rowCount;
    await expect.poll(() => states('work_id is not null')).toBe(ids.length);
    await expect.poll(() => inMemory).toBeGreaterThanOrEqual(2);
    // Whoever is heard of once more has had the time to read its document.
    const { rows } = await store.pool.query<{ until: Date }>('select max(work_until) as until from imports');
    await expect
      .poll(
        async () =>
          (
            await store.pool.query('select 1 from imports where id = any($1) and work_until > $2', [
              ids,
              rows[0]?.until,
            ])
          ).rowCount,
      )
      .toBe(ids.length);
    expect(inMemory).toBe(2);
    free();
    await expect.poll(() => states("state = 'rejected'")).toBe(ids.length);
    expect(inMemory).toBe(ids.length);
    expect(warnings).not.toContain('MaxListenersExceededWarning');
    await work.close();
  });
});
