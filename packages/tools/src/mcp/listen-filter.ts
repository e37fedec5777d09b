// MCP 2026-07-28, Subscriptions: what a listener wants to hear of.
import { isObject } from '../json.ts';
import type { JsonObject } from '../json.ts';

/** In the `_meta` of what a listener is told. */
export const SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId';
export const FILTER_WANTED =
  'params.notifications names what to hear of: toolsListChanged, promptsListChanged and resourcesListChanged are booleans, resourceSubscriptions is a list of URIs.';

/** Undefined: it cannot be understood. Tools are all that ever changes. */
export function readListenFilter(
  params: JsonObject | undefined,
): { readonly wantsTools: boolean } | undefined {
  const filter = params?.['notifications'];
  if (!isObject(filter)) return undefined;
  const { promptsListChanged, resourcesListChanged, resourceSubscriptions, toolsListChanged } = filter;
  const flags = [promptsListChanged, resourcesListChanged, toolsListChanged];
  if (!flags.every((flag) => flag === undefined || typeof flag === 'boolean')) return undefined;
  if (resourceSubscriptions !== undefined && !isListOfTexts(resourceSubscriptions)) return undefined;
  return { wantsTools: toolsListChanged === true };
}

function isListOfTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
