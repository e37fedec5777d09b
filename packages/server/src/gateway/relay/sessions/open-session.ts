import { asLegacyRevision } from '@latchkey/tools';
import { respondError } from '../../exchange.ts';
import { isJsonObject } from '../../../kernel/json.ts';
import { sendAnswer } from '../../mcp/send-answer.ts';
import { answerFault, type Fault } from '../fault-answer.ts';
import type { AdmittedPost, Passage } from '../passage.ts';
import { NO_ANSWER, NOT_BEGUN } from './endings.ts';
import type { OpenUpstream } from './open-upstream.ts';
import { createJsonDestination, type Posted } from './posted.ts';
import type { Session } from './session.ts';

/**
 * Connects a new session with its server and passes the handshake on. Whatever keeps it from beginning ends it: until
 * its client has the id, nobody else can.
 */
export async function openSession(
  session: Session,
  passage: Passage,
  post: AdmittedPost,
  {
    makeRoom,
    openMs,
    openUpstream,
  }: {
    /** Ends a connection with the server that nobody needs. False: there is none. */
    makeRoom: () => boolean;
    openMs: number;
    openUpstream: OpenUpstream;
  },
): Promise<void> {
  const { call, exchange } = passage;
  const opening = new AbortController();
  let isLate = false;
  const giveUp = (fault: Fault): void => {
    opening.abort();
    session.end(fault);
  };
  const late = setTimeout(() => {
    isLate = true;
    giveUp(NO_ANSWER);
  }, openMs);
  const gone = (): void => giveUp(NOT_BEGUN);
  call.signal().addEventListener('abort', gone, { once: true });
  try {
    const open = () => openUpstream(passage, session.events, opening.signal);
    let opened = await open();
    if (!opened.ok && opened.error.code === 'upstream_busy' && makeRoom()) opened = await open();
    if (opened.ok) session.join(opened.value);
    if (!opened.ok || session.isOver()) {
      const fault = isLate || opened.ok ? NO_ANSWER : opened.error;
      session.end(fault);
      post.end({ fault: fault.code });
      return sendAnswer(exchange, answerFault(post, fault, exchange.requestId));
    }
    const answer = await shakeHands(session, passage, post);
    if (answer === undefined) return undefined;
    const result = (JSON.parse(answer) as { result?: unknown }).result;
    if (isJsonObject(result)) session.revision = asLegacyRevision(result['protocolVersion']);
    else session.end(NOT_BEGUN);
    const headers = session.isOver() ? [] : ['Mcp-Session-Id', session.id];
    return sendAnswer(exchange, { status: 200, headers, body: answer });
  } catch (thrown) {
    session.end(NOT_BEGUN);
    throw thrown;
  } finally {
    clearTimeout(late);
    call.signal().removeEventListener('abort', gone);
  }
}

/** The server's answer, or what we say in its place. Undefined: the caller's right has ended, and it was told so. */
function shakeHands(
  session: Session,
  { exchange, gate }: Passage,
  post: AdmittedPost,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const asks = post.messages.flatMap(({ message }) =>
      message.kind === 'request' ? [{ id: message.id, progressToken: undefined }] : [],
    );
    const posted: Posted = {
      gate,
      destination: createJsonDestination(
        ([answer]) => resolve(answer),
        ({ error, headers }) => {
          respondError(exchange, error, headers);
          resolve(undefined);
        },
      ),
      requestId: exchange.requestId,
      open: new Set(asks),
      end: post.end,
      failed: undefined,
    };
    session.send(post.messages, posted).catch(reject);
  });
}
