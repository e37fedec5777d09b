// Some servers do not read the body of a request that needs none, and take it for the next request on its connection. Its
// answer would be heard by whoever calls next.
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { rawUpstream } from './raw-upstream.ts';

const { send } = rawUpstream((socket) => {
  let unread = '';
  let answering = Promise.resolve();
  socket.on('data', (bytes) => {
    unread += bytes.toString('latin1');
    for (let end = unread.indexOf('\r\n\r\n'); end >= 0; end = unread.indexOf('\r\n\r\n')) {
      const [, path = ''] = unread.split(' ');
      unread = unread.slice(end + 4);
      answering = answering.then(async () => {
        if (path === '/smuggled') await delay(100);
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${path.length}\r\n\r\n${path}`);
      });
    }
  });
});

async function heardBy(method: string, path: string, body?: string) {
  const answer = await send({ method, path, headers: {}, ...(body !== undefined && { body }) });
  return answer.ok ? answer.value.body.toString() : answer.error.code;
}

test.each(['GET', 'DELETE', 'OPTIONS'])('what a %s carries is answered to nobody else', async (method) => {
  const smuggled = 'GET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n';
  expect(await heardBy(method, '/mine', smuggled)).toBe('/mine');
  await delay(20);
  expect(await heardBy('GET', '/theirs')).toBe('/theirs');
});
