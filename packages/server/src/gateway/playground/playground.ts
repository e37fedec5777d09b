import type { ToolResult } from '@latchkey/tools';
import type { Catalogues } from '../../connectors/catalogues.ts';
import type { BoundTool } from '../../connectors/tool-set.ts';
import { AppError, toAppError } from '../../kernel/errors.ts';
import { tooMany } from '../pipeline/too-many.ts';
import type { Log } from '../../kernel/log.ts';
import type { Principal } from '../../kernel/principal.ts';
import type { Resource } from '../../kernel/resource.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Soon } from '../../kernel/soon.ts';
import type { Calls } from '../calls.ts';
import { formAnswer, messageOfForm, SHOWS_FORMS } from '../mcp/confirmation/form.ts';
import type { Round } from '../mcp/round.ts';
import type { ToolOutcome } from '../mcp/tool-call.ts';
import { refusedResult } from '../mcp/tool-result.ts';
import type { Caller } from '../pipeline/authenticate.ts';
import type { Identification } from '../ports.ts';
import { playedResult } from './played-result.ts';
import type { Header, Played, PlayedCall, ToolRef, Visitor } from '../../connectors/played-call.ts';
import { createPlayedUnderWay } from './under-way.ts';
import { createVisitors, NO_LONGER } from './visitor.ts';
import { watchCall } from './watched.ts';

/** At once, for one person: a page has one call under way, and somebody may have several pages. */
const UNDER_WAY_MAX = 4;

/**
 * Calls of somebody who is signed in, by the way that every client's calls take: the same access, rules, questions,
 * limits, credentials and records. What comes of them is told with all that a person needs to see why.
 */
export function createPlayground({
  calls,
  catalogues,
  log,
  mcpBaseUrl,
  nowMs,
  standingOf,
}: {
  calls: Pick<Calls, 'callTool' | 'heardView' | 'limit'>;
  catalogues: Pick<Catalogues, 'of'>;
  log: Log;
  mcpBaseUrl: string;
  /** Never set back. */
  nowMs: () => number;
  standingOf: Identification['standingOf'];
}) {
  const callerOf = createVisitors({ standingOf });
  const underWay = createPlayedUnderWay();

  async function toolSetOf({ orgId, role }: Principal) {
    return (await catalogues.of(orgId, role)).toolSet;
  }

  async function callNow(caller: Caller, order: PlayedCall): Promise<Played> {
    const { principal } = caller;
    const { requestId } = order;
    const watched = watchCall(nowMs);
    const headers: Header[] = [];
    const ended = (result: ToolResult, tool: BoundTool | undefined): Played =>
      playedResult({
        access: principal.access,
        mcpBaseUrl,
        result,
        seen: watched.seen,
        seesAddresses:
          order.visitor.organisation.role === 'owner' || order.visitor.organisation.role === 'admin',
        timing: watched.end(),
        tool,
        limits: headers,
      });

    const limited = await calls.limit(principal);
    headers.push(...pairs(limited.headers));
    if (!limited.allowed)
      return ended(refusedResult(tooMany(limited.retryAfterSeconds), requestId), undefined);
    const toolSet = await toolSetOf(principal);
    const tool = findTool(toolSet.tools, order);
    if (tool === undefined) return ended(refusedResult(NOT_OFFERED, requestId), undefined);
    if (needsWord(tool, principal, order)) {
      const { consumesCredits, credits } = tool.tool;
      const question = { kind: 'write', credits, consumesCredits: consumesCredits === true } as const;
      return { kind: 'question', question, tool };
    }

    // Nothing is waited for between this and the call, or several that come at once would all be let in.
    if (underWay.countOf(principal.keyId) >= UNDER_WAY_MAX)
      return ended(refusedResult(BUSY, requestId), tool);
    return underWay.follow(caller, order.signal, async (signal, why) => {
      const outcome = await answered(order, () =>
        calls.callTool({
          caller,
          toolSet,
          resource: placeOf(principal),
          requestId,
          signal,
          name: tool.name,
          arguments: order.arguments,
          round: roundOf(order),
          watch: watched.watch,
        }),
      );
      if (why() !== undefined) {
        const reason = why() === 'closing' ? CLOSING : NO_LONGER;
        return ended(refusedResult(reason, requestId), tool);
      }
      if (outcome.kind === 'step_up') return ended(refusedResult(READ_ONLY, requestId), tool);
      if (outcome.kind === 'result') return ended(outcome.result, tool);
      const message = messageOfForm(outcome.inputRequests);
      const { requestState: state } = outcome;
      if (message === undefined || state === undefined) throw new Error('a question that nobody asked');
      return { kind: 'question', question: { kind: 'confirmation', message, state }, tool };
    });
  }

  async function answered({ requestId }: PlayedCall, call: () => Soon<ToolOutcome>): Promise<ToolOutcome> {
    try {
      return await call();
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.code === 'internal') log.error({ requestId, error: error.message }, 'a tried call failed');
      return { kind: 'result', result: refusedResult(error, requestId) };
    }
  }

  return {
    /** What whoever it is could call with full access, whatever they choose then. */
    async tools(visitor: Visitor): Promise<Result<readonly BoundTool[], AppError>> {
      const caller = await callerOf(visitor, 'full');
      if (!caller.ok) return caller;
      const { principal } = caller.value;
      return ok((await calls.heardView(principal, placeOf(principal))).toolSet.tools);
    },

    async tool(visitor: Visitor, ref: ToolRef): Promise<Result<BoundTool, AppError>> {
      const caller = await callerOf(visitor, 'full');
      if (!caller.ok) return caller;
      const found = findTool((await toolSetOf(caller.value.principal)).tools, ref);
      return found === undefined ? fail(NOT_OFFERED) : ok(found);
    },

    /** What a visitor may do at most. */
    async most(visitor: Visitor): Promise<Result<Principal['access'], AppError>> {
      const caller = await callerOf(visitor, 'full');
      return caller.ok ? ok(caller.value.principal.access) : caller;
    },

    /** Fails if there is nobody who could call; all that comes of a call is a value. */
    async call(order: PlayedCall): Promise<Result<Played, AppError>> {
      const caller = await callerOf(order.visitor, order.access);
      return caller.ok ? ok(await callNow(caller.value, order)) : caller;
    },

    changed: underWay.changed,
    close: underWay.close,
  };
}

function placeOf({ orgSlug }: Principal): Resource {
  return { kind: 'organisation', path: `/mcp/${orgSlug}`, org: orgSlug, sse: false };
}

function findTool(tools: readonly BoundTool[], ref: ToolRef): BoundTool | undefined {
  return ref.connector === undefined
    ? tools.find(({ name }) => name === ref.tool)
    : tools.find(({ target, tool }) => target.slug === ref.connector && tool.name === ref.tool);
}

/** Where an admin wants a question asked it is asked by the pipeline, with the arguments in it. */
function needsWord(
  { confirmation, tool }: BoundTool,
  { access }: Principal,
  { agreed }: PlayedCall,
): boolean {
  return tool.access === 'full' && access === 'full' && confirmation === undefined && !agreed;
}

function roundOf({ answer }: PlayedCall): Round {
  return {
    capabilities: SHOWS_FORMS,
    isOurs: true,
    ...(answer && { requestState: answer.state, inputResponses: formAnswer(answer.agreed) }),
  };
}

function pairs(flat: readonly string[]): Header[] {
  return flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1] ?? ''] as const] : []));
}

const BUSY = new AppError(
  'rate_limited',
  'Other calls of yours are still running here. Wait, or cancel them.',
  {
    retryAfterSeconds: 1,
  },
);
const NOT_OFFERED = new AppError(
  'not_found',
  'There is no such tool that may be used here: it was switched off, renamed or is for other roles.',
);
const READ_ONLY = new AppError(
  'insufficient_scope',
  'This tool can change something, and it was called read-only. Nothing was sent.',
);
const CLOSING = new AppError('unavailable', 'This server is being restarted. The call was broken off.');
