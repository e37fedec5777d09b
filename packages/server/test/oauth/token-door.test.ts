// What the door of POST /token makes of HTTP itself, byte by byte.
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { refresh } from '../support/oauth-client.ts';
import { openWorld, type Member, type World } from './support/world.ts';

let world: World;
let member: Member;
beforeAll(async () => {
  world = await openWorld();
  member = await world.newMember([await world.newOrganisation(), 'member']);
});
afterAll(() => world.close());

const FORM = 'Content-Type: application/x-www-form-urlencoded';
const CLOSE = 'Connection: close';

function post(body: string, headers: string[] = [], target = '/token'): string {
  const length = `Content-Length: ${Buffer.byteLength(body)}`;
  return [`POST ${target} HTTP/1.1`, 'Host: latchkey.test', FORM, length, ...headers, '', body].join('\r\n');
}

function openSocket(): Socket {
  const { hostname, port } = new URL(world.url);
  return connect(Number(port), hostname).setEncoding('utf8');
}

/** Sends these very bytes. The answers, each from its status on, once the server has closed. */
function send(bytes: string): Promise<string[]> {
  const socket = openSocket();
  return new Promise((resolve, reject) => {
    let text = '';
    socket.on('data', (part: string) => (text += part));
    socket.on('error', reject);
    socket.on('close', () => resolve(text.split('HTTP/1.1 ').slice(1)));
    socket.write(bytes);
  });
}

const errorOf = (answer: string | undefined) =>
  `${answer?.slice(0, 3)} ${/"error":"([^"]*)"/.exec(answer ?? '')?.[1]}`;

test('a request that names the whole URL, as one to a proxy does, is answered as any other', async () => {
  const [answer, other] = await Promise.all([
    send(post('client_id=nobody', [CLOSE], 'http://latchkey.test/token?x')),
    send(post('client_id=nobody', [CLOSE])),
  ]);
  expect(errorOf(answer[0])).toBe('401 invalid_client');
  expect(errorOf(other[0])).toBe('401 invalid_client');
});

test.each([
  ['of a length that is told', 'Content-Length: 20000', 'x'.repeat(20_000)],
  ['in pieces', 'Transfer-Encoding: chunked', `4e20\r\n${'x'.repeat(20_000)}\r\n0\r\n\r\n`],
])('a body over 16 KiB, %s, is read to its end and is not the next request', async (_, framing, body) => {
  const smuggled = post('client_id=smuggled', [CLOSE]);
  const large = `POST /token HTTP/1.1\r\nHost: latchkey.test\r\n${FORM}\r\n${framing}\r\n\r\n`;
  const padded = body.replace('x'.repeat(smuggled.length), smuggled);
  const answers = await send(large + padded + post('client_id=one&client_id=two', [CLOSE]));
  expect(answers.map(errorOf)).toEqual(['413 invalid_request', '400 invalid_request']);
});

test.each<[string, string]>([
  ['a length that is no number', `POST /token HTTP/1.1\r\nHost: x\r\n${FORM}\r\nContent-Length: 1x\r\n\r\n`],
  ['two lengths', `POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab`],
  [
    'a length and pieces',
    `POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
])('%s is no request at all', async (_, bytes) => {
  expect((await send(bytes)).map(errorOf)).toEqual(['400 undefined']);
});

test('requests that come one behind the other on a connection are answered in their order', async () => {
  const bodies = ['client_id=nobody', 'client_id=one&client_id=two', 'client_id=nobody', ''];
  const answers = await send(bodies.map((body, index) => post(body, index === 3 ? [CLOSE] : [])).join(''));
  expect(answers.map(errorOf)).toEqual([
    '401 invalid_client',
    '400 invalid_request',
    '401 invalid_client',
    '401 invalid_client',
  ]);
  const ids = answers.map((answer) => /^X-Request-Id: (req_\S+)/im.exec(answer)?.[1]);
  expect(new Set(ids).size).toBe(4);
});

test('who goes away with half a body said asks for nothing; who does so before the answer can ask again', async () => {
  const { clientId, tokens, grantId } = await world.connect(member, 'read');
  const body = `grant_type=refresh_token&client_id=${clientId}&refresh_token=${tokens.refresh_token}`;
  const used = async () =>
    (await world.rows('select 1 from refresh_tokens where grant_id = $1 and used_at is not null', [grantId]))
      .length;
  const leave = (bytes: string) =>
    new Promise<void>((resolve) => {
      const socket = openSocket();
      socket.on('close', () => resolve());
      socket.write(bytes, () => socket.destroy());
    });
  await leave(post(body).slice(0, -10));
  expect(await used()).toBe(0);
  await leave(post(body));
  // Whether the one that nobody waited for was done first or not: the client has its tokens, and the connection lives.
  const again = await refresh(world.url, clientId, tokens.refresh_token);
  expect(again.status).toBe(200);
  expect(await used()).toBe(1);
});
