import type { IncomingMessage, ServerResponse } from 'node:http';
import { deepestCause } from '../kernel/deepest-cause.ts';
import { AppError, toAppError } from '../kernel/errors.ts';
import { createResourceAt } from '../kernel/resource-at.ts';
import { deriveKey } from '../kernel/seal.ts';
import type { Soon } from '../kernel/soon.ts';
import {
  isWhole,
  type AnyAnswer,
  type AnyRequest,
  type WholeAnswer,
  type WholeRequest,
} from '../kernel/whole-exchange.ts';
import { CATALOGUE_PATH, createCatalogueDoor } from './api/catalogue.ts';
import { createApiDoor } from './api/door.ts';
import { createDownloadDoor } from './download/door.ts';
import { DOWNLOAD_PATH } from './download/links.ts';
import { asNode, openExchange, respondError, type Exchange } from './exchange.ts';
import { createDispatch } from './mcp/dispatch.ts';
import { BODY_LIMITS, createReadJsonBody } from './mcp/body.ts';
import { createMcpDoor } from './mcp/door.ts';
import { createHeardView } from './mcp/heard-view.ts';
import { observeAuthenticate } from './observed/authenticate.ts';
import { createFollowRequest } from './observed/requests.ts';
import { traceSender } from './observed/sender.ts';
import { observeStreams } from './observed/streams.ts';
import { createOriginGuard } from './origin-guard.ts';
import { createCalls, type Calls } from './calls.ts';
import { isLimited } from './pipeline/admit.ts';
import { createAuthenticate } from './pipeline/authenticate.ts';
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
  /** Whether a request may come whole: what it leads to is nearly always answered whole. */
  takesWhole(method: string, path: string): boolean;
  /** The same as `handle`. */
  handleWhole(req: WholeRequest, res: WholeAnswer): void;
  /**
   * Told by the change feed that something is no longer what it was: the id of a grant, a key, a token or an
   * organisation, or `<organisation>:<id>` of who or what belongs to one. Calls and streams whose caller's right hangs
   * on it are cut as soon as that has ended or become less. `*`: any of them may be.
   */
  changed(subject: string): void;
  /** Told by the change feed which organisation offers other tools than before; `*`: all may. */
  toolsChanged(subject: string): void;
  /** What the doors lead to, for who calls without a door. */
  readonly calls: Calls;
  /**
   * Waits for the calls under way, and for those that come meanwhile on connections that are there; ends what is not
   * over in `graceMs` (default 10 s), and refuses what comes then.
   */
  close(graceMs?: number): Promise<void>;
}

/** How long a stop waits for what was accepted. */
export const CLOSE_GRACE_MS = 10_000;

/** The data plane: the MCP door and the REST door, before one pipeline. */
export function createGateway(deps: GatewayDependencies): Gateway {
  const { catalogues, clock, credentials, log, nodeMail, telemetry, urls } = deps;
  const sender = traceSender(deps.sender, telemetry);
  const guard = createOriginGuard(urls.mcpBaseUrl);
  const resourceAt = createResourceAt(urls.connectorPaths);
  const authenticate = observeAuthenticate(createAuthenticate(deps), telemetry);
  const calls = createCalls({ ...deps, sender });
  const { callTool, callUpstream, limit, links, recorder } = calls;
  const { connectorPaths, mcpBaseUrl } = urls;
  const dispatch = createDispatch({
    attempts: deps.attempts,
    limit,
    catalogues,
    callTool,
    heardView: calls.heardView,
    iconsOf: deps.iconsOf,
    log,
  });
  const streamLimits = { ...STREAM_LIMITS, ...deps.streamLimits };
  const streams = observeStreams(createStreams({ clock, limits: streamLimits }), telemetry);
  const ids = createSessionIds({ nodeId: nodeMail.nodeId, key: deps.sessionKey });
  const readJsonBody = createReadJsonBody({ ...BODY_LIMITS, ...deps.bodyLimits });
  const sse = createSse({ authenticate, dispatch, ids, limit, log, nodeMail, readJsonBody, streams });
  const listen = createListen({ limit, streams });
  const { callMsMax } = deps;
  const sessionRelay = createSessionRelay({
    callMsMax,
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
      sse: sessionRelay,
      stdio: sessionRelay,
      'streamable-http': createStreamableHttp({
        callMsMax,
        credentials,
        limits: { ...RELAY_LIMITS, ...deps.relay.limits },
        sender: traceSender(deps.relay.sender, telemetry),
        sessions: createUpstreamSessions(deriveKey(deps.sessionKey, 'upstream sessions')),
        streams,
      }),
    },
    heardView: deps.relay.news && createHeardView({ catalogues, servers: deps.relay.news }),
    limit,
    mcpBaseUrl,
    openGate: createGates({ confirmation: deps.confirmation, news: deps.relay.news, recorder }),
    readJsonBody,
  });
  const mcpDoor = createMcpDoor({ authenticate, dispatch, listen, readJsonBody, relay, sse, mcpBaseUrl });
  const apiDoor = createApiDoor({
    authenticate,
    callMsMax,
    limit,
    catalogues,
    recorder,
    credentials,
    sender,
  });
  const catalogueDoor = createCatalogueDoor({
    authenticate,
    connectorPaths,
    heardView: calls.heardView,
    iconsOf: deps.iconsOf,
    limit,
  });
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
  const followRequest = createFollowRequest(telemetry, log);

  function serve(exchange: Exchange, call: OpenCall): Soon<void> {
    if (underWay.isClosed) return respondError(exchange, CLOSING, ['Connection', 'close']);
    const refused = guard(exchange.req);
    if (refused !== undefined) return respondError(exchange, refused);
    const resource = resourceAt(exchange.path);
    if (resource !== undefined) return mcpDoor(exchange, resource, call);
    const place = placeOfMessages(exchange.path);
    const session = place === undefined ? undefined : resourceAt(place);
    if (session !== undefined) return sse.post(exchange, session, call);
    if (exchange.path === CATALOGUE_PATH) return catalogueDoor(exchange, call);
    if (exchange.path.startsWith('/api/')) return apiDoor(asNode(exchange), call);
    if (exchange.path.startsWith(DOWNLOAD_PATH)) return downloadDoor(exchange, call);
    return respondError(exchange, NOT_FOUND);
  }

  function fail(exchange: Exchange, thrown: unknown): void {
    // Nobody is left to hear of it: a caller that goes away in the middle of its request is no fault.
    if (exchange.req.socket.destroyed) return;
    const error = toAppError(thrown);
    const cause = deepestCause(thrown);
    if (!isLimited(error))
      log.error(
        { requestId: exchange.requestId, error: cause.message, stack: cause.stack },
        'a request failed',
      );
    respondError(exchange, error);
  }

  /** Nothing of it has left: whoever asked hears at least that it is a fault of ours. */
  function unwritable({ requestId, res }: Exchange, thrown: unknown): void {
    const { message, stack } = deepestCause(thrown);
    log.error({ requestId, error: message, stack }, 'an answer could not be written');
    const headers = ['X-Request-Id', requestId, 'Content-Length', '0'];
    if (isWhole(res)) res.send(500, headers, '', 0);
    else res.writeHead(500, headers).end();
  }

  function take(req: AnyRequest, res: AnyAnswer): void {
    const exchange: Exchange = openExchange(
      req,
      res,
      (thrown) => unwritable(exchange, thrown),
      streamLimits.keepAliveMs,
    );
    const call = underWay.open(exchange);
    followRequest?.(exchange);
    try {
      const served = serve(exchange, call);
      if (served instanceof Promise) served.catch((thrown: unknown) => fail(exchange, thrown));
    } catch (thrown) {
      fail(exchange, thrown);
    }
  }

  return {
    calls,
    handles(path) {
      if (
        path === '/mcp' ||
        path.startsWith('/mcp/') ||
        path.startsWith('/api/') ||
        path.startsWith(DOWNLOAD_PATH)
      )
        return true;
      return resourceAt(path) !== undefined;
    },
    handle(req, res) {
      // A failing connection must not become an uncaught error; `close` follows it.
      req.on('error', ignore);
      res.on('error', ignore);
      take(req, res);
    },
    takesWhole(method, path) {
      const resource = resourceAt(path);
      if (resource === undefined || resource.kind === 'connector') return false;
      return method !== 'GET' || !(resource.kind === 'organisation' && resource.sse);
    },
    handleWhole: take,
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

function ignore(): void {}
