import { setTimeout } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { createSender } from './send.ts';
import type { UpstreamFault } from './types.ts';

const TIMEOUT_MS = 50;
const NOT_SENT = { code: 'upstream_unreachable', notSent: true };

/** Whoever makes its connections throws instead of calling back. */
function throwingSender() {
  const sender = createSender({
    timeoutMs: TIMEOUT_MS,
    connector: () => () => {
      throw new Error('no connection');
    },
  });
  onTestFinished(() => sender.close());
  return sender;
}

const request = { method: 'GET', path: '/', headers: {} };
const baseUrl = 'http://127.0.0.1:1';

test('a call whose connection cannot even be tried is a fault, and leaves nothing behind that fails later', async () => {
  expect(await throwingSender().send({ baseUrl, request })).toMatchObject({ ok: false, error: NOT_SENT });
  await setTimeout(2 * TIMEOUT_MS);
});

test('so is a stream', async () => {
  const fault = await new Promise<UpstreamFault>((resolve, reject) => {
    throwingSender().stream(
      { baseUrl, request },
      { onHead: reject, onData: reject, onEnd: reject, onFault: resolve },
    );
  });
  expect(fault).toMatchObject(NOT_SENT);
  await setTimeout(2 * TIMEOUT_MS);
});
