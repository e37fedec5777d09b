import type { Catalogues } from '../../connectors/catalogues.ts';
import type { McpView } from '../../connectors/organisation-view.ts';
import { AppError, toAppError } from '../../kernel/errors.ts';
import { tooMany } from '../pipeline/too-many.ts';
import type { Resource } from '../../kernel/resource.ts';
import type { McpUpstream } from '../../upstreams/upstream.ts';
import type { DoorAttempts } from '../attempts.ts';
import { challenge } from '../challenge.ts';
import { respondError, type NodeHeldExchange } from '../exchange.ts';
import type { ReadJsonBody } from '../mcp/body.ts';
import { rateLimited } from '../mcp/dispatch.ts';
import type { HeardView } from '../mcp/heard-view.ts';
import { sendAnswer } from '../mcp/send-answer.ts';
import type { Caller } from '../pipeline/authenticate.ts';
import { isLeftUndone } from '../pipeline/admit.ts';
import type { Limit, Limited } from '../pipeline/limit.ts';
import type { Ended } from '../pipeline/record.ts';
import type { OpenCall } from '../under-way.ts';
import { sendNoRoom } from './answered.ts';
import { insteadOf, readPost, type ClientPost } from './client-messages.ts';
import { answerFault } from './fault-answer.ts';
import type { OpenGate } from './gate.ts';
import type { Carrier, LiveView, Passage } from './passage.ts';

export interface Relay {
  /** False: there is no MCP server at this place, and nothing was done. */
  take(request: {
    readonly exchange: NodeHeldExchange;
    readonly resource: Resource;
    readonly call: OpenCall;
    readonly caller: Caller;
  }): Promise<boolean>;
}

/** Passes on what a client and one MCP server say to each other, in whichever revision, with a gate between them. */
export function createRelay({
  attempts,
  catalogues,
  carriers,
  heardView,
  limit,
  mcpBaseUrl,
  openGate,
  readJsonBody,
}: {
  attempts: DoorAttempts | undefined;
  catalogues: Catalogues;
  /** By how servers are reached. */
  carriers: { readonly [Transport in McpUpstream['transport']]?: Carrier };
  /** Has servers asked for their tools, if it was long ago; undefined: nobody asks. */
  heardView: HeardView | undefined;
  limit: Limit;
  mcpBaseUrl: string;
  openGate: OpenGate;
  readJsonBody: ReadJsonBody;
}): Relay {
  async function viewAt({ orgId, role }: Caller['principal'], slug: string): Promise<McpView | undefined> {
    const view = (await catalogues.of(orgId, role)).connectors.get(slug);
    return view?.kind === 'mcp' ? view : undefined;
  }

  function liveView(first: McpView, { principal }: Caller): LiveView {
    let view = first;
    return {
      current: () => view,
      async refresh() {
        const found = await viewAt(principal, view.target.slug);
        if (found === undefined || !isSameServer(found, view)) return false;
        view = found;
        return true;
      },
    };
  }

  async function pass(
    request: { exchange: NodeHeldExchange; call: OpenCall; caller: Caller; resource: Resource },
    first: McpView,
    { carry, room }: Carrier,
  ) {
    const { call, caller, exchange: plain } = request;
    const { method, headers } = plain.req;
    const live = liveView(first, caller);
    const stepUp = challenge(mcpBaseUrl, plain.path, 'insufficient_scope');
    const gate = openGate({
      view: live.current,
      caller,
      requestId: plain.requestId,
      // What is open for long holds on to nothing that it does not need.
      headers: method === 'POST' ? headers : {},
      stepUp,
    });
    const passage = (limited: Limited, post: Passage['post']): Passage => ({
      exchange: { ...plain, headers: [...plain.headers, ...limited.headers] },
      call,
      caller,
      target: first.target,
      gate,
      post,
      refresh: live.refresh,
    });
    /** Nobody waits for a place that is full, and nothing is on record of who found none. */
    async function inRoom(
      exchange: NodeHeldExchange,
      post: ClientPost | undefined,
      work: () => Promise<void>,
    ): Promise<void> {
      if (room === undefined) return work();
      const leave = room.enter(caller.principal);
      return leave === undefined ? sendNoRoom(exchange, post, NO_ROOM) : work().finally(leave);
    }

    async function sendAdmitted(
      exchange: NodeHeldExchange,
      post: ClientPost,
      limited: Limited,
    ): Promise<void> {
      const { isBatch, messages } = post;
      try {
        const admission = await gate.admit(messages, isBatch);
        if (admission.kind === 'refused') return sendAnswer(exchange, admission.answer);
        const { instead } = admission;
        const noted = messages.flatMap(({ message }) => {
          const { resource } = request;
          const peer = plain.req.socket.remoteAddress;
          const note = attempts?.asked({ principal: caller.principal, message, resource, headers, peer });
          return note === undefined ? [] : [note];
        });
        const end = noted.length === 0 ? admission.end : endWith(admission.end, noted);
        const admitted = instead === undefined ? post : insteadOf(post, instead);
        if (call.isOver()) return end({ fault: 'not_sent' });
        // An intent is never left without its outcome.
        return await carry(passage(limited, { ...admitted, end })).finally(() => end({ fault: 'internal' }));
      } catch (thrown) {
        const error = toAppError(thrown);
        if (!isLeftUndone(error)) throw thrown;
        const { code, publicMessage: message, retryAfterSeconds, status } = error;
        return sendAnswer(
          exchange,
          answerFault(post, { code, message, status, retryAfterSeconds }, plain.requestId),
        );
      }
    }

    if (method !== 'POST') {
      const limited = await limit(caller.principal);
      if (call.isOver()) return;
      if (!limited.allowed) return respondError(plain, tooMany(limited.retryAfterSeconds), limited.headers);
      const limitedPassage = passage(limited, undefined);
      return inRoom(limitedPassage.exchange, undefined, () => carry(limitedPassage));
    }

    const body = await readJsonBody(plain.req, caller.principal);
    if (!body.ok) return respondError(plain, body.error);
    // It may have taken its time with the body, and have lost its right meanwhile.
    if (call.isOver()) return;
    const post = readPost(body.value, headers['mcp-protocol-version']);
    if (!post.ok) return sendAnswer(plain, post.error);
    const { messages } = post.value;
    let limited = await limit(caller.principal);
    for (let more = messages.length - 1; more > 0 && limited.allowed; more -= 1)
      limited = await limit(caller.principal);
    if (call.isOver()) return;
    const exchange = { ...plain, headers: [...plain.headers, ...limited.headers] };
    const [opening] = messages;
    if (!limited.allowed && opening !== undefined)
      return sendAnswer(exchange, rateLimited(opening.message, limited.retryAfterSeconds, plain));
    return inRoom(exchange, post.value, () => sendAdmitted(exchange, post.value, limited));
  }

  return {
    async take({ call, caller, exchange, resource }) {
      if (resource.kind !== 'connector') return false;
      const { principal } = caller;
      const { method } = exchange.req;
      if ((await viewAt(principal, resource.connector)) === undefined) return false;
      if (method === 'POST') await heardView?.(principal, resource);
      const view = await viewAt(principal, resource.connector);
      const carrier = view && carriers[view.target.upstream.transport];
      if (view === undefined || carrier === undefined) return false;
      if (call.isOver()) return true;
      if (method === 'POST' || method === 'GET' || method === 'DELETE')
        await pass({ exchange, call, caller, resource }, view, carrier);
      else respondError(exchange, OTHER_METHOD, ['Allow', 'POST, GET, DELETE']);
      return true;
    },
  };
}

/** Said once, as the first that is said counts. */
function endWith(end: (ended: Ended) => void, noted: ((fault?: string) => void)[]): (ended: Ended) => void {
  return (ended) => {
    end(ended);
    const { fault, status = 200 } = ended;
    for (const note of noted.splice(0)) note(fault ?? (status < 400 ? undefined : `status ${status}`));
  };
}

function isSameServer({ target: one }: McpView, { target: other }: McpView): boolean {
  return one.id === other.id && JSON.stringify(one.upstream) === JSON.stringify(other.upstream);
}

const NO_ROOM = new AppError('rate_limited', 'Too many calls of this server are under way. Try again.', {
  retryAfterSeconds: 1,
});

const OTHER_METHOD = new AppError(
  'method_not_allowed',
  'This address takes POST, GET and DELETE: it speaks Streamable HTTP.',
);
