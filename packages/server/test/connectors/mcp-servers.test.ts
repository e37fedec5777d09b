import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createCatalogues } from '../../src/connectors/catalogues.ts';
import {
  createMcpServers,
  SNAPSHOT_TIMES,
  type McpServers,
  type SnapshotTimes,
} from '../../src/connectors/mcp-servers.ts';
import { createPublishMcp } from '../../src/connectors/publish-mcp.ts';
import { newId, type ConnectorId, type OrganisationId } from '../../src/kernel/ids.ts';
import { silentLog } from '../../src/kernel/log.ts';
import type { Principal } from '../../src/kernel/principal.ts';
import { fail, ok, type Result } from '../../src/kernel/result.ts';
import type { ListedByServer } from '../../src/upstreams/client/clients.ts';
import type { ClientFault } from '../../src/upstreams/client/types.ts';
import { createTestStore } from '../support/database.ts';

// What is known of the tools of MCP servers, and when they are asked again. The servers themselves are played here.

let database: Awaited<ReturnType<typeof createTestStore>>;
let orgId: OrganisationId;
let number = 0;
const nodes: McpServers[] = [];

beforeAll(async () => {
  database = await createTestStore();
});
afterAll(() => database.close());
beforeEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.close()));
  orgId = newId('org');
  number += 1;
  await database.store.people.createOrganisation({
    id: orgId,
    slug: `org-${number}`,
    name: 'Org',
    tokenMode: 'token',
  });
});

const TOOL = { name: 'look', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } };
const somebody = () =>
  ({
    orgId,
    orgSlug: 'x',
    actor: { kind: 'user', id: newId('usr') },
    role: 'member',
    access: 'full',
    keyId: newId('key'),
  }) as unknown as Principal;

type Listing = Result<ListedByServer, ClientFault>;
const listing = (...tools: object[]): Listing => ok({ title: 'Played', tools });
const DOWN: Listing = fail({ kind: 'channel', fault: { code: 'upstream_unreachable', message: '' } });

/** One node of several that share a database, and how often it asked the server. */
function startNode(
  answer: (principal: Principal | undefined) => Listing | Promise<Listing>,
  times: Partial<SnapshotTimes> = {},
) {
  let nowMs = Date.now();
  const asked: (Principal | undefined)[] = [];
  const servers = createMcpServers({
    clients: {
      async listTools(_, principal, signal) {
        asked.push(principal);
        const cancelled = new Promise<Listing>((resolve) =>
          signal?.addEventListener('abort', () => resolve(fail({ kind: 'cancelled' }))),
        );
        return Promise.race([answer(principal), cancelled]);
      },
    },
    clock: { nowMs: () => nowMs },
    log: silentLog,
    store: database.store,
    times: { ...SNAPSHOT_TIMES, againMs: 1, ...times },
  });
  nodes.push(servers);
  return {
    servers,
    asked,
    pass(ms: number) {
      nowMs += ms;
    },
  };
}

async function publish(url = 'http://127.0.0.1:9/mcp', slug = 'played'): Promise<ConnectorId> {
  const published = await createPublishMcp({
    store: database.store,
    environment: { seal: (upstream) => upstream, open: (upstream) => upstream },
    clock: { nowMs: () => Date.now() },
  })({ orgId, slug, name: slug, upstream: { transport: 'streamable-http', url } });
  if (!published.ok) throw new Error(published.error.message);
  return published.value.connectorId;
}

async function viewOf(slug = 'played') {
  const view = (await createCatalogues({ store: database.store }).of(orgId, 'owner')).connectors.get(slug);
  if (view?.kind !== 'mcp') throw new Error('There is no such server.');
  return view;
}

const names = async () => (await viewOf()).toolSet.tools.map(({ name }) => name);

const changesFor = async () =>
  (await database.store.changes.listYoungerThan(60)).filter(
    ({ kind, subject }) => kind === 'connector' && subject === orgId,
  ).length;

describe('a snapshot', () => {
  test('is the same for everybody, is told of once, and is on record', async () => {
    const { servers } = startNode(() => listing(TOOL, { name: 'bad name\n' }));
    const id = await publish();
    const before = await changesFor();
    await servers.refresh(id);
    expect(await names()).toEqual(['look']);
    expect(await changesFor()).toBe(before + 1);
    await servers.refresh(id);
    expect(await changesFor()).toBe(before + 1);
    const rows = (await database.store.audit.list(orgId, { limit: 10 })).filter(
      ({ action }) => action === 'connector.tools_listed',
    );
    expect(rows.map(({ detail, target }) => ({ detail, target }))).toEqual([
      { target: id, detail: expect.objectContaining({ slug: 'played', tools: 1, skipped: 1 }) },
    ]);
  });

  test('that nobody uses any more is not kept', async () => {
    let at = 0;
    const { servers } = startNode(() => listing({ ...TOOL, name: `look_${(at += 1)}` }));
    const id = await publish();
    const hashes: string[] = [];
    for (let time = 0; time < 3; time += 1) {
      await servers.refresh(id);
      hashes.push((await database.store.connectors.find(id))?.catalogueHash ?? '');
    }
    const kept = await Promise.all(hashes.map((hash) => database.store.connectors.getCatalogue(hash)));
    expect(kept.map((body) => body !== undefined)).toEqual([false, false, true]);
  });

  test('of a server that another has taken the place of meanwhile is thrown away', async () => {
    let arrive = (): void => undefined;
    const { asked, servers } = startNode(
      () => new Promise((resolve) => (arrive = () => resolve(listing(TOOL)))),
    );
    const id = await publish();
    const asking = servers.refresh(id);
    await expect.poll(() => asked.length).toBe(1);
    await publish('http://127.0.0.1:9/another');
    arrive();
    await asking;
    expect(await names()).toEqual([]);
  });

  test('outlives that its server is down', async () => {
    let answer = listing(TOOL);
    const { servers } = startNode(() => answer);
    const id = await publish();
    await servers.refresh(id);
    answer = DOWN;
    await servers.refresh(id);
    expect(await names()).toEqual(['look']);
    expect((await database.store.mcpSnapshots.find(id))?.fault).toBe('upstream_unreachable');
  });
});

describe('a server is asked', () => {
  test('once, by however many nodes and callers at a time', async () => {
    let arrive = (): void => undefined;
    const first = startNode(() => new Promise((resolve) => (arrive = () => resolve(listing(TOOL)))));
    const others = Array.from({ length: 3 }, () => startNode(() => listing(TOOL)));
    const id = await publish();
    const asking = [first.servers.refresh(id), first.servers.refresh(id)];
    await expect.poll(() => first.asked.length).toBe(1);
    await Promise.all(others.flatMap(({ servers }) => [servers.refresh(id), servers.refresh(id)]));
    arrive();
    await Promise.all(asking);
    expect([first, ...others].map(({ asked }) => asked.length)).toEqual([1, 0, 0, 0]);
  });

  test('not again while its answer is fresh, whichever node had it, and again when it is old and used', async () => {
    const [one, other] = [startNode(() => listing(TOOL)), startNode(() => listing(TOOL))];
    const id = await publish();
    await one.servers.refresh(id);
    for (const node of [one, other]) node.servers.used({ id }, somebody());
    await Promise.all([one.servers.close(), other.servers.close()]);
    expect([one.asked.length, other.asked.length]).toEqual([1, 0]);

    await database.store.pool.query(
      `update mcp_snapshots set listed_at = now() - interval '301 seconds' where connector_id = $1`,
      [id],
    );
    const later = startNode(() => listing(TOOL));
    const who = somebody();
    later.servers.used({ id }, who);
    await expect.poll(() => later.asked).toEqual([who]);
  });

  test('again when it says that its list has changed, even while it is being asked', async () => {
    const answers: ((listed: Listing) => void)[] = [];
    const { servers } = startNode(() => new Promise((resolve) => answers.push(resolve)));
    const id = await publish();
    void servers.refresh(id);
    await expect.poll(() => answers.length).toBe(1);
    servers.changed(id);
    servers.changed(id);
    answers[0]?.(listing(TOOL));
    await expect.poll(() => answers.length).toBe(2);
    answers[1]?.(listing(TOOL, { ...TOOL, name: 'peek' }));
    await expect.poll(names).toEqual(['look', 'peek']);
    expect(answers).toHaveLength(2);
  });

  test('by a node that hears of a change while another one asks, when that is done', async () => {
    let arrive = (): void => undefined;
    const slow = startNode(() => new Promise((resolve) => (arrive = () => resolve(listing(TOOL)))));
    const told = startNode(() => listing(TOOL, { ...TOOL, name: 'peek' }), { againMs: 50 });
    const id = await publish();
    const asking = slow.servers.refresh(id);
    await expect.poll(() => slow.asked.length).toBe(1);
    told.servers.changed(id);
    arrive();
    await asking;
    await expect.poll(names).toEqual(['look', 'peek']);
  });

  test('for who comes first, who waits for it, but not for long', async () => {
    const quick = startNode(() => listing(TOOL));
    await publish();
    const unheard = await viewOf();
    expect(unheard.isListed).toBe(false);
    await quick.servers.firstLists([unheard], somebody());
    expect(await names()).toEqual(['look']);
    expect(quick.servers.firstLists([await viewOf()], somebody())).toBeUndefined();

    await publish('http://127.0.0.1:9/silent', 'silent');
    const stuck = startNode(() => new Promise<Listing>(() => undefined), { firstMs: 30 });
    await stuck.servers.firstLists([await viewOf('silent')], somebody());
    stuck.pass(31);
    expect(stuck.servers.firstLists([await viewOf('silent')], somebody())).toBeUndefined();
  });

  test('by us where nobody has to be asked for, and by a person where the person has an account there', async () => {
    const { asked, servers } = startNode((principal) =>
      principal === undefined ? fail({ kind: 'credential', fault: { kind: 'nobody' } }) : listing(TOOL),
    );
    const id = await publish();
    await servers.refresh(id);
    expect(await names()).toEqual([]);
    const who = somebody();
    servers.used({ id }, who);
    await expect.poll(names).toEqual(['look']);
    expect(asked).toEqual([undefined, who]);
  });

  test('through the eyes of who talks with it, where we cannot ask it ourselves', async () => {
    const { servers } = startNode(() => fail({ kind: 'credential', fault: { kind: 'nobody' } }));
    const id = await publish();
    servers.observed(id, [TOOL]);
    await expect.poll(names).toEqual(['look']);
    servers.observed(id, [{ ...TOOL, name: 'peek' }]);
    await expect.poll(names).toEqual(['look', 'peek']);
  });

  test('at the start, each of them, and what one does is nothing to the others', async () => {
    const answers = new Map<string, Listing>([
      ['up', listing(TOOL)],
      ['down', DOWN],
    ]);
    await publish('http://127.0.0.1:9/down', 'down');
    const up = await publish('http://127.0.0.1:9/up', 'up');
    const servers = createMcpServers({
      clients: { listTools: async ({ slug }) => answers.get(slug) ?? DOWN },
      clock: { nowMs: () => Date.now() },
      log: silentLog,
      store: database.store,
    });
    nodes.push(servers);
    servers.start();
    await expect.poll(async () => (await viewOf('up')).isListed).toBe(true);
    expect((await database.store.mcpSnapshots.find(up))?.fault).toBeNull();
    expect((await viewOf('down')).isListed).toBe(false);
  });
});

test('a node that stops waits for no server, and leaves it to the others', async () => {
  const stopping = startNode(() => new Promise<Listing>(() => undefined));
  const other = startNode(() => listing(TOOL));
  const id = await publish();
  const asking = stopping.servers.refresh(id);
  await expect.poll(() => stopping.asked.length).toBe(1);
  await stopping.servers.close();
  await asking;
  await other.servers.refresh(id);
  expect(await names()).toEqual(['look']);
});

test('a tool that may write and came later waits for an admin, and so does one that only read until now', async () => {
  let answer = listing(TOOL, { name: 'write', inputSchema: { type: 'object' } });
  const { servers } = startNode(() => answer);
  const id = await publish();
  await servers.refresh(id);
  expect(await names()).toEqual(['look', 'write']);
  answer = listing(
    { ...TOOL, annotations: {} },
    { name: 'write', inputSchema: { type: 'object' } },
    { name: 'destroy', inputSchema: { type: 'object' } },
    { ...TOOL, name: 'peek' },
  );
  await servers.refresh(id);
  expect(await names()).toEqual(['peek', 'write']);
});
