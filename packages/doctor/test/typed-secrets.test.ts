import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { diagnose, toJson, toText } from '../src/index.ts';
import { startConnector } from './fixtures/connector.ts';
import { examine } from './support.ts';

const TYPED = '?api_key=SECRET-OF-A-QUERY&k=tiny';

function withSecrets(url: string): string {
  return `${url.replace('//', '//somebody:PASSWORD-OF-THEIRS@')}${TYPED}`;
}

test('what was typed into the URL to be let in is nowhere in the report', async () => {
  const connector = await startConnector();
  const report = await examine({ ...connector, url: withSecrets(connector.url) });
  await connector.close();
  const text = toText(report, { colour: false }) + JSON.stringify(toJson(report));
  // It was walked, and complained that the resource is another.
  expect(text).toContain('resource-differs');
  for (const secret of ['SECRET-OF-A-QUERY', 'somebody', 'PASSWORD-OF-THEIRS', 'k=tiny'])
    expect(text).not.toContain(secret);
  expect(report.url).toBe(`${connector.url.replace('//', '//…@')}?…`);
});

test('a token that a server echoes is nowhere in the report, though it was cut there', async () => {
  const token = `token-of-somebody-${'0123456789'.repeat(10)}`;
  const server = createServer((request, response) => {
    request.resume();
    const sent = request.headers.authorization?.replace('Bearer ', '') ?? 'no token';
    response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error: sent }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const report = await diagnose(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`, { token });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  const text = toText(report, { colour: false }) + JSON.stringify(toJson(report));
  expect(text).toContain('[hidden]…');
  expect(text).not.toContain(token.slice(0, 12));
});
