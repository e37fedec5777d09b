import type { IncomingMessage } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';

/**
 * A request's body to pass on. It stands between the two connections, because whoever sends it destroys it when the
 * upstream fails, and with the request itself the caller's connection would go, and our answer with it.
 */
export function cappedBody(req: IncomingMessage, bytesMax: number, onTooLarge: () => void): Readable {
  const body = new PassThrough();
  let bytes = 0;
  // What goes wrong with it is the exchange's to report.
  body.on('error', () => undefined);
  body.on('drain', () => req.resume());
  body.once('close', () => req.resume());
  req.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (body.destroyed) return;
    if (bytes > bytesMax) {
      onTooLarge();
      body.destroy();
      return;
    }
    if (!body.write(chunk)) req.pause();
  });
  req.on('end', () => body.end());
  return body;
}
