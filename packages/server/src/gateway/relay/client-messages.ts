import { isUtf8 } from 'node:buffer';
import {
  RPC,
  textWithDigits,
  type Message,
  asLegacyRevision,
  dialectOf,
  REVISION_WITHOUT_HEADER,
} from '@latchkey/tools';
import { repeatsKeys } from '../../kernel/repeated-keys.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { WireMessage } from '../../upstreams/channel.ts';
import { errorAnswer, type Answer } from '../mcp/answer.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json.ts';
import { parseJson, parseMessage } from '../mcp/message.ts';

/** A message of a client: how we read it, and as it stands. */
export interface ClientMessage {
  readonly message: Message;
  readonly wire: WireMessage;
}

/** What one POST says. `bytes` may be passed on as they are: whoever reads JSON reads the same in them. */
export interface ClientPost {
  readonly messages: readonly ClientMessage[];
  readonly isBatch: boolean;
  readonly bytes: Buffer;
}

const BATCH_MAX = 50;

/**
 * Reads what a client wants passed on, and refuses what another reader could take for something else than we do: what we
 * judge is what the server must act on.
 */
export function readPost(bytes: Buffer, revisionHeader: unknown): Result<ClientPost, Answer> {
  if (!isUtf8(bytes)) return fail(errorAnswer(400, undefined, RPC.parseError, 'The body is not UTF-8.'));
  const value = parseJson(bytes);
  if (!value.ok) return value;
  if (repeatsKeys(bytes.toString('utf8'))) return fail(invalid('An object has the same key twice.'));
  if (!Array.isArray(value.value)) {
    const one = readOne(value.value);
    return one.ok ? ok({ messages: [one.value], isBatch: false, bytes }) : one;
  }
  const batch = readBatch(value.value, revisionHeader);
  return batch.ok ? ok({ messages: batch.value, isBatch: true, bytes }) : batch;
}

/** Only 2025-03-26 has batches, and only for messages that come after the handshake. */
function readBatch(values: readonly unknown[], header: unknown): Result<readonly ClientMessage[], Answer> {
  const revision = header === undefined ? REVISION_WITHOUT_HEADER : asLegacyRevision(header);
  if (revision === undefined || !dialectOf(revision).hasBatches)
    return fail(invalid('This revision has no batches.'));
  if (values.length === 0) return fail(invalid('A batch holds at least one message.'));
  if (values.length > BATCH_MAX) return fail(invalid(`A batch holds at most ${BATCH_MAX} messages.`));
  const messages: ClientMessage[] = [];
  for (const value of values) {
    const one = readOne(value);
    if (!one.ok) return one;
    const { message } = one.value;
    if (message.kind === 'request' && message.method === 'initialize')
      return fail(invalid('initialize stands alone, not in a batch.'));
    messages.push(one.value);
  }
  const ids = messages.flatMap(({ message }) => (message.kind === 'request' ? [message.id] : []));
  if (new Set(ids).size < ids.length) return fail(invalid('Two requests of a batch have one id.'));
  return ok(messages);
}

function readOne(value: unknown): Result<ClientMessage, Answer> {
  const message = parseMessage(value);
  if (!message.ok) return message;
  if (!isJsonObject(value)) return fail(invalid('A message is a JSON object.'));
  const params = message.value.kind === 'response' ? undefined : message.value.params;
  if (isAmbiguous(value, ENVELOPE) || (params !== undefined && isAmbiguous(params, JUDGED)))
    return fail(invalid('A key is spelled so that readers may take it for another one.'));
  return ok({ message: message.value, wire: value });
}

const ENVELOPE = ['jsonrpc', 'id', 'method', 'params', 'result', 'error'];
const JUDGED = ['name', 'uri', 'arguments', '_meta', 'task', 'inputResponses', 'requestState'];

/** Messages in the place of those that came, as JSON of our own. */
export function insteadOf({ isBatch }: ClientPost, messages: readonly ClientMessage[]): ClientPost {
  const wires = messages.map(({ wire }) => wire);
  return { messages, isBatch, bytes: Buffer.from(textWithDigits(isBatch ? wires : wires[0])) };
}

/**
 * There are readers that ignore case, stop at a NUL, or hand what is called `__proto__` down. A key that is one of ours
 * to them and another to us is refused, and so are two that are one to them.
 */
function isAmbiguous(object: JsonObject, ours: readonly string[]): boolean {
  const seen = new Set<string>();
  for (const key of Object.keys(object)) {
    if (!/^[\x20-\x7e]*$/.test(key)) return true;
    const folded = key.trim().toLowerCase();
    if (folded === '__proto__' || seen.has(folded)) return true;
    if (ours.some((one) => one !== key && one.toLowerCase() === folded)) return true;
    seen.add(folded);
  }
  return false;
}

function invalid(message: string): Answer {
  return errorAnswer(400, undefined, RPC.invalidRequest, message);
}
