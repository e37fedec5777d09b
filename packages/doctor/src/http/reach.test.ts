import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHttp } from './http.ts';
import { reachOf } from './reach.ts';

let port = 0;
const server = createServer((_, response) => void response.end('here'));

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ({ port } = server.address() as AddressInfo);
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** What came of asking each host, in an examination of `typed`, for which DNS gave `addresses`. */
async function answers(typed: string, addresses: string[], hosts: string[]): Promise<string[]> {
  const http = createHttp(reachOf(new URL(typed), addresses));
  const got: string[] = [];
  for (const host of hosts) {
    const answer = await http.send({ method: 'GET', url: `http://${host}:${port}/` });
    got.push(answer.ok ? answer.body : answer.fault);
  }
  await http.close();
  return got;
}

describe('whom a connector can send the doctor to', () => {
  test('one private address beside a public one opens the typed host alone, not the network', async () => {
    expect(
      await answers(
        'http://mixed.example/mcp',
        ['127.0.0.1', '203.0.114.7'],
        ['mixed.example', '127.0.0.1', 'localhost', '[::1]'],
      ),
    ).toEqual(['here', 'private-address', 'private-address', 'private-address']);
  });

  test('the typed host stays where it was at the start, whatever DNS says later', async () => {
    // No DNS has this name: what answers is the address that was found.
    expect(await answers('http://own.invalid/mcp', ['127.0.0.1'], ['own.invalid'])).toEqual(['here']);
  });

  test('a host in a private network may name others there', async () => {
    expect(await answers('http://inner.example/mcp', ['10.0.0.7', '127.0.0.1'], ['127.0.0.1'])).toEqual([
      'here',
    ]);
  });

  test('without any address, and with public ones alone, nothing private is asked', async () => {
    expect(await answers('https://nowhere.invalid/mcp', [], ['127.0.0.1'])).toEqual(['private-address']);
    expect(await answers('https://public.example/mcp', ['203.0.114.7'], ['127.0.0.1'])).toEqual([
      'private-address',
    ]);
  });

  test('an address that was typed is the host itself', async () => {
    expect(await answers(`http://127.0.0.1/mcp`, ['127.0.0.1'], ['127.0.0.1', 'localhost'])).toEqual([
      'here',
      'here',
    ]);
  });
});
