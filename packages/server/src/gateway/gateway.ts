import type { IncomingMessage, ServerResponse } from 'node:http';
import { deepestCause } from '../kernel/deepest-cause.ts';
import { AppError, toAppError } from '../kernel/errors.ts';
import { parseResourcePath } from '../kernel/resource.ts';
import { deriveKey } from '../kernel/seal.ts';
import { createApiDoor } from './api/door.ts';
import { createDownloadDoor } from './download/door.ts';
import { createDownloadLinks, DOWNLOAD_PATH } from './download/links.ts';
import { openExchange, respondError, type Exchange } from './exchange.ts';
import { createCallMcp } from './mcp/call-mcp.ts';
import { createCallTool } from './mcp/call-tool.ts';
import { createDispatch } from './mcp/dispatch.ts';
import { createMcpDoor } from './mcp/door.ts';
import { createForeignStates } from './mcp/foreign-rounds.ts';
import { createHeardView } from './mcp/heard-view.ts';
import { createOriginGuard } from './origin-guard.ts';
import { createAuthenticate } from './pipeline/authenticate.ts';
import { createLimit } from './pipeline/limit.ts';
import { createRecorder } from './pipeline/record.ts';
import { createCallUpstream } from './pipeline/upstream.ts';
import type { GatewayDependencies } from './ports.ts';
import { RELAY_LIMITS } from './relay/answered.ts';
import { createGates } from './relay/gate.ts';
import { createRelay } from './relay/relay.ts';
import { SESSION_LIMITS } from './relay/sessions/limits.ts';
import { createOpenUpstream } from './relay/sessions/open-upstream.ts';
import { createSessionRelay } from './relay/sessions/session-relay.ts';
import { createStreamableHttp } from './relay/streamable-http.ts';
import { createUpstreamSessions } from './relay/upstream-sessions.ts';
import { createListen } from './streams/listen.ts';
import { createSessionIds } from './streams/session-ids.ts';
import { createSse, placeOfMessages } from './streams/sse.ts';
import { createStreams, STREAM_LIMITS } from './streams/streams.ts';
import { createUnderWay, type OpenCall } from './under-way.ts';

export interface Gateway {
  /** Whether a path is the data plane's. */
  handles(path: string): boolean;
  /** Answers, always: nothing that a caller or an upstream does is thrown. */
  handle(req: IncomingMessage, res: ServerResponse): void;
  /**
   * Told by the change feed that something is no longer what it was: the id of a grant, a key, a token or an
   * organisation, or `<organisation>:<id>` of who or what belongs to one. Calls and streams whose caller's right hangs
   * on it are cut as soon as that has ended or become less.
   */
  changed(subject: string): void;
  /** Told by the change feed which organisation offers other tools than before; `*`: all may. */
  toolsChanged(subject: string): void;
  /** Refuses new calls, waits for those under way, ends what is not over in `graceMs` (default 10 s). */
  close(graceMs?: number): Promise<void>;
}

const CLOSE_GRACE_MS = 10_000;

/** The data plane: the MCP door and the REST door, before one pipeline. */
export function createGateway(deps: GatewayDependencies): Gateway {
  const { audit, catalogues, clock, credentials, limiter, log, nodeMail, sender, urls } = deps;
  const guard = createOriginGuard(urls.mcpBaseUrl);
  const authenticate = createAuthenticate(deps);
  const limit = createLimit(limiter, deps.limits);
  const recorder = createRecorder(audit, clock);
  const callUpstream = createCallUpstream({ credentials, recorder, sender });
  const { connectorPaths, mcpBaseUrl } = urls;
  const links = createDownloadLinks({ key: deps.downloadKey, mcpBaseUrl, clock });
  const callTool = createCallTool({
    recorder,
    confirmation: deps.confirmation,
    callMcp: createCallMcp({
      clients: deps.mcp.clients,
      mcpBaseUrl,
      recorder,
      servers: deps.mcp.servers,
      states: createForeignStates({ key: deriveKey(deps.sessionKey, 'states of servers'), clock }),
    }),
    callUpstream,
    fetchFile: deps.fetchFile,
    links,
  });
  const dispatch = createDispatch({
    attempts: deps.attempts,
    limit,
    catalogues,
    callTool,
    heardView: createHeardView({ catalogues, servers: deps.mcp.servers }),
    log,
  });
  const streams = createStreams({ clock, limits: { ...STREAM_LIMITS, ...deps.streamLimits } });
  const ids = createSessionIds({ nodeId: nodeMail.nodeId, key: deps.sessionKey });
  const sse = createSse({ authenticate, dispatch, ids, limit, log, nodeMail, streams });
  const listen = createListen({ limit, streams });
  const sessionRelay = createSessionRelay({
    clock,
    ids: createSessionIds({
      nodeId: nodeMail.nodeId,
      key: deriveKey(deps.sessionKey, 'relayed sessions'),
    }),
    limits: { ...SESSION_LIMITS, ...deps.relay.sessionLimits },
    nodeMail,
    openUpstream: createOpenUpstream({ credentials, openChannel: deps.relay.openChannel }),
  });
  const relay = createRelay({
    attempts: deps.attempts,
    catalogues,
    carriers: {
      sse: sessionRelay.carry,
      stdio: sessionRelay.carry,
      'streamable-http': createStreamableHttp({
        credentials,
        limits: { ...RELAY_LIMITS, ...deps.relay.limits },
        sender: deps.relay.sender,
        sessions: createUpstreamSessions(deriveKey(deps.sessionKey, 'upstream sessions')),
        streams,
      }),
    },
    heardView: deps.relay.news && createHeardView({ catalogues, servers: deps.relay.news }),
    limit,
    mcpBaseUrl,
    openGate: createGates({ confirmation: deps.confirmation, news: deps.relay.news, recorder }),
  });
  const mcpDoor = createMcpDoor({ authenticate, dispatch, listen, relay, sse, mcpBaseUrl });
  const apiDoor = createApiDoor({ authenticate, limit, catalogues, recorder, credentials, sender });
  const downloadDoor = createDownloadDoor({
    authenticate,
    callUpstream,
    catalogues,
    connectorPaths,
    limit,
    links,
    recorder,
  });
  const underWay = createUnderWay();

  async function serve(exchange: Exchange, call: OpenCall): Promise<void> {
    if (underWay.isClosing) return respondError(exchange, CLOSING, ['Connection', 'close']);
    const refused = guard(exchange.req);
    if (refused !== undefined) return respondError(exchange, refused);
    const resource = parseResourcePath(exchange.path, urls.connectorPaths);
    if (resource !== undefined) return mcpDoor(exchange, resource, call);
    const place = placeOfMessages(exchange.path);
    const session = place === undefined ? undefined : parseResourcePath(place, urls.connectorPaths);
    if (session !== undefined) return sse.post(exchange, session, call);
    if (exchange.path.startsWith('/api/')) return apiDoor(exchange, call);
    if (exchange.path.startsWith(DOWNLOAD_PATH)) return downloadDoor(exchange, call);
    return respondError(exchange, NOT_FOUND);
  }

  function fail(exchange: Exchange, thrown: unknown): void {
    // Nobody is left to hear of it: a caller that goes away in the middle of its request is no fault.
    if (exchange.req.socket.destroyed) return;
    const error = toAppError(thrown);
    const cause = deepestCause(thrown);
    log.error(
      { requestId: exchange.requestId, error: cause.message, stack: cause.stack },
      'a request failed',
    );
    respondError(exchange, error);
  }

  return {
    handles(path) {
      if (
        path === '/mcp' ||
        path.startsWith('/mcp/') ||
        path.startsWith('/api/') ||
        path.startsWith(DOWNLOAD_PATH)
      )
        return true;
      return parseResourcePath(path, urls.connectorPaths) !== undefined;
    },
    handle(req, res) {
      const exchange = openExchange(req, res);
      const call = underWay.open(exchange);
      serve(exchange, call).catch((thrown: unknown) => fail(exchange, thrown));
    },
    changed(subject) {
      underWay.changed(subject);
      sessionRelay.changed(subject);
    },
    toolsChanged(subject) {
      streams.toolsChanged(subject);
      sessionRelay.toolsChanged(subject);
    },
    async close(graceMs = CLOSE_GRACE_MS) {
      streams.drain();
      sessionRelay.drain();
      await underWay.close(graceMs);
      sessionRelay.close();
    },
  };
}

const CLOSING = new AppError('unavailable', 'This server is being restarted. Try again.', {
  retryAfterSeconds: 1,
});
const NOT_FOUND = new AppError('not_found', 'There is nothing at this address.');
