import { isObject } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { parseKeepingDigits } from '../kept-digits.ts';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';
import { nestsDeeperThan } from './nesting.ts';
import { RPC } from './rpc.ts';
import type { RpcError, RpcId } from './rpc.ts';

export type Message =
  | {
      readonly kind: 'request';
      readonly id: RpcId;
      readonly method: string;
      readonly params: JsonObject | undefined;
    }
  | { readonly kind: 'notification'; readonly method: string; readonly params: JsonObject | undefined }
  /** An answer to something that we never asked. */
  | { readonly kind: 'response' };

/** Why something is no message. `id` is there if it could be read. */
export interface MessageFault extends RpcError {
  readonly id?: RpcId | undefined;
}

const DEPTH_MAX = 64;

/** The value of what came, whatever it is; a fault for what is not JSON, or is nested to do harm. */
export function parseJson(text: Buffer): Result<unknown, MessageFault> {
  if (nestsDeeperThan(text, DEPTH_MAX)) {
    return fail({ code: RPC.parseError, message: `The body nests deeper than ${DEPTH_MAX} levels.` });
  }
  const value = parseKeepingDigits(text.toString('utf8'));
  return value === undefined ? fail({ code: RPC.parseError, message: 'The body is not JSON.' }) : ok(value);
}

/** One JSON-RPC 2.0 message. MCP allows neither a null id nor params in an array. */
export function parseMessage(value: unknown): Result<Message, MessageFault> {
  if (!isObject(value)) return fail(invalid(undefined, 'A message is a JSON object.'));
  const id = readId(value['id']);
  if (value['jsonrpc'] !== '2.0') return fail(invalid(id, 'A message says "jsonrpc": "2.0".'));
  const { method, params } = value;
  if (method === undefined) {
    const answers = Object.hasOwn(value, 'result') || Object.hasOwn(value, 'error');
    return answers ? ok({ kind: 'response' }) : fail(invalid(id, 'A message names a method.'));
  }
  if (typeof method !== 'string') return fail(invalid(id, 'A method is a string.'));
  if (params !== undefined && !isObject(params)) return fail(invalid(id, 'Params are a JSON object.'));
  if (!Object.hasOwn(value, 'id')) return ok({ kind: 'notification', method, params });
  if (id === undefined) return fail(invalid(undefined, 'An id is a string or a number.'));
  return ok({ kind: 'request', id, method, params });
}

function readId(id: unknown): RpcId | undefined {
  return typeof id === 'string' || (typeof id === 'number' && Number.isFinite(id)) ? id : undefined;
}

function invalid(id: RpcId | undefined, message: string): MessageFault {
  return { id, code: RPC.invalidRequest, message };
}
