import type { WireMessage } from '../../../upstreams/channel.ts';
import { isJsonObject } from '../../../kernel/json.ts';
import type { Ask, Posted } from './posted.ts';

/** What is under way, by the text of its id: there are servers that make a text of a number. */
export type Calls = ReadonlyMap<string, { readonly ask: Ask; readonly posted: Posted }>;

/** Where what a server says is heard. */
export type Place =
  /** It answers this request. */
  | { readonly kind: 'answer'; readonly ask: Ask; readonly posted: Posted }
  /** It is said while this is answered. */
  | { readonly kind: 'beside'; readonly posted: Posted }
  /** It belongs to no call. */
  | { readonly kind: 'alone' }
  /** It is nothing, or an answer to nothing. */
  | { readonly kind: 'nowhere' };

/**
 * The channel does not say which call a message belongs to. Progress names its call; what may be said at any time
 * belongs to none; anything else is taken to belong to the latest call whose client listens: it is heard there for sure.
 */
export function placeOf(message: WireMessage, calls: Calls): Place {
  const { id, method, params } = message;
  if (typeof method !== 'string') {
    const isId = typeof id === 'string' || typeof id === 'number';
    const call = isId ? calls.get(String(id)) : undefined;
    const answers = Object.hasOwn(message, 'result') || Object.hasOwn(message, 'error');
    return answers && call !== undefined ? { kind: 'answer', ...call } : { kind: 'nowhere' };
  }
  if (method === 'notifications/progress') {
    const token = isJsonObject(params) ? params['progressToken'] : undefined;
    const call = [...calls.values()].find(({ ask }) => token !== undefined && ask.progressToken === token);
    // Progress of what has ended interests nobody.
    if (call === undefined) return { kind: 'nowhere' };
    return call.posted.destination.takesMore ? { kind: 'beside', posted: call.posted } : { kind: 'alone' };
  }
  if (method.endsWith('/list_changed') || method === 'notifications/resources/updated')
    return { kind: 'alone' };
  const latest = [...calls.values()].findLast(
    ({ posted: { destination } }) => destination.takesMore && destination.isAttended(),
  );
  return latest === undefined ? { kind: 'alone' } : { kind: 'beside', posted: latest.posted };
}
