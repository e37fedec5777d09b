import { setFlagsFromString } from 'node:v8';
import { runInThisContext } from 'node:vm';
import type { SendInput, Sender } from '@latchkey/tools';
import { expect, test } from 'vitest';
import type { ApiTool } from '../../connectors/tool-set.ts';
import { createCancellation } from '../../kernel/cancellation.ts';
import { ok } from '../../kernel/result.ts';
import type { UpstreamCredentials } from '../../upstreams/credentials.ts';
import type { Call, Recorder } from './record.ts';
import { createCallUpstream } from './upstream.ts';

const CALLS = 100;

// A hidden class of its own for each call is garbage that only a great collection finds. On Node 20 `{ ...one, more }`
// makes one each time.
test('what is sent has one hidden class for all calls', async () => {
  setFlagsFromString('--allow-natives-syntax');
  const haveSameMap = runInThisContext('(one, other) => %HaveSameMap(one, other)') as (
    one: object,
    other: object,
  ) => boolean;
  const sent: SendInput[] = [];
  const callUpstream = createCallUpstream({
    credentials: {
      partsFor: () => ok({ headers: { authorization: 'Bearer x' } }),
    } as unknown as UpstreamCredentials,
    recorder: { begin: () => () => {} } as unknown as Recorder,
    sender: {
      send(input) {
        sent.push(input);
        return Promise.resolve(ok({ status: 200, headers: {}, body: Buffer.alloc(0) }));
      },
    } as Sender,
  });
  const bound = { tool: { binding: {} }, target: { baseUrl: 'http://127.0.0.1' } } as ApiTool;
  const request = { method: 'GET', path: '/', headers: {} };

  for (let call = 0; call < CALLS; call += 1)
    await callUpstream({ requestId: `req_${call}` } as Call, bound, request, createCancellation());

  expect(sent).toHaveLength(CALLS);
  expect(sent.at(-1)?.headers).toEqual({ 'x-request-id': `req_${CALLS - 1}`, authorization: 'Bearer x' });
  const lastTwo = (part: (input: SendInput | undefined) => object | undefined) =>
    haveSameMap(part(sent.at(-1)) ?? {}, part(sent.at(-2)) ?? {});
  expect(lastTwo((input) => input)).toBe(true);
  expect(lastTwo((input) => input?.headers)).toBe(true);
});
