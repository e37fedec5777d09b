// MCP 2025-03-26, 2025-06-18 and 2025-11-25, Transports, Streamable HTTP: sessions with servers that keep a connection.
import { RPC, asLegacyRevision, LEGACY_REVISIONS } from '@latchkey/tools';
import type { Clock } from '../../../kernel/clock.ts';
import { CALL_MS_MAX } from '../../../kernel/call-ms-max.ts';
import { toAppError } from '../../../kernel/errors.ts';
import { JSON_TYPE, respond, respondError } from '../../exchange.ts';
import { errorAnswer, type Answer } from '../../mcp/answer.ts';
import { sendAnswer } from '../../mcp/send-answer.ts';
import { refusal } from '../../refusal.ts';
import type { NodeMail } from '../../../nodes/node-mail.ts';
import type { SessionIds } from '../../streams/session-ids.ts';
import { idsOf } from '../fault-answer.ts';
import { noSession } from '../answered.ts';
import { modernClaim } from '../headers-match.ts';
import type { AdmittedPost, Carry, Passage } from '../passage.ts';
import {
  CLOSING,
  DELETED,
  IDLE,
  NO_ANSWER,
  NO_STREAM,
  OTHER_SERVER,
  RESTARTING,
  TOO_MANY,
} from './endings.ts';
import { answerNodes, passToNode } from './far-sessions.ts';
import type { SessionLimits } from './limits.ts';
import { openSession } from './open-session.ts';
import type { OpenUpstream } from './open-upstream.ts';
import { createSession, type Session } from './session.ts';
import { takePost } from './session-post.ts';
import { createSessionRegistry } from './session-registry.ts';

export interface SessionRelay {
  /** For servers of stdio and of HTTP+SSE. */
  readonly carry: Carry;
  /** Told by the change feed: sessions whose caller's right has ended, or is less than it was, end. `*`: any. */
  changed(subject: string): void;
  /** `subject` is an organisation whose tools may be others now, or `*`. */
  toolsChanged(subject: string): void;
  /** Opens no more, and ends those on which nothing is under way; the others as soon as they are at rest. */
  drain(): void;
  /** Ends all. */
  close(): void;
}

/** Gives each session of a client a connection of its own to the server, and keeps it until the session ends. */
export function createSessionRelay({
  callMsMax = CALL_MS_MAX,
  clock,
  ids,
  limits,
  nodeMail,
  openUpstream,
}: {
  callMsMax?: number | undefined;
  clock: Clock;
  ids: SessionIds;
  limits: SessionLimits;
  nodeMail: NodeMail;
  openUpstream: OpenUpstream;
}): SessionRelay {
  const registry = createSessionRegistry(limits);
  const budget = { bytes: 0, bytesMax: limits.logBytesTotal };
  let isDraining = false;
  let timer: NodeJS.Timeout | undefined;

  answerNodes(nodeMail, {
    callsMax: limits.calls,
    find({ principal, sessionId, target }) {
      const session = registry.find(sessionId, target, principal);
      if (session !== undefined) session.usedMs = clock.nowMs();
      return session;
    },
  });

  /** The node where the session of a request lives, if not here. */
  function otherNodeOf({ caller, exchange }: Passage): string | undefined {
    const node = ids.nodeOf(String(exchange.req.headers['mcp-session-id']), caller.principal);
    return node === nodeMail.nodeId ? undefined : node;
  }

  function turn(): void {
    const nowMs = clock.nowMs();
    for (const session of registry.all()) {
      if (nowMs - session.usedMs >= limits.idleMs) {
        session.end(session.isBusy() ? NO_ANSWER : IDLE);
        continue;
      }
      session.giveUpBefore(nowMs - callMsMax, NO_ANSWER);
      session.keepUp();
      if (nowMs - session.checkedMs < limits.recheckMs) continue;
      session.checkedMs = nowMs;
      void recheck(session);
    }
  }

  /** Whether whoever speaks on it may still do so, with the same server. */
  async function recheck(session: Session): Promise<void> {
    const { caller, refresh } = session.speaker;
    try {
      // Whoever hears the same change forgets what it knew first.
      await Promise.resolve();
      const refused = await caller.recheck();
      if (refused !== undefined) session.cut(refused);
      else if (!(await refresh())) session.end(OTHER_SERVER);
    } catch (thrown) {
      session.cut(refusal(toAppError(thrown)));
    }
  }

  function rest(session: Session): void {
    if (isDraining && !session.isBusy()) session.end(RESTARTING);
  }

  function newSession({ caller, gate, refresh, target }: Passage): Session {
    const session = createSession({
      budget,
      clock,
      id: ids.issue(caller.principal),
      logBytesMax: limits.logBytes,
      onOver() {
        registry.remove(session);
        if (!registry.isEmpty()) return;
        clearInterval(timer);
        timer = undefined;
      },
      // Nothing of the request: the session outlives it.
      speaker: { caller, gate, refresh, target },
    });
    registry.add(session);
    timer ??= setInterval(turn, limits.keepAliveMs).unref();
    return session;
  }

  /** The session that a request is of, or why it is of none. */
  function sessionOf(passage: Passage): Session | Answer {
    const { caller, exchange, gate, refresh, target } = passage;
    const { 'mcp-session-id': id } = exchange.req.headers;
    if (id === undefined) return sessionWanted(passage);
    const session = registry.find(String(id), target, caller.principal);
    if (session === undefined) return noSession(passage);
    session.speaker = { caller, gate, refresh, target };
    session.usedMs = clock.nowMs();
    return session;
  }

  function refuse({ exchange, post }: Passage, answer: Answer): void {
    post?.end({ fault: 'not_sent' });
    if (post === undefined)
      respond(exchange, answer.status, [...JSON_TYPE, ...answer.headers], answer.body ?? '');
    else sendAnswer(exchange, answer);
  }

  async function carryPost(passage: Passage, post: AdmittedPost): Promise<void> {
    const { caller, exchange, target } = passage;
    let session: Session | Answer;
    if (opens(post)) {
      const error = isDraining ? CLOSING : registry.hasRoom(target, caller.principal) ? undefined : TOO_MANY;
      if (error !== undefined) {
        post.end({ fault: error.code, notSent: true });
        return respondError(exchange, error);
      }
      session = newSession(passage);
      const givesWayMs = clock.nowMs() - limits.givesWayMs;
      await openSession(session, passage, post, {
        openMs: limits.openMs,
        openUpstream,
        makeRoom: () => registry.endIdlest(target, givesWayMs),
      });
    } else {
      session = sessionOf(passage);
      if ('status' in session) return refuse(passage, session);
      await takePost(session, passage, post, limits.calls);
    }
    return rest(session);
  }

  return {
    async carry(passage) {
      const { exchange, post } = passage;
      const { headers, method } = exchange.req;
      const claim = post?.messages
        .map(({ message }) => modernClaim(message))
        .find((one) => one !== undefined);
      if (claim !== undefined) return refuse(passage, unsupported(passage, claim));
      const revision = headers['mcp-protocol-version'];
      if (!opens(post) && revision !== undefined && asLegacyRevision(revision) === undefined)
        return refuse(passage, unsupported(passage, String(revision)));
      const node = opens(post) ? undefined : otherNodeOf(passage);
      if (node !== undefined) return passToNode(passage, { node, nodeMail, patienceMs: limits.farMs });
      if (post !== undefined) return carryPost(passage, post);
      // Who looks for a stream before it has a session may speak HTTP+SSE, which is not spoken here.
      if (method === 'GET' && headers['mcp-session-id'] === undefined)
        return respondError(exchange, NO_STREAM, ['Allow', 'POST, GET, DELETE']);
      const session = sessionOf(passage);
      if ('status' in session) return refuse(passage, session);
      if (method === 'DELETE') {
        session.end(DELETED);
        return respond(exchange, 204, [], '');
      }
      if (isDraining) return respondError(exchange, CLOSING);
      const lastEventId = headers['last-event-id'];
      if (lastEventId === undefined) return session.listen(exchange);
      if (!session.resume(String(lastEventId), exchange)) return refuse(passage, NOT_REPLAYED);
    },
    changed(subject) {
      for (const session of registry.all())
        if (subject === '*' || session.speaker.caller.hangsOn.includes(subject)) void recheck(session);
    },
    toolsChanged(subject) {
      for (const session of registry.all()) {
        if (subject !== '*' && subject !== session.speaker.caller.principal.orgId) continue;
        void recheck(session).then(() => {
          if (!session.isOver() && session.revision !== undefined) session.notify(TOOLS_CHANGED);
        });
      }
    },
    drain() {
      isDraining = true;
      for (const session of registry.all()) rest(session);
    },
    close() {
      isDraining = true;
      clearInterval(timer);
      for (const session of registry.all()) session.end(RESTARTING);
    },
  };
}

function opens(post: AdmittedPost | undefined): boolean {
  const [first] = post?.messages ?? [];
  return first?.message.kind === 'request' && first.message.method === 'initialize';
}

/** The server behind us wants a handshake: who speaks without one is told in which revisions it may shake hands. */
function unsupported({ post }: Passage, requested: string): Answer {
  const [id] = post === undefined ? [] : idsOf(post);
  return errorAnswer(400, id, RPC.unsupportedVersion, 'Unsupported protocol version', {
    supported: LEGACY_REVISIONS,
    requested: requested.slice(0, 64),
  });
}

function sessionWanted({ post }: Passage): Answer {
  const [id] = post === undefined ? [] : idsOf(post);
  return errorAnswer(400, id, RPC.invalidRequest, 'Mcp-Session-Id is missing: send initialize first.');
}

const NOT_REPLAYED = errorAnswer(
  400,
  undefined,
  RPC.invalidRequest,
  'What came after this Last-Event-ID is not known any more.',
);
const TOOLS_CHANGED = { jsonrpc: '2.0', method: 'notifications/tools/list_changed' };
