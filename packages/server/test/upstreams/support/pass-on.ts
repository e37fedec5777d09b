import { request, type IncomingMessage, type ServerResponse } from 'node:http';

/** A request as it came, to another server, and its answer as that gives it. */
export function passOn(to: string, req: IncomingMessage, res: ServerResponse): void {
  const { host: _, ...headers } = req.headers;
  const sent = request(to, { method: req.method, headers, agent: false }, (answer) => {
    res.writeHead(answer.statusCode ?? 502, answer.headers);
    res.flushHeaders();
    answer.pipe(res);
  });
  sent.on('error', () => res.destroy());
  res.on('close', () => sent.destroy());
  req.pipe(sent);
}
