import { maskOf, type ResponseHeaders, type Sender } from '@latchkey/tools';
import { CALL_MS_MAX } from '../../kernel/call-ms-max.ts';
import { describeFault } from '../../upstreams/credentials/describe-fault.ts';
import type { CredentialParts, UpstreamCredentials } from '../../upstreams/credentials.ts';
import { faultOf } from '../../upstreams/fault.ts';
import { faultOfSender } from '../../upstreams/http-fault.ts';
import { sendAnswer } from '../mcp/send-answer.ts';
import { credentialTargetOf } from '../pipeline/upstream.ts';
import type { Streams } from '../streams/streams.ts';
import { answerWith, noSession, type Answered, type RelayLimits, type Sink } from './answered.ts';
import { faultFrom } from './fault-answer.ts';
import type { Carrier, Passage } from './passage.ts';
import { createReader } from './relayed-messages.ts';
import { collectJson } from './relay-json.ts';
import { isListening, relayEvents } from './relay-events.ts';
import { createRoom } from './room.ts';
import { speaksModern, upstreamRequest } from './upstream-request.ts';
import type { UpstreamSessions } from './upstream-sessions.ts';

/** Passes requests to an MCP server of Streamable HTTP and its answers back, while they arrive. */
export function createStreamableHttp({
  callMsMax = CALL_MS_MAX,
  credentials,
  limits,
  sender,
  sessions,
  streams,
}: {
  callMsMax?: number | undefined;
  credentials: UpstreamCredentials;
  limits: RelayLimits;
  sender: Sender;
  sessions: UpstreamSessions;
  streams: Streams;
}): Carrier {
  /** One attempt. True: the credential was refused, and nothing was answered yet. */
  function attempt(
    passage: Passage,
    parts: CredentialParts,
    sessionId: string | undefined,
  ): Promise<boolean> {
    const { exchange, gate, target } = passage;
    const { upstream } = target;
    if (upstream.transport === 'stdio') throw new Error('a command is not reached by HTTP');
    const mask = maskOf(parts);
    const reader = createReader({ bytesMax: limits.bytesMax, gate, mask });
    return new Promise((resolve) => {
      let sink: Sink | undefined;
      const abort = (): void => control.abort({ code: 'upstream_aborted', message: 'The caller went away.' });
      let isOver = false;
      const over = (isRefused: boolean): void => {
        isOver = true;
        exchange.res.off('close', abort);
        resolve(isRefused);
      };
      const control = sender.stream(
        {
          ...upstreamRequest(passage, { parts, sessionId, url: upstream.url }),
          headTimeoutMs: limits.headMs,
          totalTimeoutMs: isListening(passage) ? undefined : callMsMax,
          reach: target.reach,
        },
        {
          onHead(status, headers) {
            if (status === 401) {
              over(true);
              control.abort({ code: 'upstream_aborted', message: 'The credential was refused.' });
              return;
            }
            const answered: Answered = {
              passage,
              status,
              headers,
              shownHeaders: shownHeaders(passage, headers, sessionId),
              hadSession: sessionId !== undefined,
              reader,
              control,
              limits,
              over: () => over(false),
            };
            sink = relayEvents(answered, streams) ?? collectJson(answered);
          },
          onData: (chunk) => sink?.data(chunk),
          onEnd: () => sink?.end(),
          onFault(fault) {
            if (isOver) return;
            const found = faultFrom(faultOfSender(fault));
            if (sink !== undefined) return sink.fault(found);
            answerWith(passage, found);
            over(false);
          },
        },
      );
      // Closing is how a client takes back what it asked.
      exchange.res.once('close', abort);
      if (exchange.res.destroyed) abort();
    });
  }

  function shownHeaders(
    { caller, target }: Passage,
    headers: ResponseHeaders,
    sessionId: string | undefined,
  ): readonly string[] {
    const shown: string[] = [];
    const issued = headers['mcp-session-id'];
    if (typeof issued === 'string' && issued !== sessionId)
      shown.push('Mcp-Session-Id', sessions.conceal(issued, target, caller.principal));
    const version = headers['mcp-protocol-version'];
    if (typeof version === 'string' && /^[\x21-\x7e]{1,64}$/.test(version))
      shown.push('MCP-Protocol-Version', version);
    return shown;
  }

  async function carry(passage: Passage): Promise<void> {
    const { caller, exchange, post, target } = passage;
    const concealed = exchange.req.headers['mcp-session-id'];
    let sessionId: string | undefined;
    if (concealed !== undefined && !speaksModern(post)) {
      sessionId = sessions.reveal(String(concealed), target, caller.principal);
      if (sessionId === undefined) {
        post?.end({ fault: 'not_sent' });
        return sendAnswer(exchange, noSession(passage));
      }
    }
    const audience = credentialTargetOf(target);
    for (let isFirst = true; ; isFirst = false) {
      const parts = await credentials.partsFor(audience, caller.principal);
      if (exchange.res.destroyed) return undefined;
      if (!parts.ok) {
        const { code, connectUrl, hint, message } = describeFault(parts.error);
        post?.end({ fault: code, notSent: true });
        return answerWith(passage, {
          code,
          connectUrl,
          hint,
          message,
          status: code === 'connect_needed' ? 403 : 503,
        });
      }
      if (!(await attempt(passage, parts.value, sessionId))) return undefined;
      // What was refused for its credential was not done: once more with another one does it once.
      if (!isFirst || !(await credentials.refused(audience, caller.principal))) {
        post?.end({ status: 401, fault: 'upstream_unauthorized' });
        return answerWith(passage, faultFrom(faultOf('upstream_unauthorized')));
      }
    }
  }

  return { carry, room: createRoom(limits) };
}
