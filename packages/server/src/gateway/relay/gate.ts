import type { RpcId } from '@latchkey/tools';
import type { McpView } from '../../connectors/organisation-view.ts';
import { newId, type RequestId } from '../../kernel/ids.ts';
import type { WireMessage } from '../../upstreams/channel.ts';
import type { Answer } from '../mcp/answer.ts';
import type { Confirmation } from '../mcp/confirmation/confirmation.ts';
import { isJsonObject } from '../../kernel/json.ts';
import type { Caller } from '../pipeline/authenticate.ts';
import type { Ended, Recorder } from '../pipeline/record.ts';
import type { ClientMessage } from './client-messages.ts';
import { createConfirmCall, type Confirmed } from './confirm-call.ts';
import { headersMatch, type Headers } from './headers-match.ts';
import { judge, type Judged } from './judge.ts';
import { createListedTools, presentTools } from './listed-tools.ts';
import { refuseAll } from './refused-batch.ts';
import type { ToolNews } from './tool-news.ts';

/** Who speaks with the server, and what is known of it. */
export interface GateScene {
  /** Asked again for each message, so that a long conversation is judged by what holds today. */
  readonly view: () => McpView;
  readonly caller: Caller;
  readonly requestId: RequestId;
  /** Of the request; where there is none of the message's own, the revision that the session agreed on. */
  readonly headers: Headers;
  /** `WWW-Authenticate` for a caller whom full access would help. */
  readonly stepUp: readonly string[] | undefined;
}

export type Admission =
  /** May be sent now. `end` says, once, what came of it. */
  | {
      readonly kind: 'pass';
      readonly end: (ended: Ended) => void;
      /** What is sent in the place of what came; undefined: what came. */
      readonly instead?: readonly ClientMessage[] | undefined;
    }
  /** Nothing is sent. */
  | { readonly kind: 'refused'; readonly answer: Answer };

/** Looks at each message between a client and an MCP server, decides about tools, and changes nothing else. */
export interface Gate {
  /**
   * What a client said in one go: all of it is sent, or nothing. What can change something is on record before it may
   * be sent: throws `unavailable` if it cannot be.
   */
  admit(messages: readonly ClientMessage[], isBatch: boolean): Promise<Admission>;
  /** What the server says, as this caller may see it: the same object, if that is all of it. */
  present(message: WireMessage): WireMessage;
}

export type OpenGate = (scene: GateScene) => Gate;

/** One for the whole process: it remembers what servers said lately of tools that no snapshot has yet. */
export function createGates({
  confirmation,
  news,
  recorder,
}: {
  confirmation: Confirmation;
  news: Pick<ToolNews, 'changed' | 'observed'> | undefined;
  recorder: Recorder;
}): OpenGate {
  const listedTools = createListedTools(news);
  const confirmCall = createConfirmCall(confirmation);

  function refusalOf(
    messages: readonly ClientMessage[],
    judged: readonly (Judged | Confirmed)[],
    isBatch: boolean,
  ): Admission | undefined {
    const refused = judged.filter((one) => one.kind === 'refused');
    if (refused.length === 0) return undefined;
    for (const { call, reason } of refused)
      if (call !== undefined && reason !== undefined) recorder.refused(call, reason);
    const answers = judged.map((one) => (one.kind === 'refused' ? one.answer : undefined));
    return { kind: 'refused', answer: isBatch ? refuseAll(messages, answers) : first(refused).answer };
  }

  return (scene) => {
    const wraps = new Map<RpcId, Wrap>();
    return {
      async admit(messages, isBatch) {
        const judged = messages.map((one): Judged => {
          const mismatch = isBatch ? undefined : headersMatch(one.message, scene.headers, scene.view());
          if (mismatch !== undefined) return { kind: 'refused', answer: mismatch };
          return judge(one.message, {
            caller: scene.caller,
            view: scene.view(),
            listedTools,
            // Calls in one batch are told apart in the audit trail, and have one status for all.
            requestId: isBatch ? newId('req') : scene.requestId,
            stepUp: isBatch ? undefined : scene.stepUp,
            headers: scene.headers,
          });
        });
        const refusal = refusalOf(messages, judged, isBatch);
        if (refusal !== undefined) return refusal;
        // Nobody is asked about what is not sent anyway.
        const confirmed = await Promise.all(
          messages.map(async (one, index): Promise<Confirmed> => {
            const found = judged[index];
            if (found?.kind !== 'pass') throw new Error('a message was not judged');
            return confirmCall(one, found, scene);
          }),
        );
        const unconfirmed = refusalOf(messages, confirmed, isBatch);
        if (unconfirmed !== undefined) return unconfirmed;
        const ends: ((ended: Ended) => void)[] = [];
        const end = (ended: Ended): void => {
          for (const one of ends) one(ended);
        };
        try {
          for (const one of confirmed)
            if (one.kind === 'pass' && one.call !== undefined) ends.push(await recorder.begin(one.call));
        } catch (thrown) {
          end({ fault: 'not_sent' });
          throw thrown;
        }
        for (const [index, one] of confirmed.entries()) {
          const message = messages[index]?.message;
          if (one.kind === 'pass' && one.wrap !== undefined && message?.kind === 'request')
            wraps.set(message.id, one.wrap);
        }
        const insteads = confirmed.map((one) => (one.kind === 'pass' ? one.instead : undefined));
        const isChanged = insteads.some((one) => one !== undefined);
        return {
          kind: 'pass',
          end,
          ...(isChanged && { instead: messages.map((one, index) => insteads[index] ?? one) }),
        };
      },
      present(message) {
        const view = scene.view();
        if (message['method'] === 'notifications/tools/list_changed') news?.changed(view.target.id);
        return presentTools(wrapped(message, wraps), { view, caller: scene.caller, listedTools });
      },
    };
  };
}

type Wrap = NonNullable<Extract<Confirmed, { kind: 'pass' }>['wrap']>;

/** A server's question about a call that a person has agreed to: with its answer, the person is not asked again. */
function wrapped(message: WireMessage, wraps: ReadonlyMap<RpcId, Wrap>): WireMessage {
  const { id, result } = message;
  if (wraps.size === 0 || (typeof id !== 'string' && typeof id !== 'number') || !isJsonObject(result))
    return message;
  const wrap = wraps.get(id);
  if (wrap === undefined || result['resultType'] !== 'input_required') return message;
  const state = result['requestState'];
  return {
    ...message,
    result: { ...result, requestState: wrap(typeof state === 'string' ? state : undefined) },
  };
}

function first<T>(list: readonly T[]): T {
  const [one] = list;
  if (one === undefined) throw new Error('nothing was refused');
  return one;
}
