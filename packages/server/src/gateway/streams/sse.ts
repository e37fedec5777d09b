// HTTP+SSE (MCP 2024-11-05, Transports): the answers to what is posted come on a stream that was opened before.
import { lowerAccess } from '../../kernel/access.ts';
import { AppError, toAppError } from '../../kernel/errors.ts';
import type { Log } from '../../kernel/log.ts';
import type { Resource } from '../../kernel/resource.ts';
import type { NodeMail } from '../../nodes/node-mail.ts';
import { respond, respondError, type Exchange } from '../exchange.ts';
import type { ReadJsonBody } from '../mcp/body.ts';
import { preflightHeaders, withCors } from '../mcp/cors.ts';
import type { Dispatch } from '../mcp/dispatch.ts';
import type { Authenticate, Caller } from '../pipeline/authenticate.ts';
import type { Limit } from '../pipeline/limit.ts';
import type { OpenCall } from '../under-way.ts';
import {
  readPassedOn,
  readReceipt,
  refusalReceipt,
  writePassedOn,
  writeReceipt,
  type PassedOn,
  type Receipt,
} from './passed-on.ts';
import type { SessionIds } from './session-ids.ts';
import { tooMany } from '../pipeline/too-many.ts';
import { createSseSessions, NO_SESSION } from './sse-sessions.ts';
import type { Streams } from './streams.ts';

export interface Sse {
  /** Opens a session: a stream whose first event says where to post. */
  open(opener: { exchange: Exchange; org: string; caller: Caller; call: OpenCall }): Promise<void>;
  /** A message for a session, on whichever node that is. `resource` is the place that the session is of. */
  post(exchange: Exchange, resource: Resource, call: OpenCall): Promise<void>;
}

/** What nodes ask each other here. */
const SUBJECT = 'sse';

export function createSse({
  authenticate,
  dispatch,
  ids,
  limit,
  log,
  nodeMail,
  readJsonBody,
  streams,
}: {
  authenticate: Authenticate;
  dispatch: Dispatch;
  ids: SessionIds;
  limit: Limit;
  log: Log;
  nodeMail: NodeMail;
  readJsonBody: ReadJsonBody;
  streams: Streams;
}): Sse {
  const sessions = createSseSessions({ dispatch, ids, log, streams });

  /**
   * A message that reached another node, which knows who posted it. Here it is asked once more whose the session is and
   * whether its right lives, and the message may do no more than that right has left.
   */
  async function takePassedOn({ principal, sessionId, ...posted }: PassedOn): Promise<Receipt> {
    const refused = (error: AppError): Receipt => refusalReceipt(error, posted.requestId);
    try {
      if (streams.isDraining()) return refused(CLOSING);
      const stream = sessions.find(sessionId, principal);
      const left = await stream?.caller.accessLeft();
      if (stream === undefined || left === undefined) return refused(NO_SESSION);
      const access = lowerAccess(principal.access, left);
      return sessions.take(stream, {
        ...posted,
        caller: { ...stream.caller, principal: { ...principal, access } },
      });
    } catch (thrown) {
      return refused(toAppError(thrown));
    }
  }

  nodeMail.answer(SUBJECT, async (text) => writeReceipt(await takePassedOn(readPassedOn(text))));

  async function askNode(node: string, posted: PassedOn): Promise<Receipt> {
    const answer = await nodeMail.ask(node, SUBJECT, writePassedOn(posted));
    return answer === undefined ? refusalReceipt(NO_SESSION, posted.requestId) : readReceipt(answer);
  }

  return {
    async open({ exchange, org, caller, call }) {
      const { allowed, headers, retryAfterSeconds } = await limit(caller.principal);
      if (call.isOver()) return;
      if (!allowed) return respondError(exchange, tooMany(retryAfterSeconds), headers);
      const opened = sessions.open(
        { exchange, call, caller, headers },
        (id) => `/mcp/${org}/messages?sessionId=${id}`,
      );
      if (!opened.ok) respondError(exchange, opened.error);
    },

    async post(plain, resource, call) {
      const open = withCors(plain);
      const { path, query, req, requestId } = open;
      if (req.method === 'OPTIONS') return respond(open, 204, preflightHeaders(req), '');
      const found = await authenticate.atMcp(req, resource, resource.path, path);
      if (!found.ok) return respondError(open, found.error.error, found.error.headers);
      const caller = found.value;
      const { principal } = caller;
      const exchange = { ...open, headers: [...open.headers, ...caller.headers] };
      call.follow(caller, exchange);
      if (req.method !== 'POST') return respondError(exchange, POST_ONLY, ['Allow', 'POST']);

      const sessionId = new URLSearchParams(query).get('sessionId') ?? '';
      const node = ids.nodeOf(sessionId, principal);
      const stream = node === nodeMail.nodeId ? sessions.find(sessionId, principal) : undefined;
      // The same for a session that does not exist and for another's.
      if (node === undefined || (node === nodeMail.nodeId && stream === undefined))
        return respondError(exchange, NO_SESSION);
      const fault = stream && sessions.faultOf(stream);
      if (fault !== undefined) return respondError(exchange, fault);
      // What is taken here is counted when it is dispatched. A flood of what is passed on ends here, before it is.
      const limited = stream === undefined ? await limit(principal) : undefined;
      if (limited?.allowed === false)
        return respondError(exchange, tooMany(limited.retryAfterSeconds), limited.headers);

      const body = await readJsonBody(req, principal);
      if (!body.ok) return respondError(exchange, body.error);
      // It may have taken its time with the body, and have lost its right meanwhile.
      if (call.isOver()) return undefined;
      const posted = { resource, requestId, body: body.value };
      const receipt =
        stream === undefined
          ? await askNode(node, { ...posted, sessionId, principal })
          : sessions.take(stream, { ...posted, caller });
      return respond(exchange, receipt.status, receipt.headers, receipt.body);
    },
  };
}

const POST_ONLY = new AppError('method_not_allowed', 'This address takes POST: messages of an SSE session.');
const CLOSING = new AppError('unavailable', 'This server is being restarted. Try again.', {
  retryAfterSeconds: 1,
});

/** `/mcp/acme/sse` for `/mcp/acme/messages`: the place that its sessions are of. Undefined: it is another path. */
export function placeOfMessages(path: string): string | undefined {
  return /^\/mcp\/[^/]+\/messages$/.test(path) ? path.replace(/messages$/, 'sse') : undefined;
}
