import { recordEvent } from '../audit/record-event.ts';
import type { Clock } from '../kernel/clock.ts';
import type { ConnectorId } from '../kernel/ids.ts';
import type { Log } from '../kernel/log.ts';
import type { Principal } from '../kernel/principal.ts';
import type { Connector } from '../store/queries/connectors.ts';
import type { Store } from '../store/store.ts';
import type { McpClients } from '../upstreams/client/clients.ts';
import { LIST_LIMITS } from '../upstreams/client/list-tools.ts';
import type { ClientFault } from '../upstreams/client/types.ts';
import { mcpUpstreamSchema } from '../upstreams/upstream.ts';
import { catalogueOf, mcpCatalogue, NO_TOOLS_YET, withAlone, type McpCatalogue } from './mcp-catalogue.ts';
import type { McpView } from './organisation-view.ts';
import { reachOf } from './reach.ts';
import type { McpTarget } from './tool-set.ts';

/** Keeps what is known of the tools of MCP servers as it is there: the same on every node. */
export interface McpServers {
  /** Asks all that were not asked lately. Nobody waits for it. */
  start(): void;
  /** Somebody is shown the server's tools, or calls one: it is asked again if it was not lately. Nobody waits for it. */
  used(server: Pick<McpTarget, 'id'>, principal?: Principal): void;
  /** Undefined: there is nothing to wait for. Servers that were never heard of yet may be in a moment. */
  firstLists(views: readonly McpView[], principal: Principal): Promise<void> | undefined;
  /** Asks now, if no other node is asking. Resolves when it is done, whatever came of it. */
  refresh(connectorId: ConnectorId, principal?: Principal): Promise<void>;
  /** The server said that its list has changed. */
  changed(connectorId: ConnectorId, principal?: Principal): void;
  /** The server said this to somebody who talks with it alone, and it is not what is known. */
  observed(connectorId: ConnectorId, tools: readonly unknown[]): void;
  close(): Promise<void>;
}

export interface SnapshotTimes {
  /** What was listed in this time is not asked for again, unless the server says that it has changed. */
  readonly freshSeconds: number;
  /** One that failed is left alone for that long. */
  readonly failedSeconds: number;
  /** How long a first list is waited for by who wants to see it. */
  readonly firstMs: number;
  /** Between two lists, however often a server says that they have changed. */
  readonly againMs: number;
}

export const SNAPSHOT_TIMES: SnapshotTimes = {
  freshSeconds: 300,
  failedSeconds: 15,
  firstMs: 3_000,
  againMs: 1_000,
};

/** Longer than a list may take. */
const CLAIM_SECONDS = 60;
const TRIES_MAX = 30;
const NAMES_LOGGED = 10;

interface Wish {
  readonly principal: Principal | undefined;
  readonly freshSeconds: number;
  /** What the server said to somebody else. */
  readonly observed?: readonly unknown[];
  /** How often it was another node's turn. */
  readonly tries: number;
}

export function createMcpServers({
  clients,
  clock,
  log,
  store,
  times = SNAPSHOT_TIMES,
}: {
  clients: Pick<McpClients, 'listTools'>;
  clock: Clock;
  log: Log;
  store: Store;
  times?: SnapshotTimes;
}): McpServers {
  const asking = new Map<ConnectorId, Promise<void>>();
  const wishes = new Map<ConnectorId, Wish>();
  const timers = new Set<NodeJS.Timeout>();
  /** When it is worth while to ask again, as far as this node knows. */
  const nextMs = new Map<ConnectorId, number>();
  const firstAskedMs = new Map<ConnectorId, number>();
  const closing = new AbortController();

  function ask(id: ConnectorId, wish: Wish): Promise<void> {
    if (closing.signal.aborted) return Promise.resolve();
    const known = asking.get(id);
    if (known !== undefined) return known;
    nextMs.set(id, clock.nowMs() + CLAIM_SECONDS * 1_000);
    const asked = list(id, wish)
      .catch((thrown: unknown) => {
        nextMs.set(id, clock.nowMs() + times.failedSeconds * 1_000);
        log.error(
          { connector: id, error: thrown instanceof Error ? thrown.message : String(thrown) },
          'the tools of an MCP server could not be written down',
        );
      })
      .finally(() => {
        asking.delete(id);
        const next = wishes.get(id);
        wishes.delete(id);
        if (next !== undefined) later(id, next);
      });
    asking.set(id, asked);
    return asked;
  }

  /** What is wished for while it is being asked may have come too late for the answer. */
  function wishAgain(id: ConnectorId, wish: Wish): void {
    if (asking.has(id)) wishes.set(id, wish);
    else void ask(id, wish);
  }

  function later(id: ConnectorId, wish: Wish): void {
    if (closing.signal.aborted) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      wishAgain(id, wish);
    }, times.againMs);
    timer.unref();
    timers.add(timer);
  }

  async function list(id: ConnectorId, wish: Wish): Promise<void> {
    const { freshSeconds, principal, tries } = wish;
    const connector = await store.connectors.find(id);
    if (connector?.kind !== 'mcp') return;
    if (!(await store.mcpSnapshots.claim(id, { claimSeconds: CLAIM_SECONDS, freshSeconds }))) {
      // Another node asks, or has asked, or it failed lately. Who was told of a change waits for its turn.
      nextMs.set(id, clock.nowMs() + times.failedSeconds * 1_000);
      if (freshSeconds === 0 && tries < TRIES_MAX) later(id, { ...wish, tries: tries + 1 });
      return;
    }
    const listed = await clients.listTools(serverOf(connector), principal, closing.signal);
    if (!listed.ok) return failed(connector, listed.error, wish.observed);
    const { catalogue: ours, suspect } = catalogueOf(listed.value);
    const catalogue = withAlone(ours, await catalogueNow(connector), wish.observed);
    if (catalogue.hash === connector.catalogueHash) await store.mcpSnapshots.listed(id);
    else await publish(connector, catalogue);
    nextMs.set(id, clock.nowMs() + times.freshSeconds * 1_000);
    if (catalogue.hash !== connector.catalogueHash) tell(connector, catalogue, suspect);
  }

  async function failed(
    connector: Connector,
    fault: ClientFault,
    observed: readonly unknown[] | undefined,
  ): Promise<void> {
    const { id, slug } = connector;
    const code = codeOf(fault);
    // Somebody else's credential may be good, and another node may ask in our place.
    const isNobodys = fault.kind === 'credential';
    const waitSeconds = isNobodys || fault.kind === 'cancelled' ? 0 : times.failedSeconds;
    nextMs.set(id, clock.nowMs() + waitSeconds * 1_000);
    await store.mcpSnapshots.failed(id, code, waitSeconds);
    // A server that talks with people alone is known by what it says to them.
    if (isNobodys && observed !== undefined)
      return publish(connector, await withObserved(connector, observed));
    if (waitSeconds > 0) log.warn({ connector: slug, code }, 'an MCP server does not list its tools');
  }

  async function withObserved(connector: Connector, observed: readonly unknown[]): Promise<McpCatalogue> {
    const { title, tools: known } = await catalogueNow(connector);
    const { tools: seen } = catalogueOf({ title, tools: observed }).catalogue;
    const names = new Set(seen.map(({ name }) => name));
    const tools = [...known.filter(({ name }) => !names.has(name)), ...seen].slice(0, LIST_LIMITS.tools);
    return mcpCatalogue({ ...(title === undefined ? {} : { title }), tools });
  }

  async function catalogueNow({ catalogueHash }: Connector): Promise<McpCatalogue> {
    const body = await store.connectors.getCatalogue(catalogueHash);
    // Written by us alone, from a value of this type.
    return body === undefined ? NO_TOOLS_YET : (JSON.parse(body) as McpCatalogue);
  }

  /** Everywhere at once, unless it is another server by now. */
  async function publish(connector: Connector, catalogue: McpCatalogue): Promise<void> {
    const { catalogueHash: before, id, slug } = connector;
    const { alone = [], hash, skipped = [], tools } = catalogue;
    if (hash === before) return;
    await store.transaction(async (queries) => {
      await queries.connectors.putCatalogue(hash, JSON.stringify(catalogue));
      const published = await queries.connectors.setCatalogue(id, { hash, upstream: connector.upstream });
      if (published === undefined) return;
      await queries.toolRules.know(id, [...tools, ...alone], published.newWriteTools === 'wait');
      await queries.mcpSnapshots.listed(id);
      await queries.changes.add('connector', published.orgId ?? '*');
      await recordEvent(queries, clock, {
        ...(published.orgId === null ? {} : { orgId: published.orgId }),
        action: 'connector.tools_listed',
        actor: { kind: 'system' },
        target: id,
        outcome: 'ok',
        detail: { slug, catalogue: hash, tools: tools.length, skipped: skipped.length },
      });
    });
    if (before !== NO_TOOLS_YET.hash) await store.connectors.dropCatalogue(before);
  }

  function tell(
    { slug }: Connector,
    { skipped = [], tools }: McpCatalogue,
    suspect: readonly string[],
  ): void {
    log.info({ connector: slug, tools: tools.length }, 'an MCP server lists other tools than before');
    if (skipped.length > 0)
      log.warn(
        { connector: slug, skipped: skipped.slice(0, NAMES_LOGGED), count: skipped.length },
        'some tools of an MCP server cannot be offered',
      );
    if (suspect.length > 0)
      log.warn(
        { connector: slug, tools: suspect.slice(0, NAMES_LOGGED), count: suspect.length },
        'texts of some tools of an MCP server seem to give instructions to the model',
      );
  }

  /** Undefined: not now. */
  function askUnlessFresh(id: ConnectorId, principal: Principal | undefined): Promise<void> | undefined {
    if (clock.nowMs() < (nextMs.get(id) ?? 0)) return asking.get(id);
    return ask(id, { principal, freshSeconds: times.freshSeconds, tries: 0 });
  }

  return {
    start() {
      const all = store.connectors.listMcp().then((connectors) => {
        for (const { id } of connectors)
          void ask(id, { principal: undefined, freshSeconds: times.freshSeconds, tries: 0 });
      });
      all.catch((error: unknown) =>
        log.error({ error: String(error) }, 'MCP servers could not be looked up'),
      );
    },
    used({ id }, principal) {
      void askUnlessFresh(id, principal);
    },
    firstLists(views, principal) {
      const unheard = views.filter(({ isListed }) => !isListed);
      if (unheard.length === 0) return undefined;
      const nowMs = clock.nowMs();
      const waits = unheard.flatMap(({ target: { id } }) => {
        const sinceMs = firstAskedMs.get(id) ?? nowMs;
        firstAskedMs.set(id, sinceMs);
        const leftMs = sinceMs + times.firstMs - nowMs;
        const asked = leftMs > 0 ? askUnlessFresh(id, principal) : undefined;
        return asked === undefined ? [] : [atMost(asked, leftMs)];
      });
      return waits.length === 0 ? undefined : Promise.all(waits).then(() => undefined);
    },
    refresh: (id, principal) => ask(id, { principal, freshSeconds: 0, tries: TRIES_MAX }),
    changed: (id, principal) => wishAgain(id, { principal, freshSeconds: 0, tries: 0 }),
    observed: (id, tools) =>
      wishAgain(id, { principal: undefined, freshSeconds: 0, observed: tools, tries: 0 }),
    async close() {
      closing.abort();
      for (const timer of timers) clearTimeout(timer);
      wishes.clear();
      await Promise.all(asking.values());
    },
  };
}

function serverOf(connector: Connector) {
  const { baseUrl, id, orgId, slug, upstream } = connector;
  return {
    reach: reachOf(connector),
    id,
    orgId,
    slug,
    baseUrl: baseUrl.replace(/\/+$/, ''),
    upstream: mcpUpstreamSchema.parse(upstream),
  };
}

function codeOf(fault: ClientFault): string {
  switch (fault.kind) {
    case 'channel':
      return fault.fault.code;
    case 'credential':
      return fault.fault.kind;
    case 'session_gone':
      return 'upstream_reset';
    case 'cancelled':
      return 'cancelled';
  }
}

function atMost(work: Promise<void>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    void work.finally(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
