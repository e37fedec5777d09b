import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { AppOptions } from './app-options.ts';
import { createApp, type App } from './app.ts';
import type { Config } from './config.ts';
import { applyDeclared } from './declared.ts';
import { findDemoPeople } from './demo-people.ts';
import { createFront, type Doors } from './front/front.ts';
import type { Settings } from './installation.ts';
import { systemClock } from './kernel/clock.ts';
import { AppError, errorBody } from './kernel/errors.ts';
import { newId } from './kernel/ids.ts';
import { createLog, silentLog, type Log } from './kernel/log.ts';
import { fail, ok, type Result } from './kernel/result.ts';
import { WrongMasterSecretError } from './kernel/wrong-master-secret.ts';
import { createLeaving, drainMs } from './leaving.ts';
import { readMasterSecret } from './master-secret.ts';
import { openDatabase, type OpenedDatabase } from './open-database.ts';
import { createPool } from './store/database.ts';
import { reachingDatabase } from './store/database-out-of-reach.ts';
import { migrateDatabase } from './store/migrate.ts';
import { NewerSchemaError } from './store/newer-schema.ts';
import { createStore } from './store/store.ts';
import { isPublic } from './unsafe-settings.ts';

export interface StartedLatchkey {
  latchkey: App;
  port: number;
  databaseUrl: string;
  /** Where the metrics are, if they have an address of their own. */
  metricsPort: number | undefined;
  /**
   * Goes on serving for a while, but says at /readyz and on each answer that it is going: who sends calls here sends the
   * next elsewhere. To be called before `close`.
   */
  drain(): Promise<void>;
  /** How long that takes at most, but for the seconds in which a silent database is asked in vain. */
  readonly drainMs: number;
  /** The same where another process has taken this one's place at its port already. */
  handOver(): Promise<void>;
  /** Calls back, at most once, when the database is gone for good. */
  onLost(handler: (message: string) => void): void;
  close(): Promise<void>;
  /** What a close that is under way waits for. */
  waitsFor(): string | undefined;
  /** For who cannot wait for a close: the embedded database must not go on without us. */
  stopDatabase(): Promise<void>;
}

export interface StartOptions
  extends
    Partial<Pick<AppOptions, 'clock' | 'log'>>,
    Pick<
      AppOptions,
      | 'addressGuard'
      | 'aroundAudit'
      | 'dashboardDirectory'
      | 'documentBudget'
      | 'environment'
      | 'limits'
      | 'only'
      | 'resolveTxt'
      | 'sharedLimitDeadlineMs'
      | 'unconfirmedClientsMax'
      | 'worker'
    > {
  say: (line: string) => void;
  /** A database that another process has opened, and brought to this release's schema. */
  databaseUrl?: string;
  /** False: another process applies the declared file. */
  appliesDeclared?: boolean;
}

/** Database, migrations, listening socket, app: the whole service in this process. */
export async function startLatchkey(
  config: Config,
  {
    appliesDeclared = true,
    clock = systemClock,
    databaseUrl,
    log = config.logLevel === 'silent' ? silentLog : createLog(config.logLevel),
    say,
    ...passedOn
  }: StartOptions,
): Promise<Result<StartedLatchkey, { message: string }>> {
  let lose: (message: string) => void = () => {};
  const lost = new Promise<string>((resolve) => {
    lose = resolve;
  });
  const database =
    databaseUrl === undefined
      ? await openMigrated(config, {
          say,
          log,
          onLost: (message) => lose(message),
          takesDemoPeople: passedOn.environment === 'test',
        })
      : ok({ url: databaseUrl, close: async () => {} });
  if (!database.ok) return database;
  const { url, close: closeDatabase } = database.value;
  const masterSecret = await readMasterSecret(config.secret, config.dataDir);

  // The socket comes first, because its port is part of the default base URL.
  const early = createEarly();
  let doors: Doors = { takesWhole: () => false, handleWhole: () => {}, handle: early.handle };
  const leaving = createLeaving(config);
  const front = createFront({
    takesWhole: (method, url) => doors.takesWhole(method, url),
    handleWhole(req, res) {
      if (leaving.hasBegun()) res.shouldKeepAlive = false;
      doors.handleWhole(req, res);
    },
    handle(req, res) {
      if (leaving.hasBegun()) res.shouldKeepAlive = false;
      doors.handle(req, res);
    },
  });
  const { server } = front;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable || front.isAnswering(socket)) socket.destroy();
    else answerMalformed(socket);
  });
  const listening = await listen(server, config);
  if (!listening.ok) {
    await closeDatabase();
    return listening;
  }
  const port = listening.value;
  const mcpBaseUrl = config.mcpBaseUrl ?? `http://localhost:${port}`;
  const store = createStore(url, log);
  const wired = await createApp({
    store,
    mcpBaseUrl,
    webBaseUrl: config.webBaseUrl ?? mcpBaseUrl,
    connectorPaths: config.connectorPaths,
    trustedProxies: config.trustedProxies,
    sharedEgress: config.sharedEgress,
    importPrivateNetworks: config.importPrivateNetworks,
    redisUrl: config.redisUrl,
    settings: settingsOf(config),
    telemetry: config.telemetry,
    calls: config.calls,
    unownedAuditDays: config.unownedAuditDays,
    logsRequests: config.logLevel === 'debug',
    masterSecret,
    handoffSecret: config.handoffSecret,
    clock,
    log,
    ...passedOn,
  }).then(ok, async (error: unknown) => {
    server.close();
    front.closeAllConnections();
    await store.close();
    await closeDatabase();
    if (error instanceof WrongMasterSecretError) return fail({ message: error.message });
    throw error;
  });
  if (!wired.ok) return wired;
  const latchkey = wired.value;
  const metrics = await serveMetrics(latchkey, config);
  async function close(): Promise<void> {
    server.close();
    if (metrics.ok) metrics.value?.close();
    front.closeIdleConnections();
    try {
      await latchkey.close();
    } finally {
      front.closeAllConnections();
      await closeDatabase();
    }
  }
  if (config.configFile !== undefined && appliesDeclared) {
    const { variables } = config;
    const applied = await applyDeclared(config.configFile, { ...latchkey, say, variables });
    if (!applied.ok) {
      await close();
      return fail({ message: applied.error });
    }
  }
  if (!metrics.ok) {
    await close();
    return metrics;
  }
  doors = latchkey;
  early.passOn(latchkey.handle);
  const metricsPort = metrics.value?.port;
  const onLost = (handler: (message: string) => void) => void lost.then(handler);
  return ok({
    latchkey,
    port,
    databaseUrl: url,
    metricsPort,
    onLost,
    drain: () => leaving.drain(latchkey),
    drainMs: drainMs(config),
    handOver: () => leaving.handOver(server),
    close,
    waitsFor: latchkey.waitsFor,
    stopDatabase: closeDatabase,
  });
}

/** What operators are told of it: of each secret only whether there is one. */
function settingsOf(config: Config): Settings {
  return {
    dataDir: config.dataDir,
    hasExternalDatabase: config.databaseUrl !== undefined,
    hasGivenSecret: config.secret !== undefined,
    hasHandoffSecret: config.handoffSecret !== undefined,
    hasDeclaredFile: config.configFile !== undefined,
    logLevel: config.logLevel,
  };
}

/** What is no HTTP at all still gets an answer of ours, and a name to ask about. */
function answerMalformed(socket: Duplex): void {
  const requestId = newId('req');
  const body = errorBody(
    new AppError('invalid_request', 'This is not a well-formed HTTP request.'),
    requestId,
  );
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: application/json\r\nX-Request-Id: ${requestId}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** What is asked while the app is being wired waits for it, so that a start fails no call. */
function createEarly() {
  let waiting: [IncomingMessage, ServerResponse][] = [];
  return {
    handle(req: IncomingMessage, res: ServerResponse): void {
      if (HEALTH_PATHS.includes(req.url ?? '')) res.writeHead(503, { 'Retry-After': '1' }).end();
      else waiting.push([req, res]);
    },
    passOn(handle: RequestListener): void {
      for (const [req, res] of waiting) if (!res.destroyed) handle(req, res);
      waiting = [];
    },
  };
}

const HEALTH_PATHS = ['/readyz', '/healthz'];

/** The database that this process opens itself, at this release's schema, and fit to be served from. */
export async function openMigrated(
  config: Config,
  { takesDemoPeople, ...options }: Parameters<typeof openDatabase>[1] & { takesDemoPeople: boolean },
): Promise<Result<OpenedDatabase, { message: string }>> {
  const database = await openDatabase(config, options);
  if (!database.ok) return database;
  const { close, url } = database.value;
  const mayHaveThem = takesDemoPeople && !isPublic(config);
  const fit = await reachingDatabase(url, async () => {
    const atSchema = await migrate(url, options.log);
    return atSchema.ok && !mayHaveThem ? refuseDemoPeople(url, options.log) : atSchema;
  });
  if (fit.ok) return database;
  await close();
  return fit;
}

/** What was tried out with the demo must not become what is used. */
async function refuseDemoPeople(url: string, log: Log): Promise<Result<void, { message: string }>> {
  const people = await findDemoPeople(url, log);
  if (people.length === 0) return ok(undefined);
  return fail({
    message: `this database is the demo's: ${people.join(', ')} can sign in with a password that everybody knows. Set LATCHKEY_DATA_DIR or DATABASE_URL to another one`,
  });
}

async function migrate(url: string, log: Log): Promise<Result<void, { message: string }>> {
  const pool = createPool(url, log);
  try {
    return ok(await migrateDatabase(pool));
  } catch (error) {
    if (error instanceof NewerSchemaError) return fail({ message: error.message });
    throw error;
  } finally {
    await pool.end();
  }
}

/** On an address of its own, where the configuration names one; undefined: it names none. */
async function serveMetrics(
  { scrape }: Pick<App, 'scrape'>,
  { telemetry }: Config,
): Promise<Result<{ port: number; close(): void } | undefined, { message: string }>> {
  const address = telemetry?.address;
  if (address === undefined) return ok(undefined);
  const server = createServer(scrape);
  const listening = await listen(server, address, 'LATCHKEY_METRICS_ADDRESS');
  if (!listening.ok) return listening;
  return ok({
    port: listening.value,
    close() {
      server.close();
      server.closeAllConnections();
    },
  });
}

function listen(
  server: Server,
  { host, port }: Pick<Config, 'host' | 'port'>,
  name = 'PORT',
): Promise<Result<number, { message: string }>> {
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const message =
        error.code === 'EADDRINUSE'
          ? `${host}:${port} is in use. Stop what listens there, or set ${name} to another one.`
          : `cannot listen on ${host}:${port}: ${error.message}`;
      resolve(fail({ message }));
    });
    server.listen(port, host, () => {
      const address = server.address() as AddressInfo;
      resolve(ok(address.port));
    });
  });
}
