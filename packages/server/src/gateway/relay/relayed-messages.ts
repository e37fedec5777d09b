import { maskedJson, textWithDigits, type Mask, type RpcId } from '@latchkey/tools';
import { createEventParser, type ServerSentEvent } from '../../upstreams/event-stream-parser.ts';
import { readWire } from '../../upstreams/wire.ts';
import type { WireMessage } from '../../upstreams/channel.ts';
import type { Gate } from './gate.ts';
import { splicedList } from './spliced-list.ts';

/** What a server said, as its client may see it. */
export interface Relayed {
  readonly messages: readonly WireMessage[];
  /** As the server wrote it, wherever it may. */
  readonly bytes: Buffer;
}

export interface Reader {
  /** One JSON text. Undefined: it is no message. */
  json(bytes: Buffer): Relayed | undefined;
  /** One block of an event stream. `messages` is empty for one that holds none. Undefined: what it holds is none. */
  block(bytes: Buffer): (Relayed & { readonly hasId: boolean }) | undefined;
  /** A message that was read, as a text by itself. */
  text(message: WireMessage): Buffer;
}

/** Shows a server's words to the gate, and covers our credential in them. */
export function createReader({
  bytesMax,
  gate,
  mask,
}: {
  bytesMax: number;
  gate: Gate;
  mask: Mask | undefined;
}): Reader {
  const covered = (bytes: Buffer): Buffer => (mask === undefined ? bytes : mask.bytes(bytes));
  const coveredJson = (json: Buffer): Buffer => (mask === undefined ? json : maskedJson(json, mask));

  function shown(bytes: Buffer): { messages: readonly WireMessage[]; json: string | undefined } | undefined {
    const read = readWire(bytes);
    if (!read.ok || !read.value.every(isRpc)) return undefined;
    const messages = read.value.map((message) => gate.present(message));
    if (messages.every((message, index) => message === read.value[index]))
      return { messages, json: undefined };
    const [first] = messages;
    const [before] = read.value;
    const isBatch = bytes.toString('latin1').trimStart().startsWith('[');
    const list =
      isBatch || before === undefined || first === undefined
        ? undefined
        : splicedList(bytes.toString('utf8'), before, first);
    return { messages, json: list ?? textWithDigits(isBatch ? messages : first) };
  }

  return {
    json(bytes) {
      const found = shown(bytes);
      if (found === undefined) return undefined;
      const { json, messages } = found;
      return { messages, bytes: coveredJson(json === undefined ? bytes : Buffer.from(json)) };
    },
    block(bytes) {
      const event = eventIn(bytes, bytesMax);
      const hasId = event?.id !== undefined;
      // Clients pass over what has another name or says nothing.
      if (event === undefined || event.event !== 'message' || event.data === '')
        return { messages: [], bytes: covered(bytes), hasId };
      const found = shown(Buffer.from(event.data));
      if (found === undefined) return undefined;
      const { messages } = found;
      const json = Buffer.from(found.json ?? event.data);
      const shownJson = coveredJson(json);
      const isAsWritten = found.json === undefined && shownJson === json;
      return { messages, bytes: covered(isAsWritten ? bytes : blockOf(event, shownJson.toString())), hasId };
    },
    text: (message) => coveredJson(Buffer.from(textWithDigits(message))),
  };
}

function eventIn(block: Buffer, bytesMax: number): ServerSentEvent | undefined {
  let found: ServerSentEvent | undefined;
  createEventParser({
    bytesMax,
    onEvent: (event) => {
      found = event;
    },
  }).push(block);
  return found;
}

function blockOf({ event, id, retryMs }: ServerSentEvent, json: string): Buffer {
  const idLine = id === undefined ? '' : `id: ${id}\n`;
  const retryLine = retryMs === undefined ? '' : `retry: ${retryMs}\n`;
  const lines = json.split('\n').join('\ndata: ');
  return Buffer.from(`event: ${event}\n${idLine}${retryLine}data: ${lines}\n\n`);
}

function isRpc(message: WireMessage): boolean {
  return message['jsonrpc'] === '2.0';
}

export function isResponse(message: WireMessage): boolean {
  return (
    message['method'] === undefined && (message['result'] !== undefined || message['error'] !== undefined)
  );
}

/** The requests of a POST that have no answer yet. */
export interface Unanswered {
  /** Of a message that the server has just said. True: it answers one of them. */
  take(message: WireMessage): boolean;
  ids(): readonly RpcId[];
  /** An answer that went wrong, by its own account. */
  readonly failed: () => boolean;
}

export function createUnanswered(ids: readonly RpcId[]): Unanswered {
  // There are servers that make a text of a number.
  const open = new Map(ids.map((id) => [String(id), id]));
  let hasFailed = false;
  return {
    take(message) {
      const { error, id, result } = message;
      if (!isResponse(message) || (typeof id !== 'string' && typeof id !== 'number')) return false;
      if (!open.delete(String(id))) return false;
      const says = result as { readonly isError?: unknown } | null | undefined;
      if (error !== undefined || (typeof says === 'object' && says?.isError === true)) hasFailed = true;
      return true;
    },
    ids: () => [...open.values()],
    failed: () => hasFailed,
  };
}
