import { PassThrough } from 'node:stream';
import { describe, expect, onTestFinished, test } from 'vitest';
import { compileCatalogue } from '../src/catalogue/compile.ts';
import { createFixedBackend, serveStdio, snapshotOf } from '../src/stdio.ts';
import type { BackendCall, CallOutcome, StdioBackend, StdioLimits } from '../src/stdio.ts';

const SERVER = { name: 'shop', title: 'Shop', version: '1.2.3' };
const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'Shop' },
  paths: {
    '/stock': { get: { operationId: 'get_stock', parameters: [{ name: 'at', in: 'query' }] } },
    '/orders': { post: { operationId: 'create_order' } },
  },
};

function snapshot() {
  const compiled = compileCatalogue(JSON.stringify(DOCUMENT));
  if (!compiled.ok) throw new Error(compiled.error.message);
  return snapshotOf(compiled.value, { access: 'full', connector: 'shop', server: SERVER });
}

const text = (words: string): CallOutcome => ({
  kind: 'result',
  result: { content: [{ type: 'text', text: words }] },
});

/** A server whose calls are answered as the test says, and what it has said so far. */
function serve(
  answer: (call: BackendCall) => Promise<CallOutcome> = async ({ tool }) => text(tool.name),
  { limits, follow }: { limits?: Partial<StdioLimits>; follow?: StdioBackend['follow'] } = {},
) {
  const input = new PassThrough();
  const output = new PassThrough({ highWaterMark: 1024 });
  const faults: unknown[] = [];
  const calls: BackendCall[] = [];
  const backend: StdioBackend = {
    ...createFixedBackend(snapshot(), (call) => {
      calls.push(call);
      return answer(call);
    }),
    ...(follow && { follow }),
  };
  const server = serveStdio({ backend, input, output, limits, onFault: (thrown) => faults.push(thrown) });
  onTestFinished(() => server.stop());
  const lines: string[] = [];
  let rest = '';
  const take = (chunk: Buffer): void => {
    const pieces = (rest + chunk.toString('utf8')).split('\n');
    rest = pieces.pop() ?? '';
    lines.push(...pieces);
  };
  output.on('data', take);
  return {
    server,
    input,
    output,
    faults,
    calls,
    write: (words: string) => input.write(words),
    say: (message: object) => input.write(`${JSON.stringify(message)}\n`),
    said: () => lines.map((line) => JSON.parse(line)),
    stopReading: () => output.pause(),
    readOn: () => output.resume(),
  };
}

const request = (id: string | number, method: string, params?: object) => ({
  jsonrpc: '2.0',
  id,
  method,
  ...(params && { params }),
});
const stock = (id: string | number, more: object = {}) =>
  request(id, 'tools/call', { name: 'get_stock', ...more });
const cancelled = (requestId: string | number) => ({
  jsonrpc: '2.0',
  method: 'notifications/cancelled',
  params: { requestId },
});
const hello = (protocolVersion: string) =>
  request('hello', 'initialize', {
    protocolVersion,
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  });
const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};
const modern = (id: string | number, method: string, params: object = {}) =>
  request(id, method, { ...params, _meta: META });
/** Never answers, but when it is told to. */
const held = () => new Promise<CallOutcome>(() => undefined);

describe('lines', () => {
  test('may come in pieces, several at once, with CR, with blank ones between them', async () => {
    const { said, write } = serve();
    write('{"jsonrpc":"2.0","id":1,"met');
    write('hod":"ping"}\r\n\n  \r\n{"jsonrpc":"2.0","id":2,"method":"ping"}\n{"jsonrpc":');
    write('"2.0","id":"ü","method":"ping"}\n');
    await expect.poll(() => said().map(({ id }) => id)).toEqual([1, 2, 'ü']);
  });

  test.each([
    ['no JSON', '{"jsonrpc":"2.0","id":1,', -32700],
    ['nested to do harm', '['.repeat(100_000), -32700],
    ['no object', '"hello"', -32600],
    ['another protocol', '{"id":1,"method":"ping"}', -32600],
    ['a message with a null id', '{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600],
    ['an empty batch', '[]', -32600],
  ])('that are %s are told so, and the next one is answered', async (_, line, code) => {
    const { said, say, write } = serve();
    write(`${line}\n`);
    say(request('next', 'ping'));
    await expect.poll(() => said().length).toBe(2);
    expect(said().find(({ id }) => id !== 'next')).toMatchObject({ jsonrpc: '2.0', error: { code } });
    expect(said().find(({ id }) => id === 'next')).toEqual({ jsonrpc: '2.0', id: 'next', result: {} });
  });

  test('that are too long are thrown away to their end, told of once, and fill no memory', async () => {
    const { said, say, write } = serve(undefined, { limits: { lineBytesMax: 1_000 } });
    write('{"jsonrpc":"2.0","id":1,"method":"');
    for (let piece = 0; piece < 64; piece += 1) write('x'.repeat(1_024));
    write('"}\n');
    say(request('next', 'ping'));
    await expect.poll(() => said().length).toBe(2);
    expect(said()).toMatchObject([
      { error: { code: -32700, message: expect.stringContaining('1000 bytes') } },
      { id: 'next' },
    ]);
  });

  test('the last one needs no newline', async () => {
    const { input, said, server } = serve();
    input.end(JSON.stringify(stock(1)));
    await server.over;
    expect(said()).toMatchObject([{ id: 1, result: { content: [{ text: 'get_stock' }] } }]);
  });
});

describe('requests', () => {
  test('are answered when they are done, not in turn', async () => {
    const { said, say } = serve((call) =>
      call.arguments['at'] === 'slow' ? held() : Promise.resolve(text('quick')),
    );
    say(stock('slow', { arguments: { at: 'slow' } }));
    say(stock('quick'));
    await expect.poll(() => said().map(({ id }) => id)).toEqual(['quick']);
  });

  test('that are taken back are cancelled and not answered', async () => {
    const { calls, said, say } = serve(held);
    say(stock('one'));
    say(stock(2));
    await expect.poll(() => calls.length).toBe(2);
    say(cancelled('2'));
    say(cancelled('one'));
    say(request('next', 'ping'));
    await expect.poll(() => said().map(({ id }) => id)).toEqual(['next']);
    expect(calls.map(({ signal }) => signal.aborted)).toEqual([true, false]);
  });

  test('that are taken back free their id, and what they still do is not heard', async () => {
    const ends: (() => void)[] = [];
    const { calls, said, say } = serve(async ({ onProgress }) => {
      await new Promise<void>((resolve) => ends.push(resolve));
      onProgress({ progressToken: 'p', progress: 1 });
      return text(`call ${ends.length}`);
    });
    say(stock(1));
    await expect.poll(() => calls.length).toBe(1);
    say(cancelled(1));
    say(stock(1));
    await expect.poll(() => calls.length).toBe(2);
    ends[0]?.();
    say(request('next', 'ping'));
    await expect.poll(() => said().length).toBe(1);
    // The second one is still under way, whatever became of the first.
    say(request(1, 'ping'));
    await expect.poll(() => said().length).toBe(2);
    expect(said()).toMatchObject([{ id: 'next' }, { id: 1, error: { code: -32600 } }]);
    ends[1]?.();
    await expect.poll(() => said().length).toBe(4);
    expect(said().slice(2)).toMatchObject([{ method: 'notifications/progress' }, { id: 1, result: {} }]);
    say(request(1, 'ping'));
    await expect.poll(() => said().at(-1)).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
  });

  test('for the rest of a list of one page are refused', async () => {
    const { said, say } = serve();
    say(request(1, 'tools/list', { cursor: 'x' }));
    await expect.poll(() => said()).toMatchObject([{ id: 1, error: { code: -32602 } }]);
  });

  test('with an id that is under way are refused', async () => {
    const { calls, said, say } = serve(held);
    say(stock(1));
    say(request(1, 'ping'));
    await expect.poll(() => said()).toMatchObject([{ id: 1, error: { code: -32600 } }]);
    expect(calls[0]?.signal.aborted).toBe(false);
  });

  test('beyond as many as are answered at once are refused, and others go on', async () => {
    const { calls, said, say } = serve(held, { limits: { requestsMax: 2 } });
    for (const id of [1, 2, 3]) say(stock(id));
    await expect.poll(() => said()).toMatchObject([{ id: 3, error: { code: 429 } }]);
    say(cancelled(1));
    say(stock(4));
    await expect.poll(() => calls.length).toBe(3);
  });

  test('whose call fails in us are told so without what went wrong', async () => {
    const { faults, said, say } = serve(() => Promise.reject(new Error('at /home/me/secret')));
    say(stock(1));
    await expect.poll(() => said().length).toBe(1);
    expect(JSON.stringify(said())).not.toContain('secret');
    expect(said()).toMatchObject([{ id: 1, error: { code: -32603 } }]);
    expect(String(faults[0])).toContain('/home/me/secret');
  });

  test('hear how their call gets on', async () => {
    const { said, say } = serve(async ({ onProgress, params }) => {
      const { progressToken } = params['_meta'] as { progressToken: string };
      for (const progress of [1, 2]) onProgress({ progressToken, progress, total: 2 });
      return text('done');
    });
    say(stock(1, { _meta: { progressToken: 'p' } }));
    await expect.poll(() => said().length).toBe(3);
    expect(said()).toMatchObject([
      { method: 'notifications/progress', params: { progressToken: 'p', progress: 1, total: 2 } },
      { method: 'notifications/progress', params: { progress: 2 } },
      { id: 1 },
    ]);
  });
});

describe('revisions', () => {
  test.each([
    ['2024-11-05', '2024-11-05'],
    ['2025-03-26', '2025-03-26'],
    ['2025-06-18', '2025-06-18'],
    ['2025-11-25', '2025-11-25'],
    ['2026-07-28', '2025-11-25'],
    ['1999-01-01', '2025-11-25'],
  ])('a handshake for %s agrees on %s', async (asked, agreed) => {
    const { said, say } = serve();
    say(hello(asked));
    await expect.poll(() => said().length).toBe(1);
    const [{ result }] = said();
    expect(result.protocolVersion).toBe(agreed);
    expect(result.serverInfo).toEqual(agreed < '2025-06-18' ? { name: 'shop', version: '1.2.3' } : SERVER);
    expect(result.instructions).toBe('Tools of Shop, with full access.');
  });

  test('requests that speak for themselves need no handshake, and stand beside one', async () => {
    const { said, say } = serve();
    say(hello('2025-06-18'));
    say(modern('list', 'tools/list'));
    say(request('old list', 'tools/list'));
    say(modern('discover', 'server/discover'));
    say(modern('no ping', 'ping'));
    await expect.poll(() => said().length).toBe(5);
    const by = (id: string) => said().find((one) => one.id === id);
    expect(by('list').result).toMatchObject({ resultType: 'complete', cacheScope: 'private' });
    expect(Object.keys(by('old list').result)).toEqual(['tools']);
    expect(by('discover').result).toMatchObject({
      supportedVersions: ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'],
      _meta: { 'io.modelcontextprotocol/serverInfo': SERVER },
    });
    expect(by('no ping').error.code).toBe(-32601);
  });

  test('one that is too new is told which there are', async () => {
    const { said, say } = serve();
    const _meta = { ...META, 'io.modelcontextprotocol/protocolVersion': '2027-01-01' };
    say(request(1, 'server/discover', { _meta }));
    await expect.poll(() => said().length).toBe(1);
    expect(said()[0].error).toMatchObject({ code: -32022, data: { requested: '2027-01-01' } });
  });

  test('2025-03-26 has batches: one answer for all, and the handshake stands alone', async () => {
    const { said, say, write } = serve();
    write(`${JSON.stringify([request(1, 'ping')])}\n`);
    await expect.poll(() => said()).toMatchObject([{ error: { code: -32600 } }]);
    say(hello('2025-03-26'));
    await expect.poll(() => said().length).toBe(2);
    const batch = [request(1, 'ping'), { jsonrpc: '2.0', method: 'notifications/x' }, stock(2), hello('x')];
    write(`${JSON.stringify(batch)}\n`);
    await expect.poll(() => said().length).toBe(3);
    expect(said()[2]).toMatchObject([{ id: 1 }, { id: 2 }, { id: 'hello', error: { code: -32600 } }]);
    say(hello('2025-06-18'));
    write(`${JSON.stringify(batch)}\n`);
    await expect.poll(() => said().length).toBe(5);
    expect(said().find((one) => one.error !== undefined && one.id === undefined)).toBeDefined();
  });

  test.each([
    ['empty', []],
    ['of more than are taken', [request(1, 'ping'), request(2, 'ping'), request(3, 'ping')]],
  ])('a batch that is %s is refused as one', async (_, batch) => {
    const { said, say, write } = serve(undefined, { limits: { batchMax: 2 } });
    say(hello('2025-03-26'));
    await expect.poll(() => said().length).toBe(1);
    write(`${JSON.stringify(batch)}\n`);
    await expect.poll(() => said().length).toBe(2);
    const message = expect.stringMatching(/^A batch holds at /);
    expect(said()[1]).toEqual({ jsonrpc: '2.0', error: { code: -32600, message } });
  });
});

describe('changes', () => {
  function changing() {
    const told = new Set<() => void>();
    const follow = (onChange: () => void) => {
      told.add(onChange);
      return () => told.delete(onChange);
    };
    return { follow, tell: () => told.forEach((one) => one()), followers: () => told.size };
  }

  test('are told to who has shaken hands and to who listens, until they take it back', async () => {
    const { follow, tell } = changing();
    const { said, say } = serve(undefined, { follow });
    const changes = () => said().filter(({ method }) => method === 'notifications/tools/list_changed');
    say(modern('deaf', 'subscriptions/listen', { notifications: {} }));
    say(modern('keen', 'subscriptions/listen', { notifications: { toolsListChanged: true } }));
    await expect.poll(() => said().length).toBe(2);
    tell();
    await expect.poll(() => changes().length).toBe(1);
    expect(changes()[0].params._meta).toEqual({ 'io.modelcontextprotocol/subscriptionId': 'keen' });
    say(cancelled('keen'));
    say(hello('2025-06-18'));
    await expect.poll(() => said().length).toBe(4);
    expect(said().at(-1).result.capabilities.tools).toEqual({ listChanged: true });
    tell();
    await expect.poll(() => changes().length).toBe(2);
    expect(changes()[1].params).toBeUndefined();
  });

  test('are followed until the end, where who listens is answered', async () => {
    const { follow, followers } = changing();
    const { input, said, say, server } = serve(undefined, { follow });
    say(modern('keen', 'subscriptions/listen', { notifications: { toolsListChanged: true } }));
    await expect.poll(() => said().length).toBe(1);
    expect(followers()).toBe(1);
    input.end();
    await server.over;
    expect(followers()).toBe(0);
    expect(said().at(-1)).toMatchObject({ id: 'keen', result: { resultType: 'complete' } });
  });

  test('are not promised where there will be none', async () => {
    const { said, say } = serve();
    say(hello('2025-06-18'));
    await expect.poll(() => said().length).toBe(1);
    expect(said()[0].result.capabilities.tools).toEqual({});
  });
});

describe('the end', () => {
  test('of the input waits for what was asked, and no longer than it may', async () => {
    const patient = serve();
    patient.say(stock(1));
    patient.input.end();
    await patient.server.over;
    expect(patient.said()).toMatchObject([{ id: 1 }]);

    const stuck = serve(held, { limits: { graceMs: 20 } });
    stuck.say(stock(1));
    stuck.input.end();
    await stuck.server.over;
    expect(stuck.calls[0]?.signal.aborted).toBe(true);
    expect(stuck.said()).toEqual([]);
  });

  test('of the input waits for a batch whose answers are not all there', async () => {
    let answer: () => void = () => undefined;
    const { calls, input, said, say, server, write } = serve(async ({ arguments: { at } }) => {
      if (at === 'slow') await new Promise<void>((resolve) => (answer = resolve));
      return text('done');
    });
    say(hello('2025-03-26'));
    await expect.poll(() => said().length).toBe(1);
    const slow = stock('slow', { arguments: { at: 'slow' } });
    write(`${JSON.stringify([slow, cancelled('slow'), stock(2)])}\n`);
    input.end(JSON.stringify(stock(3)));
    await expect.poll(() => said().find(({ id }) => id === 3)).toBeDefined();
    await expect.poll(() => calls.length).toBe(3);
    answer();
    await server.over;
    expect(said().at(-1)).toMatchObject([{ id: 2, result: { content: [{ text: 'done' }] } }]);
  });

  test('by a stop, or by a client that is gone, cancels every call at once', async () => {
    const stopped = serve(held);
    stopped.say(stock(1));
    await expect.poll(() => stopped.calls.length).toBe(1);
    stopped.server.stop();
    await stopped.server.over;
    expect(stopped.calls[0]?.signal.aborted).toBe(true);

    const left = serve(held);
    left.say(stock(1));
    await expect.poll(() => left.calls.length).toBe(1);
    left.output.destroy();
    await left.server.over;
    expect(left.calls[0]?.signal.aborted).toBe(true);
  });
});

test('while the client does not read, no more is read of it; then all is answered', async () => {
  const big = 'x'.repeat(50_000);
  const { calls, input, readOn, said, say, stopReading } = serve(async () => text(big));
  stopReading();
  const wanted = 50;
  for (let id = 1; id <= wanted; id += 1) {
    say(stock(id));
    await new Promise(setImmediate);
  }
  expect(calls.length).toBeGreaterThan(0);
  expect(calls.length).toBeLessThan(wanted);
  expect(input.readableLength).toBeGreaterThan(0);
  readOn();
  await expect.poll(() => said().length).toBe(wanted);
  expect(new Set(said().map(({ id }) => id)).size).toBe(wanted);
});

test('an answer may be many megabytes', async () => {
  const big = 'ü'.repeat(8 * 1024 * 1024);
  const { said, say } = serve(async () => text(big));
  say(stock(1));
  await expect.poll(() => said().length).toBe(1);
  expect(said()[0].result.content[0].text.length).toBe(big.length);
});
