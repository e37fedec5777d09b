// MCP 2026-07-28, Subscriptions: a request that stays open, and says when something that a client keeps has changed.
import type { JsonObject } from '../json.ts';
import { FILTER_WANTED, readListenFilter, SUBSCRIPTION_ID } from '../mcp/listen-filter.ts';
import type { RpcId } from '../mcp/rpc.ts';

export interface Listeners {
  /** Undefined: it is open. Else: why not. */
  open(id: RpcId, params: JsonObject | undefined): string | undefined;
  has(id: RpcId): boolean;
  /** The client takes its request back: there is no answer to it. False: there is no such request. */
  cancel(id: RpcId): boolean;
  toolsChanged(): void;
  /** Answers the requests at last. `meta` says who we are. */
  end(meta: object): void;
}

const LISTENERS_MAX = 16;

export function createListeners(tell: (message: object) => void): Listeners {
  const wantsTools = new Map<RpcId, boolean>();

  function notify(id: RpcId, method: string, params: object = {}): void {
    tell({ jsonrpc: '2.0', method, params: { ...params, _meta: { [SUBSCRIPTION_ID]: id } } });
  }

  return {
    open(id, params) {
      const filter = readListenFilter(params);
      if (filter === undefined) return FILTER_WANTED;
      if (wantsTools.size >= LISTENERS_MAX) return `At most ${LISTENERS_MAX} subscriptions are open at once.`;
      wantsTools.set(id, filter.wantsTools);
      const honoured = filter.wantsTools ? { toolsListChanged: true } : {};
      notify(id, 'notifications/subscriptions/acknowledged', { notifications: honoured });
      return undefined;
    },
    has: (id) => wantsTools.has(id),
    cancel: (id) => wantsTools.delete(id),
    toolsChanged() {
      for (const [id, wanted] of wantsTools) if (wanted) notify(id, 'notifications/tools/list_changed');
    },
    end(meta) {
      for (const id of wantsTools.keys()) {
        const result = { resultType: 'complete', _meta: { ...meta, [SUBSCRIPTION_ID]: id } };
        tell({ jsonrpc: '2.0', id, result });
      }
      wantsTools.clear();
    },
  };
}
