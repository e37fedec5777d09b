import { errorAnswer, resultAnswer, RPC, type Answer, type RpcId } from './answer.ts';
import { isJsonObject, type JsonObject } from './json.ts';
import type { Dialect } from './revisions.ts';
import { MODERN_RESULT_HEAD } from './server-info.ts';

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

/** Undefined: the method is none of these. */
export function answerEmpty(
  { id, method, params }: { id: RpcId; method: string; params: JsonObject | undefined },
  dialect: Dialect,
): Answer | undefined {
  const list = LISTS.get(method);
  if (list !== undefined) return emptyList(id, list, params, dialect);
  switch (method) {
    case 'prompts/get':
      return errorAnswer(200, id, RPC.invalidParams, 'There is no such prompt: this server has none.');
    case 'resources/read':
      return noResource(id, params, dialect);
    case 'completion/complete':
      return dialect.hasCompletions ? complete(id, params, dialect) : undefined;
    case 'logging/setLevel':
      return dialect.isModern ? undefined : setLevel(id, params);
    default:
      return undefined;
  }
}

function emptyList(id: RpcId, list: string, params: JsonObject | undefined, dialect: Dialect): Answer {
  if (params?.['cursor'] !== undefined && params['cursor'] !== null)
    return errorAnswer(200, id, RPC.invalidParams, 'There is no such cursor: the list has one page.');
  if (!dialect.isModern) return resultAnswer(id, `{"${list}":[]}`);
  return resultAnswer(
    id,
    `${MODERN_RESULT_HEAD},"ttlMs":${LIST_TTL_MS},"cacheScope":"private","${list}":[]}`,
  );
}

function noResource(id: RpcId, params: JsonObject | undefined, { isModern }: Dialect): Answer {
  const uri = params?.['uri'];
  if (typeof uri !== 'string') return errorAnswer(200, id, RPC.invalidParams, 'params.uri is a string.');
  const code = isModern ? RPC.invalidParams : RPC.resourceNotFound;
  return errorAnswer(200, id, code, 'Resource not found: this server has none.', { uri });
}

function complete(id: RpcId, params: JsonObject | undefined, { isModern }: Dialect): Answer {
  if (!isJsonObject(params?.['ref']) || !isJsonObject(params['argument']))
    return errorAnswer(200, id, RPC.invalidParams, 'params.ref and params.argument are objects.');
  const completion = '"completion":{"values":[],"total":0,"hasMore":false}';
  return resultAnswer(id, isModern ? `${MODERN_RESULT_HEAD},${completion}}` : `{${completion}}`);
}

function setLevel(id: RpcId, params: JsonObject | undefined): Answer {
  const level = params?.['level'];
  if (typeof level === 'string' && LEVELS.includes(level)) return resultAnswer(id, '{}');
  return errorAnswer(200, id, RPC.invalidParams, `params.level is one of ${LEVELS.join(', ')}.`);
}
