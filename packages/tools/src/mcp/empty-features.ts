import { isObject } from '../json.ts';
import type { JsonObject } from '../json.ts';
import type { Dialect } from './revisions.ts';
import { replyError, RPC } from './rpc.ts';
import type { Reply } from './rpc.ts';

// An API of tools has no prompts, no resources, nothing to complete and nothing to log. Clients ask all the same, some
// before they show a tool; an empty list is an answer that none of them trips over.

const LIST_TTL_MS = 300_000;
const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];
const LISTS: ReadonlyMap<string, string> = new Map([
  ['prompts/list', 'prompts'],
  ['resources/list', 'resources'],
  ['resources/templates/list', 'resourceTemplates'],
]);

/** What is declared of it beside the tools. */
export function emptyCapabilities({ hasCompletions, isModern }: Dialect): Readonly<Record<string, object>> {
  return {
    prompts: {},
    resources: {},
    ...(hasCompletions ? { completions: {} } : {}),
    ...(isModern ? {} : { logging: {} }),
  };
}

/** Undefined: the method is none of these. `head` is what results of the modern revisions begin with. */
export function replyEmpty(
  { method, params }: { readonly method: string; readonly params: JsonObject | undefined },
  dialect: Dialect,
  head: string,
): Reply | undefined {
  const list = LISTS.get(method);
  if (list !== undefined) return emptyList(list, params, dialect, head);
  switch (method) {
    case 'prompts/get':
      return replyError(RPC.invalidParams, 'There is no such prompt: this server has none.');
    case 'resources/read':
      return noResource(params, dialect);
    case 'completion/complete':
      return dialect.hasCompletions ? complete(params, dialect, head) : undefined;
    case 'logging/setLevel':
      return dialect.isModern ? undefined : setLevel(params);
    default:
      return undefined;
  }
}

function emptyList(list: string, params: JsonObject | undefined, { isModern }: Dialect, head: string): Reply {
  if (params?.['cursor'] !== undefined && params['cursor'] !== null)
    return replyError(RPC.invalidParams, 'There is no such cursor: the list has one page.');
  if (!isModern) return { result: `{"${list}":[]}` };
  return { result: `${head},"ttlMs":${LIST_TTL_MS},"cacheScope":"private","${list}":[]}` };
}

function noResource(params: JsonObject | undefined, { isModern }: Dialect): Reply {
  const uri = params?.['uri'];
  if (typeof uri !== 'string') return replyError(RPC.invalidParams, 'params.uri is a string.');
  const code = isModern ? RPC.invalidParams : RPC.resourceNotFound;
  return replyError(code, 'Resource not found: this server has none.', { uri });
}

function complete(params: JsonObject | undefined, { isModern }: Dialect, head: string): Reply {
  if (!isObject(params?.['ref']) || !isObject(params['argument']))
    return replyError(RPC.invalidParams, 'params.ref and params.argument are objects.');
  const completion = '"completion":{"values":[],"total":0,"hasMore":false}';
  return { result: isModern ? `${head},${completion}}` : `{${completion}}` };
}

function setLevel(params: JsonObject | undefined): Reply {
  const level = params?.['level'];
  if (typeof level === 'string' && LEVELS.includes(level)) return { result: '{}' };
  return replyError(RPC.invalidParams, `params.level is one of ${LEVELS.join(', ')}.`);
}
