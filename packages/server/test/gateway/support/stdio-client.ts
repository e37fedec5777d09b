import { PassThrough } from 'node:stream';
import { createSender } from '@latchkey/tools';
import { createGatewayBackend, serveStdio } from '@latchkey/tools/stdio';
import { expect } from 'vitest';
import type { Harness } from './harness.ts';
import { call, MODERN, modern } from './messages.ts';
import { expectValid } from './schema.ts';

type Said = { id?: string | number; method?: string; [field: string]: unknown };

/** A server over stdio before a gateway, and a client at its streams that writes what it wants. */
export function startStdio(
  { url }: Pick<Harness, 'url'>,
  { path = '/mcp/acme', pollMs, secret }: { secret: string; path?: string; pollMs?: number },
) {
  const input = new PassThrough();
  const output = new PassThrough();
  const sender = createSender();
  const faults: unknown[] = [];
  const server = serveStdio({
    backend: createGatewayBackend({ place: { origin: url, path }, key: secret, sender, pollMs }),
    input,
    output,
    onFault: (thrown) => faults.push(thrown),
  });
  const lines: string[] = [];
  let rest = '';
  output.setEncoding('utf8').on('data', (text: string) => {
    const pieces = (rest + text).split('\n');
    rest = pieces.pop() ?? '';
    lines.push(...pieces);
  });
  const said = (): Said[] => lines.map((line) => JSON.parse(line) as Said);
  const lineOf = (id: string | number): string | undefined =>
    lines.find((line) => (JSON.parse(line) as Said).id === id);

  async function askText(message: string, id: string | number): Promise<string> {
    lines.splice(0, lines.length, ...lines.filter((line) => (JSON.parse(line) as Said).id !== id));
    input.write(`${message}\n`);
    await expect.poll(() => lineOf(id)).toBeDefined();
    return lineOf(id) ?? '';
  }
  const ask = (message: Said): Promise<string> => askText(JSON.stringify(message), message.id ?? 1);

  return {
    said,
    tell: (message: object) => void input.write(`${JSON.stringify(message)}\n`),
    /** The line that answers a request, as it is. */
    ask,
    /** The same for a request that is written by hand. */
    askText,
    /** Shakes hands, if the revision does, and answers with what is written before and into each request. */
    async speak(revision: string) {
      if (revision === MODERN) return (method: string, params = {}) => modern(method, params).message;
      const clientInfo = { name: 'test', version: '1' };
      const answer = JSON.parse(
        await ask(call('initialize', { protocolVersion: revision, capabilities: {}, clientInfo }, 'hello')),
      );
      expectValid(revision, 'InitializeResult', answer.result);
      expect(answer.result.protocolVersion).toBe(revision);
      input.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
      return (method: string, params?: object) => call(method, params);
    },
    over: server.over,
    async close() {
      input.end();
      await server.over;
      await sender.close();
      expect(faults).toEqual([]);
    },
  };
}
