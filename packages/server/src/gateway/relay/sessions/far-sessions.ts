import { parseKeepingDigits, textWithDigits } from '@latchkey/tools';
import type { RequestId } from '../../../kernel/ids.ts';
import type { NodeMail } from '../../../nodes/node-mail.ts';
import type { WireMessage } from '../../../upstreams/channel.ts';
import { JSON_TYPE, respond, respondError } from '../../exchange.ts';
import { framed, wantsEvents } from '../../mcp/answer.ts';
import { parseMessage } from '../../mcp/message.ts';
import { idsOf } from '../fault-answer.ts';
import { answerWith, noSession } from '../answered.ts';
import type { Passage } from '../passage.ts';
import { DELETED, ELSEWHERE, NO_ANSWER } from './endings.ts';
import { readQuestion, readReply, type FarQuestion, type FarReply } from './far-mail.ts';
import { createJsonDestination, faultIn, type Posted } from './posted.ts';
import { asksOf, refusalOf } from './session-post.ts';
import type { Session } from './session.ts';

/** What nodes ask each other here. */
const SUBJECT = 'relayed session';

/**
 * Passes what a client says to the node where its session lives, and brings the answers back. What else the server says
 * meanwhile is heard there, on the session's own stream, which no other node can open.
 */
export async function passToNode(
  passage: Passage,
  { node, nodeMail, patienceMs }: { node: string; nodeMail: NodeMail; patienceMs: number },
): Promise<void> {
  const { caller, exchange, gate, post, target } = passage;
  const { method, headers } = exchange.req;
  if (method === 'GET') return respondError(exchange, ELSEWHERE, ['Allow', 'POST, DELETE']);
  const question: FarQuestion = {
    sessionId: String(headers['mcp-session-id']),
    principal: caller.principal,
    requestId: exchange.requestId,
    target: { id: target.id, upstream: target.upstream },
    messages: post?.messages.map(({ wire }) => wire),
  };
  let isLate = false;
  const late = setTimeout(() => (isLate = true), patienceMs);
  const text = await nodeMail
    .ask(node, SUBJECT, textWithDigits(question), patienceMs)
    .finally(() => clearTimeout(late));
  const reply = text === undefined ? (isLate ? LATE : GONE) : readReply(text);
  if (reply.kind === 'fault') return answerWith(passage, reply.fault);
  if (reply.kind === 'gone') {
    post?.end({ fault: 'not_sent' });
    const { body = '', status } = noSession(passage);
    return respond(exchange, status, JSON_TYPE, body);
  }
  if (post === undefined) return respond(exchange, 204, [], '');
  if (reply.kind === 'refused') {
    post.end({ fault: 'not_sent' });
    return respond(exchange, reply.status, JSON_TYPE, reply.body);
  }
  const fault = reply.answers.map(faultIn).find((one) => one !== undefined);
  const asked = idsOf(post).length;
  post.end(fault === undefined ? { status: asked === 0 ? 202 : 200 } : { fault });
  const shown = reply.answers.map((answer) => gate.present(answer));
  const [first] = shown;
  // It asked nothing, or has cancelled all of it.
  if (first === undefined) return respond(exchange, 202, [], '');
  const { body, headers: type } = framed(
    textWithDigits(post.isBatch ? shown : first),
    wantsEvents(headers.accept),
  );
  return respond(exchange, 200, type, body);
}

/** There is no such node any more: then there is no such session either. */
const GONE: FarReply = { kind: 'gone' };
/** It was taken there, and may have been done. */
const LATE: FarReply = { kind: 'fault', fault: NO_ANSWER };

/** Answers what other nodes ask of sessions that live here. */
export function answerNodes(
  nodeMail: NodeMail,
  { callsMax, find }: { callsMax: number; find: (question: FarQuestion) => Session | undefined },
): void {
  async function take(question: FarQuestion): Promise<FarReply> {
    const session = find(question);
    const left = await session?.speaker.caller.accessLeft();
    if (session === undefined || left === undefined || session.isOver()) return { kind: 'gone' };
    const { messages } = question;
    if (messages !== undefined) return tell(session, messages, question.requestId);
    session.end(DELETED);
    return { kind: 'answers', answers: [] };
  }

  async function tell(
    session: Session,
    wires: readonly WireMessage[],
    requestId: RequestId,
  ): Promise<FarReply> {
    const messages = wires.map((wire) => {
      const message = parseMessage(wire);
      if (!message.ok) throw new Error('another node passed on what is no message');
      return { message: message.value, wire };
    });
    const asks = asksOf(messages);
    const refused = refusalOf(session, asks, callsMax);
    if (refused !== undefined) return { kind: 'refused', status: refused.status, body: String(refused.body) };
    if (asks.length === 0) {
      const sent = await session.send(messages);
      return sent.ok ? { kind: 'answers', answers: [] } : { kind: 'fault', fault: sent.error };
    }
    return new Promise((resolve, reject) => {
      const posted: Posted = {
        // The node that asks shows them to its own.
        gate: { present: (said) => said },
        destination: createJsonDestination(
          (bodies) =>
            resolve({
              kind: 'answers',
              answers: bodies.map((body) => parseKeepingDigits(body) as WireMessage),
            }),
          () => resolve({ kind: 'gone' }),
        ),
        requestId,
        open: new Set(asks),
        end: () => undefined,
        failed: undefined,
      };
      session.send(messages, posted).catch(reject);
    });
  }

  nodeMail.answer(SUBJECT, async (text) => textWithDigits(await take(readQuestion(text))));
}
