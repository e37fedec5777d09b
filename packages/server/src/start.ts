import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { AppOptions, Half } from './app-options.ts';
import { createApp, type App } from './app.ts';
import type { Config } from './config.ts';
import { applyDeclared } from './declared.ts';
import { systemClock, type Clock } from './kernel/clock.ts';
import { AppError, errorBody } from './kernel/errors.ts';
import { newId } from './kernel/ids.ts';
import { createLog, silentLog, type Log } from './kernel/log.ts';
import { fail, ok, type Result } from './kernel/result.ts';
import { WrongMasterSecretError } from './kernel/wrong-master-secret.ts';
import type { KeyEnvironment } from './keys/key-secret.ts';
import { readMasterSecret } from './master-secret.ts';
import { openDatabase } from './open-database.ts';
import { createPool } from './store/database.ts';
import { migrateDatabase } from './store/migrate.ts';
import { createStore } from './store/store.ts';

export interface StartedLatchkey {
  latchkey: App;
  port: number;
  databaseUrl: string;
  /** Calls back, at most once, when the database is gone for good. */
  onLost(handler: (message: string) => void): void;
  close(): Promise<void>;
}

export interface StartOptions {
  environment: KeyEnvironment;
  only?: Half | undefined;
  say: (line: string) => void;
  clock?: Clock;
  log?: Log;
  limits?: NonNullable<AppOptions['limits']>;
  unconfirmedClientsMax?: number;
  /** For tests, which bring an internet of their own. */
  addressGuard?: NonNullable<AppOptions['addressGuard']>;
  resolveTxt?: NonNullable<AppOptions['resolveTxt']>;
  documentBudget?: NonNullable<AppOptions['documentBudget']>;
  dashboardDirectory?: string;
}

/** Database, migrations, listening socket, app: the whole service in this process. */
export async function startLatchkey(
  config: Config,
  { environment, only, say, clock = systemClock, log: givenLog, limits, ...forTests }: StartOptions,
): Promise<Result<StartedLatchkey, { message: string }>> {
  const log = givenLog ?? (config.logLevel === 'silent' ? silentLog : createLog(config.logLevel));
  let lose: (message: string) => void = () => {};
  const lost = new Promise<string>((resolve) => {
    lose = resolve;
  });
  const database = await openDatabase(config, { say, log, onLost: (message) => lose(message) });
  if (!database.ok) return database;
  const { url, close: closeDatabase } = database.value;
  await migrate(url, log);
  const masterSecret = await readMasterSecret(config.secret, config.dataDir);

  // The socket comes first, because its port is part of the default base URL.
  let handle: RequestListener = (_req, res) => void res.writeHead(503, { 'Retry-After': '1' }).end();
  const server = createServer((req, res) => handle(req, res));
  server.on('clientError', answerMalformed);
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
    masterSecret,
    handoffSecret: config.handoffSecret,
    environment,
    only,
    clock,
    log,
    ...(limits === undefined ? {} : { limits }),
    ...forTests,
  }).then(ok, (error: unknown) => {
    if (error instanceof WrongMasterSecretError) return fail({ message: error.message });
    throw error;
  });
  if (!wired.ok) {
    server.close();
    await store.close();
    await closeDatabase();
    return wired;
  }
  const latchkey = wired.value;
  async function close(): Promise<void> {
    server.close();
    server.closeIdleConnections();
    await latchkey.close();
    server.closeAllConnections();
    await closeDatabase();
  }
  if (config.configFile !== undefined) {
    const { variables } = config;
    const applied = await applyDeclared(config.configFile, { ...latchkey, say, variables });
    if (!applied.ok) {
      await close();
      return fail({ message: applied.error });
    }
  }
  handle = latchkey.handle;
  return ok({ latchkey, port, databaseUrl: url, onLost: (handler) => void lost.then(handler), close });
}

/** What is no HTTP at all still gets an answer of ours, and a name to ask about. */
function answerMalformed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const requestId = newId('req');
  const body = errorBody(
    new AppError('invalid_request', 'This is not a well-formed HTTP request.'),
    requestId,
  );
  socket.end(
    `HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: application/json\r\nX-Request-Id: ${requestId}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

async function migrate(url: string, log: Log): Promise<void> {
  const pool = createPool(url, log);
  try {
    await migrateDatabase(pool);
  } finally {
    await pool.end();
  }
}

function listen(server: Server, { host, port }: Config): Promise<Result<number, { message: string }>> {
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const message =
        error.code === 'EADDRINUSE'
          ? `${host}:${port} is in use. Stop what listens there, or set PORT to another number.`
          : `cannot listen on ${host}:${port}: ${error.message}`;
      resolve(fail({ message }));
    });
    server.listen(port, host, () => {
      const address = server.address() as AddressInfo;
      resolve(ok(address.port));
    });
  });
}
