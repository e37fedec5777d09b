import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AppOptions } from './app-options.ts';
import type { Audit, AuditFigures, AuditStore } from './audit/audit.ts';
import type { ChangeFeed } from './grants/change-feed.ts';
import type { CacheFigures } from './kernel/cache-figures.ts';
import type { AnyAnswer } from './kernel/whole-exchange.ts';
import { monotonicClock } from './kernel/clock.ts';
import type { LimitDecision, Limiter } from './limits/limiter.ts';
import type { SharedLimiter } from './limits/shared-limiter.ts';
import { observeFeedStore } from './observe-feed.ts';
import { createCallMetrics } from './telemetry/call-metrics.ts';
import type { GatewayTelemetry } from './telemetry/gateway-telemetry.ts';
import { createHttpRequests } from './telemetry/http-requests.ts';
import { counterOf, createMetrics } from './telemetry/metrics.ts';
import { writeFamilies, type Format } from './telemetry/exposition.ts';
import { addProcessMetrics } from './telemetry/process-metrics.ts';
import { createRegistry } from './telemetry/registry.ts';
import { createRouteOf } from './telemetry/routes.ts';
import { createScrapeDoor, isLoopbackHost, METRICS_PATH } from './telemetry/scrape-door.ts';
import { sendTheLast } from './telemetry/send-the-last.ts';
import { NO_TELEMETRY } from './telemetry/settings.ts';
import { createSampler } from './telemetry/tracing/sampler.ts';
import { createTracer, type Tracer } from './telemetry/tracing/tracer.ts';
import { createTokenWatch } from './telemetry/token-requests.ts';
import { VERSION } from './version.ts';

/** The part of the wiring that is about how this process is: metrics and traces. */
export async function wireTelemetry(options: AppOptions) {
  const {
    connectorPaths,
    log,
    mcpBaseUrl,
    only,
    store,
    telemetry: settings = NO_TELEMETRY,
    webBaseUrl,
  } = options;
  for (const warning of settings.warnings) log.warn({}, warning);
  const registry = createRegistry();
  const metrics = createMetrics(registry);
  const http = createHttpRequests(metrics);
  const routeOf = createRouteOf(connectorPaths);
  const processMetrics = addProcessMetrics(registry, { version: VERSION, serves: only ?? 'all' });
  const resource = {
    'service.version': VERSION,
    'service.instance.id': crypto.randomUUID(),
    ...settings.resource,
  };
  const sink = await openSpanSink();
  const metricExport = await openMetricExport();
  const gateway: GatewayTelemetry = {
    calls: createCallMetrics(metrics),
    http,
    tracer: openTracer(),
    routeOf,
    logsRequests: options.logsRequests === true,
  };
  const isPrivate = [mcpBaseUrl, webBaseUrl].every((url) => isLoopbackHost(new URL(url).hostname));
  const { worker } = options;
  const own = (format: Format) =>
    writeFamilies(registry.families(), format, worker && { name: 'worker', value: String(worker.number) });
  worker?.offerMetrics(own);
  const collect = worker === undefined ? own : worker.collectMetrics;
  const scrape = createScrapeDoor(collect, {
    token: settings.token,
    // Who serves the world sets its address, and may have a proxy beside it that says nothing of whom it asks for.
    allowsLoopback: isPrivate || settings.address !== undefined,
  });

  async function openSpanSink() {
    if (settings.tracing === undefined) return undefined;
    const { createSpanSink } = await import('./telemetry/tracing/otlp-traces.ts');
    const count = { exported: metrics.spans.at('exported'), failed: metrics.spans.at('failed') };
    return createSpanSink({ count, log, resource, settings: settings.tracing });
  }

  async function openMetricExport() {
    if (settings.metricExport === undefined) return undefined;
    const { startMetricExport } = await import('./telemetry/otlp-metrics.ts');
    return startMetricExport({ log, registry, resource, settings: settings.metricExport });
  }

  function openTracer(): Tracer | undefined {
    if (settings.tracing === undefined || sink === undefined) return undefined;
    const { propagates, sampler } = settings.tracing;
    return createTracer({ finish: sink.finish, propagates, sampler: createSampler(sampler) });
  }

  return {
    gateway,
    registry,
    forwarding: { logs: settings.logs, registry, resource },
    /** Answers whoever asks for the metrics, where that has an address of its own. */
    scrape,
    observeToken: createTokenWatch(metrics.tokens),
    signIns: metrics.signIns,
    feedStore: observeFeedStore(store, metrics),

    /** The store, as the audit's batches are written through it. */
    auditStore: {
      audit: {
        async insertMany(rows) {
          try {
            await store.calls.audit.insertMany(rows);
            metrics.auditRows.value += rows.length;
          } catch (error) {
            metrics.auditFailures.value += 1;
            throw error;
          }
        },
      },
    } satisfies AuditStore,

    observeAudit(audit: Audit & AuditFigures): Audit {
      registry.read(
        'gauge',
        { name: 'latchkey_audit_rows_waiting', help: 'Audit rows that wait in memory to be written' },
        (put) => put(audit.figures().waiting),
      );
      registry.read(
        'counter',
        {
          name: 'latchkey_audit_rows_dropped_total',
          help: 'Audit rows that were given up because the database took none for too long',
        },
        (put) => put(audit.figures().dropped),
      );
      return {
        ...audit,
        async intent(entry) {
          const startedMs = monotonicClock.nowMs();
          await audit.intent(entry);
          metrics.intentSeconds.observe((monotonicClock.nowMs() - startedMs) / 1000);
        },
      };
    },

    observeLimiter(limiter: Limiter, shared?: SharedLimiter): Limiter {
      const limited = counterOf((limit) => metrics.limited.at(limit));
      registry.read(
        'gauge',
        { name: 'latchkey_limiter_buckets', help: 'Rate limit buckets that this node remembers' },
        (put) => put(limiter.size()),
      );
      registry.read(
        'gauge',
        {
          name: 'latchkey_shared_limits_away',
          help: '1: what this node shares limits by does not answer, so that it allows its share alone; 0: it answers, or there is nothing to share them by',
        },
        (put) => put(shared?.isShared() === false ? 1 : 0),
      );
      registry.read(
        'counter',
        {
          name: 'latchkey_shared_limits_asked_total',
          help: 'Questions to shared limits, by who answered: what all nodes share, or this node from its share',
          labels: { answered: ['shared', 'local'] },
        },
        (put) => {
          put(shared?.figures.shared ?? 0, 'shared');
          put(shared?.figures.local ?? 0, 'local');
        },
      );
      return {
        ...limiter,
        take(bucket, policy) {
          const taken = limiter.take(bucket, policy);
          const noted = (decision: LimitDecision) => {
            if (!decision.allowed) limited(bucket.slice(0, bucket.indexOf(':'))).value += 1;
            return decision;
          };
          return taken instanceof Promise ? taken.then(noted) : noted(taken);
        },
        takeInTurn(asks) {
          const taken = limiter.takeInTurn(asks);
          const noted = (decisions: readonly LimitDecision[]) => {
            // None was asked after the one that refused.
            const refused = decisions.at(-1)?.allowed === false ? asks[decisions.length - 1] : undefined;
            if (refused !== undefined)
              limited(refused.bucket.slice(0, refused.bucket.indexOf(':'))).value += 1;
            return decisions;
          };
          return taken instanceof Promise ? taken.then(noted) : noted(taken);
        },
      };
    },

    /** What is read where it is known, when somebody looks. */
    read({
      catalogues,
      feed,
      grants,
      keyVerifier,
    }: {
      catalogues: HasFigures;
      feed: ChangeFeed;
      grants: { accessTokens: HasFigures; standings: HasFigures };
      keyVerifier: HasFigures;
    }): void {
      const caches = {
        keys: keyVerifier.figures,
        tokens: grants.accessTokens.figures,
        standings: grants.standings.figures,
        catalogues: catalogues.figures,
      };
      const named = { cache: Object.keys(caches) };
      const ofEach = (value: (figures: CacheFigures) => number) => (put: Put) => {
        for (const [name, figures] of Object.entries(caches)) put(value(figures), name);
      };
      registry.read(
        'gauge',
        { name: 'latchkey_cache_entries', help: 'How much each cache holds', labels: named },
        ofEach(({ entries }) => entries()),
      );
      registry.read(
        'counter',
        { name: 'latchkey_cache_hits_total', help: 'What a cache could answer', labels: named },
        ofEach(({ hits }) => hits),
      );
      registry.read(
        'counter',
        { name: 'latchkey_cache_misses_total', help: 'What a cache could not answer', labels: named },
        ofEach(({ misses }) => misses),
      );
      registry.read(
        'gauge',
        {
          name: 'latchkey_change_feed_connected',
          help: '1: this node hears what others revoke; 0: it asks the database at each call',
        },
        (put) => put(feed.isCurrent() ? 1 : 0),
      );
      registry.read(
        'gauge',
        {
          name: 'latchkey_change_feed_age_seconds',
          help: 'Time since this node last heard something on the change feed, if only that it is there',
        },
        (put) => put(feed.ageMs() / 1000),
      );
      registry.read(
        'gauge',
        { name: 'latchkey_http_requests_in_flight', help: 'Requests under way, open streams among them' },
        (put) => put(http.inFlight()),
      );
      registry.read(
        'gauge',
        { name: 'latchkey_open_streams', help: 'Streams that stay open: listeners and sessions' },
        (put) => put(http.openStreams()),
      );
      readDatabase();
    },

    /** Counts a request. */
    follow(res: AnyAnswer, path: string): void {
      http.follow(res, routeOf(path));
    },

    /** Counts a request; true if it was for the metrics, and is answered. */
    take(req: IncomingMessage, res: ServerResponse, path: string): boolean {
      http.follow(res, routeOf(path));
      if (path !== METRICS_PATH || settings.address !== undefined) return false;
      scrape(req, res);
      return true;
    },

    /** Sends what is held, if the collector takes it in time. */
    async close(): Promise<void> {
      processMetrics.close();
      await sendTheLast([sink, metricExport], log);
    },
  };

  function readDatabase(): void {
    const pools = store.connectionFigures();
    const names = Object.keys(pools);
    registry.read(
      'gauge',
      {
        name: 'latchkey_database_connections',
        help: 'Connections to the database by pool and state',
        labels: { pool: names, state: ['in_use', 'idle'] },
      },
      (put) => {
        for (const [pool, { idle, open }] of Object.entries(store.connectionFigures())) {
          put(open - idle, pool, 'in_use');
          put(idle, pool, 'idle');
        }
      },
    );
    registry.read(
      'gauge',
      {
        name: 'latchkey_database_waiting',
        help: 'Queries that wait for a connection, by pool',
        labels: { pool: names },
      },
      (put) => {
        for (const [pool, { waiting }] of Object.entries(store.connectionFigures())) put(waiting, pool);
      },
    );
  }
}

interface HasFigures {
  readonly figures: CacheFigures;
}

type Put = (value: number, ...values: string[]) => void;
export type Telemetry = Awaited<ReturnType<typeof wireTelemetry>>;
