import { expect, test } from 'vitest';
import { parseJson, parseMessage } from './message.ts';
import { RPC } from './rpc.ts';

const said = { jsonrpc: '2.0', method: 'tools/list' };

test.each<[object, object]>([
  [
    { ...said, id: 1, params: { a: 1 } },
    { kind: 'request', id: 1, method: 'tools/list', params: { a: 1 } },
  ],
  [
    { ...said, id: '' },
    { kind: 'request', id: '', method: 'tools/list', params: undefined },
  ],
  [said, { kind: 'notification', method: 'tools/list', params: undefined }],
  [{ jsonrpc: '2.0', id: 1, result: {} }, { kind: 'response' }],
  [{ jsonrpc: '2.0', id: 1, error: {} }, { kind: 'response' }],
])('%j is a message', (value, message) => {
  expect(parseMessage(value)).toEqual({ ok: true, value: message });
});

test.each<[unknown, string | number | undefined]>([
  [null, undefined],
  [[said], undefined],
  ['text', undefined],
  [{ ...said, jsonrpc: '1.0', id: 7 }, 7],
  [{ jsonrpc: '2.0', id: 7 }, 7],
  [{ ...said, method: 5, id: 'a' }, 'a'],
  [{ ...said, params: [1], id: 'a' }, 'a'],
  [{ ...said, params: null, id: 'a' }, 'a'],
  [{ ...said, id: null }, undefined],
  [{ ...said, id: true }, undefined],
  [{ ...said, id: {} }, undefined],
])('%j is none, and its id is said where it has one', (value, id) => {
  expect(parseMessage(value)).toEqual({
    ok: false,
    error: { id, code: RPC.invalidRequest, message: expect.any(String) as unknown },
  });
});

test.each([
  ['['.repeat(64) + ']'.repeat(64), true],
  ['['.repeat(65) + ']'.repeat(65), false],
  ['{"a":'.repeat(65) + '1' + '}'.repeat(65), false],
  [JSON.stringify(Array.from({ length: 100 }, () => ({ a: [] }))), true],
  [JSON.stringify('["\\'.repeat(100)), true],
  ['{"a":', false],
  ['"a', false],
])('JSON is read if it is JSON and nests 64 levels at most: %j', (text, isRead) => {
  const read = parseJson(Buffer.from(text));
  expect(read).toMatchObject(
    isRead ? { ok: true, value: JSON.parse(text) } : { ok: false, error: { code: RPC.parseError } },
  );
});
