import type { OnReadOpts, Socket } from 'node:net';

/** How sockets read, as `net.connect` and `tls.connect` take it. */
export interface Reading {
  readonly onread?: OnReadOpts;
}

const buffer = Buffer.allocUnsafeSlow(64 * 1024);
const listeners = new WeakMap<Socket, (bytes: Buffer) => void>();

/**
 * Into one buffer for all, from which what has come is copied. By itself Node takes 64 KiB from the system for each read
 * and gives most of them back, which costs more than all the rest of reading a short answer.
 */
export const INTO_ONE_BUFFER: Reading = {
  onread: {
    buffer,
    callback(this: Socket, length: number): boolean {
      listeners.get(this)?.(Buffer.from(buffer.subarray(0, length)));
      return true;
    },
  },
};

/** What comes on a socket, however it reads. */
export function listen(socket: Socket, listener: (bytes: Buffer) => void): void {
  listeners.set(socket, listener);
  socket.on('data', listener);
}
