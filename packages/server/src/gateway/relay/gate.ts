import type { McpView } from '../../connectors/organisation-view.ts';
import { newId, type RequestId } from '../../kernel/ids.ts';
import type { WireMessage } from '../../upstreams/channel.ts';
import type { Answer } from '../mcp/answer.ts';
import type { Caller } from '../pipeline/authenticate.ts';
import type { Ended, Recorder } from '../pipeline/record.ts';
import type { ClientMessage } from './client-messages.ts';
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
  | { readonly kind: 'pass'; readonly end: (ended: Ended) => void }
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
  news,
  recorder,
}: {
  news: ToolNews | undefined;
  recorder: Recorder;
}): OpenGate {
  const listedTools = createListedTools(news);
  return (scene) => ({
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
      const refused = judged.filter((one) => one.kind === 'refused');
      if (refused.length > 0) {
        for (const { call, reason } of refused)
          if (call !== undefined && reason !== undefined) recorder.refused(call, reason);
        const answers = judged.map((one) => (one.kind === 'refused' ? one.answer : undefined));
        return { kind: 'refused', answer: isBatch ? refuseAll(messages, answers) : first(refused).answer };
      }
      const ends: ((ended: Ended) => void)[] = [];
      const end = (ended: Ended): void => {
        for (const one of ends) one(ended);
      };
      try {
        for (const one of judged)
          if (one.kind === 'pass' && one.call !== undefined) ends.push(await recorder.begin(one.call));
      } catch (thrown) {
        end({ fault: 'not_sent' });
        throw thrown;
      }
      return { kind: 'pass', end };
    },
    present(message) {
      const view = scene.view();
      if (message['method'] === 'notifications/tools/list_changed') news?.changed(view.target.id);
      return presentTools(message, { view, caller: scene.caller, listedTools });
    },
  });
}

function first<T>(list: readonly T[]): T {
  const [one] = list;
  if (one === undefined) throw new Error('nothing was refused');
  return one;
}
