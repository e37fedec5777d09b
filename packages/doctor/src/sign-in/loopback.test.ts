import { request } from 'node:http';
import { expect, test } from 'vitest';
import { listenOnLoopback } from './loopback.ts';

/** As bytes: fetch would mend the path. */
function get(url: string, path: string): Promise<number> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

test.each(['//', '//[', 'http://[', '/callback', '/callback?state=s', '/else?code=c&state=s'])(
  '%s is not found, and nothing ends by it',
  async (path) => {
    const loopback = await listenOnLoopback();
    const coming = loopback.next('s');
    expect(await get(loopback.redirectUri, path)).toBe(404);
    expect(await get(loopback.redirectUri, '/callback?code=c&state=s')).toBe(200);
    expect(await coming).toBe(`${loopback.redirectUri}?code=c&state=s`);
    await loopback.close();
  },
);

test('a code that anybody sends under another state does not end the sign-in', async () => {
  const loopback = await listenOnLoopback();
  const coming = loopback.next('s');
  for (const wrong of ['?code=stolen', '?code=stolen&state=t', '?error=access_denied&state='])
    expect(await get(loopback.redirectUri, `/callback${wrong}`)).toBe(400);
  expect(await get(loopback.redirectUri, '/callback?code=ours&state=s')).toBe(200);
  expect(await coming).toBe(`${loopback.redirectUri}?code=ours&state=s`);
  await loopback.close();
});

test('if no right one follows, the first wrong one is what came back', async () => {
  const loopback = await listenOnLoopback({ graceMs: 20, preferredPort: 0 });
  const coming = loopback.next('s');
  await get(loopback.redirectUri, '/callback?code=c&state=lost');
  expect(await coming).toBe(`${loopback.redirectUri}?code=c&state=lost`);
  await loopback.close();
});
