import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A load balancer that keeps nobody at one node: each request goes to the node after the last one's. */
export async function startRoundRobin(nodes: readonly string[]) {
  const targets = nodes.map((node) => new URL(node));
  const lines: string[] = [];
  let requests = 0;
  const server = createServer((req, res) => {
    const node = requests % targets.length;
    requests += 1;
    const { host, hostname, port } = targets[node] ?? new URL('http://nowhere.invalid');
    const onward = request(
      { host: hostname, port, method: req.method, path: req.url, headers: { ...req.headers, host } },
      (answer) => {
        lines.push(`${node}: ${req.method} ${req.url} ${answer.statusCode}`);
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
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** `1: POST /mcp/acme/messages?sessionId=… 202`, in the order of the answers. */
    lines: lines as readonly string[],
    async close(): Promise<void> {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
