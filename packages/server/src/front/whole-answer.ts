import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { endUnread } from '../kernel/end-unread.ts';
import type { Body, NodeExchange, WholeAnswer } from '../kernel/whole-exchange.ts';
import { dateHeader } from './date-header.ts';
import { KEEP_ALIVE_SECONDS } from './idle-connections.ts';

/** What is between an answer and its connection. */
export interface AnswerOwner {
  /** It is written to the last byte. */
  answered(answer: WholeAnswer): void;
  /** From here on the connection is Node's, and this is what Node made of the request. */
  toNode(): NodeExchange;
}

/** What could begin another header, or another answer, and what latin1 has no byte for. */
const UNSENDABLE = /[^\t\x20-\x7e\x80-\xff]/;

/** A `WholeAnswer` on a socket. A class, because one is made for every call. */
export class SocketAnswer implements WholeAnswer {
  isPromised = false;
  readonly #socket: Socket;
  readonly #unreadMs: number;
  /** Undefined: the connection is Node's. A stream lasts, and is not to hold on to it. */
  #owner: AnswerOwner | undefined;
  #listeners: (() => void)[] = [];
  #node: NodeExchange | undefined;
  #status = 200;
  #isKept = true;
  #isSent = false;
  #isFinished = false;
  #isOver = false;

  /** `unreadMs`: a caller that takes nothing for so long of what waits for it is to be broken off. */
  constructor(socket: Socket, owner: AnswerOwner, unreadMs: number) {
    this.#socket = socket;
    this.#owner = owner;
    this.#unreadMs = unreadMs;
  }

  get statusCode(): number {
    return this.#node?.res.statusCode ?? this.#status;
  }

  get shouldKeepAlive(): boolean {
    return this.#node?.res.shouldKeepAlive ?? this.#isKept;
  }

  set shouldKeepAlive(isKept) {
    this.#isKept = isKept;
    if (this.#node !== undefined) this.#node.res.shouldKeepAlive = isKept;
  }

  get headersSent(): boolean {
    return this.#node?.res.headersSent ?? this.#isSent;
  }

  get writableEnded(): boolean {
    return this.#node?.res.writableEnded ?? this.#isSent;
  }

  get writableFinished(): boolean {
    return this.#node?.res.writableFinished ?? this.#isFinished;
  }

  get destroyed(): boolean {
    return this.#node?.res.destroyed ?? this.#isOver;
  }

  send(status: number, headers: readonly string[], body: Body, bytes: number): void {
    if (this.#node !== undefined) return sendByNode(this.#node, status, headers, body, this.#unreadMs);
    if (this.#isSent) throw new Error('it was answered already');
    // Nobody is left to hear of it.
    if (!this.#socket.writable) return;
    const head = this.#headOf(status, headers);
    this.#isSent = true;
    this.#status = status;
    write(this.#socket, head, body, bytes);
    // Nearly always the system has taken all of it by now.
    if (this.#socket.writableLength === 0) this.#finish();
    else this.#waitForReader();
  }

  toNode(): NodeExchange {
    if (this.#node !== undefined) return this.#node;
    if (this.#isSent || this.#isOver || this.#owner === undefined) throw new Error('it was answered already');
    const node = this.#owner.toNode();
    this.#node = node;
    this.#owner = undefined;
    node.res.on('close', () => this.close());
    if (!this.#isKept) node.res.shouldKeepAlive = false;
    return node;
  }

  on(_event: 'close', listener: () => void): void {
    this.#listeners.push(listener);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Told once: it is answered, or will never be. */
  close(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const listener of this.#listeners) listener();
  }

  #headOf(status: number, headers: readonly string[]): string {
    let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}\r\n`;
    for (let at = 0; at < headers.length; at += 2) {
      const name = headers[at] ?? '';
      const value = headers[at + 1] ?? '';
      if (UNSENDABLE.test(name) || UNSENDABLE.test(value))
        throw new Error(`no header can be sent like this: ${name}`);
      if (name === 'Connection' && value === 'close') this.#isKept = false;
      else head += `${name}: ${value}\r\n`;
    }
    const kept = this.#isKept
      ? `Connection: keep-alive\r\nKeep-Alive: timeout=${KEEP_ALIVE_SECONDS}`
      : 'Connection: close';
    return `${head}Date: ${dateHeader()}\r\n${kept}\r\n\r\n`;
  }

  #waitForReader(): void {
    this.#socket.setTimeout(this.#unreadMs);
    this.#socket.write('', (error) => {
      if (error == null) this.#finish();
    });
  }

  #finish(): void {
    this.#isFinished = true;
    this.#owner?.answered(this);
    this.close();
  }
}

/** It was going to be a stream, and is none after all. */
function sendByNode(
  { res }: NodeExchange,
  status: number,
  headers: readonly string[],
  body: Body,
  unreadMs: number,
): void {
  res.writeHead(status, [...headers]);
  for (const piece of typeof body === 'string' ? [body] : body) res.write(piece);
  res.end();
  endUnread(res, unreadMs);
}

function write(socket: Socket, head: string, body: Body, bytes: number): void {
  // Text that is ASCII is so in any encoding, and goes with the head in one write.
  if (typeof body === 'string' && body.length === bytes) {
    socket.write(head + body, 'latin1');
    return;
  }
  socket.cork();
  socket.write(head, 'latin1');
  for (const piece of typeof body === 'string' ? [body] : body) socket.write(piece);
  socket.uncork();
}
