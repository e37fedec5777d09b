import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';

/**
 * For programs that cannot send a credential: passes everything on to `target` as it comes, each byte at once, with a
 * key added. Its own name in Host becomes the target's; a foreign one stays, as do all other headers.
 */
export async function startKeyProxy(target: string, key: string) {
  const there = new URL(target);
  const server = createServer((req, res) => {
    const { host, ...headers } = req.headers;
    const onward = request(
      {
        host: there.hostname,
        port: there.port,
        method: req.method,
        path: req.url,
        headers: { ...headers, host: host === here ? there.host : (host ?? ''), 'x-api-key': key },
      },
      (answer) => {
        res.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        res.flushHeaders();
        answer.pipe(res);
        answer.on('error', () => res.destroy());
      },
    );
    onward.on('error', () => res.destroy());
    res.on('close', () => onward.destroy());
    req.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const here = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${here}`,
    async close(): Promise<void> {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
