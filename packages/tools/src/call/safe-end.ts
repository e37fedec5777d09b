import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';

/** What undici keeps at a connection to read its answers with. */
interface Parser {
  paused: boolean;
  readonly ptr: number | null;
  readonly llhttp: { llhttp_resume(ptr: number): void };
}

/**
 * Connections that may end while their answer is paused. Where an answer ends with its connection, undici 7 takes that for
 * impossible and throws where nobody can catch it. These listeners come before its own.
 */
export function safeToEnd(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) =>
    connect(options, (...answer) => {
      const [, socket] = answer;
      if (socket) {
        socket.on('end', () => goOn(parserOf(socket)));
        for (const event of ['error', 'close']) socket.on(event, () => unpause(parserOf(socket)));
      }
      callback(...answer);
    });
}

/** What has come is all there is: the answer is whole. */
function goOn(parser: Parser | null | undefined): void {
  if (parser?.paused && parser.ptr !== null) parser.llhttp.llhttp_resume(parser.ptr);
  unpause(parser);
}

/** It stays where it was: what is cut is not whole. */
function unpause(parser: Parser | null | undefined): void {
  if (parser) parser.paused = false;
}

function parserOf(socket: Socket): Parser | null | undefined {
  const key = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'parser');
  return key && (socket as unknown as Record<symbol, Parser | null>)[key];
}
