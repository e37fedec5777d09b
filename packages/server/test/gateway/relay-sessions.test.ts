import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { isAlive, isDead } from '../upstreams/support/alive.ts';
import { OBEDIENT, program } from '../upstreams/support/programs.ts';
import type { Events } from './support/events.ts';
import { call, modern } from './support/messages.ts';
import { BOTH, startSessions, type Sessions } from './support/sessions.ts';

// Sessions of 2025 with servers that keep a connection.
let sessions: Sessions;
const open: Events[] = [];
beforeAll(async () => {
  sessions = await startSessions({ tool: OBEDIENT, other: OBEDIENT, failing: OBEDIENT });
});
afterAll(() => sessions.close());
afterEach(() => {
  for (const stream of open.splice(0)) stream.close();
});

type Session = Awaited<ReturnType<Sessions['begin']>>;

async function ask(session: Session, message: unknown) {
  const stream = await session.ask(message);
  open.push(stream);
  return stream;
}

async function listen(session: Session, more: Record<string, string> = {}) {
  const stream = await session.listen(more);
  open.push(stream);
  return stream;
}

/** The next message, past events that hold none. */
async function said(stream: Events) {
  let event = await stream.next();
  while (event !== undefined && event.data === '') event = await stream.next();
  return event === undefined ? undefined : JSON.parse(event.data);
}

async function lastIdOf(stream: Events, isLast: (data: string) => boolean) {
  for (let event = await stream.next(); event !== undefined; event = await stream.next())
    if (isLast(event.data)) return event.id;
  return undefined;
}

const note = (text: string) => ({
  jsonrpc: '2.0',
  method: 'notifications/message',
  params: { level: 'info', data: text },
});
const pidOf = async (session: Session): Promise<number> =>
  (await session.post(call('test/pid', {}, 'pid'), { accept: 'application/json' })).json.result.pid;

describe('a session', () => {
  test('begins with the handshake, has a channel of its own, and ends when its client says so', async () => {
    const session = await sessions.begin('tool');
    expect(session.answer.status).toBe(200);
    expect(session.answer.json.result).toMatchObject({
      protocolVersion: '2025-11-25',
      serverInfo: { name: 'obedient' },
    });
    expect(session.id).toMatch(/^here\.[\w-]{44}$/);
    expect((await session.post({ jsonrpc: '2.0', method: 'notifications/initialized' })).status).toBe(202);
    const other = await sessions.begin('tool', session.who);
    const [pid, otherPid] = [await pidOf(session), await pidOf(other)];
    expect(pid).not.toBe(otherPid);

    const ended = await session.end();
    expect([ended.status, ended.text]).toEqual([204, '']);
    await isDead(pid);
    expect(isAlive(otherPid)).toBe(true);
    expect((await session.post(call('test/echo'))).status).toBe(404);
    expect((await session.end()).status).toBe(404);
    await other.end();
  });

  test.each(['2025-03-26', '2025-06-18', '2025-11-25', '2024-11-05'])(
    'is agreed on in the revision %s',
    async (revision) => {
      const session = await sessions.begin('tool', undefined, revision);
      expect(session.answer.json.result.protocolVersion).toBe(revision);
      const stream = await ask(session, call('test/echo', { a: 1 }));
      const events = [await stream.next(), await stream.next()];
      // Only the last revision has events that hold nothing: older clients would take them for messages.
      expect(events.filter((event) => event?.data === '')).toHaveLength(revision === '2025-11-25' ? 1 : 0);
      await session.end();
    },
  );

  test('is not begun by a handshake that the server refuses', async () => {
    const refusing = await startSessions({
      tool: program(
        `hear(({ id }) => say({ jsonrpc: '2.0', id, error: { code: -32602, message: 'No.' } }));`,
      ),
    });
    const { answer, id } = await refusing.begin('tool');
    expect([answer.status, answer.json.error.message, id]).toEqual([200, 'No.', '']);
    await refusing.close();
  });
});

describe('requests', () => {
  test('are answered on a stream: what belongs to the call comes before its answer, on no other stream', async () => {
    const session = await sessions.begin('tool');
    const standing = await listen(session);
    const stream = await ask(
      session,
      call('test/say', {
        messages: [
          note('one'),
          { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 'p', progress: 1 } },
          { jsonrpc: '2.0', id: 1, method: 'sampling/createMessage', params: {} },
          { jsonrpc: '2.0', method: 'notifications/tools/list_changed' },
        ],
        _meta: { progressToken: 'p' },
      }),
    );
    expect(stream.headers).toMatchObject({ 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
    expect(await said(stream)).toMatchObject({ method: 'notifications/message' });
    expect(await said(stream)).toMatchObject({ method: 'notifications/progress' });
    expect(await said(stream)).toMatchObject({ method: 'sampling/createMessage', id: 1 });
    expect(await said(stream)).toMatchObject({ id: 1, result: { said: 4 } });
    expect(await stream.over()).toBe(true);
    expect(await said(standing)).toMatchObject({ method: 'notifications/tools/list_changed' });
    expect(standing.rest()).toEqual([]);
    await session.end();
  });

  test('of two calls at once each hears its own progress and its own answer', async () => {
    const session = await sessions.begin('tool');
    const slow = await ask(session, call('test/hang', { _meta: { progressToken: 1 } }, 'slow'));
    const progress = {
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: { progressToken: 1, progress: 0.5 },
    };
    const quick = await ask(session, call('test/say', { messages: [progress] }, 'quick'));
    expect(await said(quick)).toMatchObject({ id: 'quick' });
    expect(await said(slow)).toMatchObject({ method: 'notifications/progress' });
    const third = await ask(session, call('test/answer', { id: 'slow' }, 'third'));
    expect(await said(third)).toMatchObject({ id: 'third' });
    expect(await said(slow)).toEqual({ jsonrpc: '2.0', id: 'slow', result: { answered: 'slow' } });
    await session.end();
  });

  test('are answered in JSON to a client that reads no events; what else is said waits for who listens', async () => {
    const session = await sessions.begin('tool');
    const answer = await session.post(call('test/say', { messages: [note('meanwhile')] }, 'a'), {
      accept: 'application/json',
    });
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.json).toEqual({ jsonrpc: '2.0', id: 'a', result: { said: 1 } });
    expect(await said(await listen(session))).toMatchObject({ params: { data: 'meanwhile' } });
    await session.end();
  });

  test('in a batch of 2025-03-26 are answered together', async () => {
    const session = await sessions.begin('tool', undefined, '2025-03-26');
    const batch = [
      call('test/echo', { n: 1 }, 1),
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      call('test/echo', { n: 2 }, 2),
    ];
    const answer = await session.post(batch, { accept: 'application/json' });
    expect(answer.json.map(({ id, result }: { id: number; result: object }) => [id, result])).toEqual([
      [1, { n: 1 }],
      [2, { n: 2 }],
    ]);
    const stream = await ask(session, batch);
    expect([(await said(stream)).id, (await said(stream)).id]).toEqual([1, 2]);
    expect(await stream.over()).toBe(true);
    await session.end();
  });

  test('with an id that is in use are refused, and the first is not disturbed', async () => {
    const session = await sessions.begin('tool');
    const first = await ask(session, call('test/hang', {}, 7));
    expect((await session.post(call('test/echo', {}, 7))).status).toBe(400);
    await session.post(call('test/answer', { id: 7 }, 8));
    expect(await said(first)).toMatchObject({ id: 7, result: { answered: 7 } });
    await session.end();
  });

  test('more than a session may have at once are refused', async () => {
    const few = await startSessions({ tool: OBEDIENT }, { limits: { calls: 2 } });
    const session = await few.begin('tool');
    await ask(session, call('test/hang', {}, 1));
    await ask(session, call('test/hang', {}, 2));
    expect((await session.post(call('test/echo', {}, 3))).status).toBe(429);
    await few.close();
  });

  test('are recorded as what became of them', async () => {
    const session = await sessions.begin('failing');
    const before = sessions.ended.length;
    await session.post(call('test/echo', { isError: false }, 1), { accept: 'application/json' });
    await session.post(call('test/echo', { isError: true }, 2), { accept: 'application/json' });
    await session.post(call('test/fail', {}, 3), { accept: 'application/json' });
    await session.post({ jsonrpc: '2.0', method: 'notifications/x' });
    await session.post(call('test/crash', {}, 4), { accept: 'application/json' });
    expect(sessions.ended.slice(before)).toEqual([
      { status: 200 },
      { fault: 'upstream_error' },
      { fault: 'upstream_error' },
      { status: 202 },
      { fault: 'upstream_reset' },
    ]);
    sessions.clock.now += 60_000;
  });
});

test('what the server asks is answered by a POST, and the answer reaches it as it is', async () => {
  const session = await sessions.begin('tool');
  const answer = { jsonrpc: '2.0', id: 'ask-1', result: { action: 'accept', content: { name: 'Grüße' } } };
  const posted = await session.post(answer);
  expect([posted.status, posted.text]).toEqual([202, '']);
  const { json } = await session.post(call('test/heard'), { accept: 'application/json' });
  expect(json.result.heard).toContainEqual(answer);
  await session.end();
});

describe('a session is its opener’s alone', () => {
  test('at the same server, with the same key; nobody learns that it exists', async () => {
    const session = await sessions.begin('tool');
    const stranger = sessions.person();
    const sameOrganisation = sessions.person({ orgId: session.who.principal.orgId });
    const begun = { accept: BOTH, 'mcp-session-id': session.id, 'mcp-protocol-version': '2025-11-25' };
    const guessed = {
      ...begun,
      'mcp-session-id': session.id.slice(0, -1) + (session.id.endsWith('A') ? 'B' : 'A'),
    };
    for (const headers of [
      { ...begun, ...stranger.who },
      { ...begun, ...sameOrganisation.who },
      { ...guessed, ...session.who.who },
    ]) {
      for (const [method, body] of [
        ['POST', call('test/echo', {}, 'stolen')],
        ['GET', undefined],
        ['DELETE', undefined],
      ] as const) {
        const answer = await sessions.send(method, '/tool', headers, body);
        expect([answer.status, answer.json.error.message]).toEqual([404, 'Session not found']);
      }
    }
    const elsewhere = await sessions.send('POST', '/other', session.headers, call('test/echo', {}, 'stolen'));
    expect(elsewhere.status).toBe(404);
    const { json } = await session.post(call('test/heard'), { accept: 'application/json' });
    expect(JSON.stringify(json)).not.toContain('stolen');
    await session.end();
  });

  test('and ends with the right that it hangs on, calls and streams with it', async () => {
    const session = await sessions.begin('tool');
    const pid = await pidOf(session);
    const standing = await listen(session);
    const stream = await ask(session, call('test/hang'));
    session.who.revoke();
    await Promise.all([standing.over(), stream.over()]);
    await isDead(pid);
    expect(sessions.ended.at(-1)).toEqual({ fault: 'unauthenticated' });
    // Broken off, so that nobody takes them for whole.
    expect([await standing.over(), await stream.over()]).toEqual([false, false]);
  });

  test('and ends when its connector is another server', async () => {
    const own = await startSessions({ tool: OBEDIENT });
    const session = await own.begin('tool');
    const pid = await pidOf(session);
    own.targets.delete('tool');
    own.relay.toolsChanged(session.who.principal.orgId);
    await isDead(pid);
    expect((await session.post(call('test/echo'))).status).toBe(401);
    await own.close();
  });
});

test('the gate sees what passes: what it refuses is not sent, what it changes is what is heard', async () => {
  const own = await startSessions({ tool: OBEDIENT });
  const session = await own.begin('tool');
  own.setGate({
    admit: (messages) =>
      Promise.resolve(
        messages.some(({ message }) => message.kind === 'request' && message.method === 'test/forbidden')
          ? { kind: 'refused', answer: { status: 403, headers: [], body: '{"error":"no"}' } }
          : { kind: 'pass', end: () => undefined },
      ),
    present: (message) => JSON.parse(JSON.stringify(message).replaceAll('secret', '******')),
  });
  expect((await session.post(call('test/forbidden', {}, 2))).status).toBe(403);
  const { json } = await session.post(call('test/heard', {}, 3), { accept: 'application/json' });
  expect(JSON.stringify(json)).not.toContain('test/forbidden');
  const stream = await ask(session, call('test/say', { messages: [note('secret')] }, 4));
  expect(await said(stream)).toMatchObject({ params: { data: '******' } });
  await own.close();
});

describe('requests that are none of a session’s', () => {
  test.each<[string, string, Record<string, string>, unknown, number]>([
    ['a message without a session', 'POST', {}, call('tools/list'), 400],
    ['a stream without a session', 'GET', { accept: 'text/event-stream' }, undefined, 405],
    ['an end without a session', 'DELETE', {}, undefined, 400],
    ['a session that nobody has', 'POST', { 'mcp-session-id': 'here.x' }, call('tools/list'), 404],
    ['a session with a strange id', 'GET', { 'mcp-session-id': '../../etc' }, undefined, 404],
    [
      'a revision that there is not',
      'POST',
      { 'mcp-session-id': 'x', 'mcp-protocol-version': '1999-01-01' },
      call('tools/list'),
      400,
    ],
    [
      'a revision without sessions',
      'GET',
      { 'mcp-session-id': 'x', 'mcp-protocol-version': '2026-07-28' },
      undefined,
      400,
    ],
  ])('%s', async (_, method, path, body, status) => {
    const answer = await sessions.send(method, '/tool', { ...sessions.person().who, ...path }, body);
    expect(answer.status).toBe(status);
  });

  test('a request of 2026-07-28 is told in which revisions to shake hands', async () => {
    const { headers, message } = modern('server/discover');
    const answer = await sessions.send(
      'POST',
      '/tool',
      { ...sessions.person().who, accept: BOTH, ...headers },
      message,
    );
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({
      id: 1,
      error: {
        code: -32022,
        data: {
          supported: ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'],
          requested: '2026-07-28',
        },
      },
    });
  });
});

describe('the stream of what belongs to no call', () => {
  test('hears what was said before there was one, and not twice', async () => {
    const session = await sessions.begin('tool');
    const changed = { jsonrpc: '2.0', method: 'notifications/resources/list_changed' };
    await session.post(call('test/say', { messages: [changed] }, 1));
    const first = await listen(session);
    expect(await said(first)).toEqual(changed);
    first.close();
    const second = await listen(session);
    await session.post(call('test/say', { messages: [{ ...changed, params: { n: 2 } }] }, 2));
    expect(await said(second)).toEqual({ ...changed, params: { n: 2 } });
    await session.end();
    expect(await second.over()).toBe(true);
  });

  test('the newer takes over from the older, so that a half-open one does not keep a client out', async () => {
    const session = await sessions.begin('tool');
    const first = await listen(session);
    const second = await listen(session);
    expect(await first.over()).toBe(true);
    expect(second.status).toBe(200);
    await session.end();
  });

  test('hears of tools that have become others', async () => {
    const session = await sessions.begin('tool');
    const stream = await listen(session);
    sessions.relay.toolsChanged(session.who.principal.orgId);
    expect(await said(stream)).toEqual({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
    await session.end();
  });
});

describe('who loses a connection', () => {
  test('has cancelled nothing, and hears the rest of the answer', async () => {
    const session = await sessions.begin('tool');
    const stream = await ask(session, call('test/hang', {}, 'long'));
    const primer = await stream.next();
    stream.close();
    await session.post(call('test/answer', { id: 'long' }, 'x'), { accept: 'application/json' });
    const resumed = await listen(session, { 'last-event-id': primer?.id ?? '' });
    expect(await said(resumed)).toEqual({ jsonrpc: '2.0', id: 'long', result: { answered: 'long' } });
    expect(await resumed.over()).toBe(true);
    const { json } = await session.post(call('test/heard'), { accept: 'application/json' });
    expect(JSON.stringify(json)).not.toContain('cancelled');
    await session.end();
  });

  test('goes on with a call that is still under way, from where it was', async () => {
    const session = await sessions.begin('tool');
    const stream = await ask(session, call('test/hang', { _meta: { progressToken: 5 } }, 'long'));
    const progress = (n: number) => ({
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: { progressToken: 5, progress: n },
    });
    await session.post(call('test/say', { messages: [progress(1), progress(2)] }, 'x'), {
      accept: 'application/json',
    });
    const id = await lastIdOf(stream, (data) => data.includes('"progress":1'));
    stream.close();
    const resumed = await listen(session, { 'last-event-id': id ?? '' });
    expect(await said(resumed)).toEqual(progress(2));
    await session.post(call('test/answer', { id: 'long' }, 'y'), { accept: 'application/json' });
    expect(await said(resumed)).toMatchObject({ id: 'long' });
    expect(await resumed.over()).toBe(true);
    await session.end();
  });

  test('is not told again of what it has heard, nor of another’s, nor of what nobody has said', async () => {
    const session = await sessions.begin('tool');
    const stream = await ask(session, call('test/echo', {}, 1));
    const id = await lastIdOf(stream, (data) => data.includes('result'));
    for (const lastId of [id ?? '', '99-0', '1-999', '0-7777', 'x', '-1-0', '1-1e3'])
      expect(
        (await sessions.send('GET', '/tool', { ...session.headers, 'last-event-id': lastId })).status,
      ).toBe(400);
    await session.end();
  });

  test('is told so when too much was said since', async () => {
    const small = await startSessions({ tool: OBEDIENT }, { limits: { logBytes: 10_000 } });
    const session = await small.begin('tool');
    const stream = await ask(session, call('test/hang', {}, 'long'));
    const primer = await stream.next();
    stream.close();
    await session.post(call('test/answer', { id: 'long' }, 'a'), { accept: 'application/json' });
    const big = await ask(session, call('test/big', { size: 20_000 }, 'b'));
    await big.over();
    const answer = await small.send('GET', '/tool', {
      ...session.headers,
      'last-event-id': primer?.id ?? '',
    });
    expect(answer.status).toBe(400);
    await small.close();
  });
});

describe('what is cancelled', () => {
  test('is passed on to the server, and its answer ends without one', async () => {
    const session = await sessions.begin('tool');
    const before = sessions.ended.length;
    const stream = await ask(session, call('test/hang', {}, 'long'));
    const cancel = {
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: 'long', reason: 'enough' },
    };
    expect((await session.post(cancel)).status).toBe(202);
    expect(await stream.over()).toBe(true);
    expect(stream.rest().filter(({ data }) => data !== '')).toEqual([]);
    const { json } = await session.post(call('test/heard'), { accept: 'application/json' });
    expect(json.result.heard).toContainEqual(cancel);
    expect(sessions.ended.slice(before)).toContainEqual({ fault: 'cancelled' });
    // What the server says of it all the same is an answer to nothing.
    await session.post(call('test/answer', { id: 'long' }, 'y'), { accept: 'application/json' });
    await session.end();
  });

  test('of another session is not', async () => {
    const session = await sessions.begin('tool');
    const other = await sessions.begin('tool');
    const stream = await ask(session, call('test/hang', {}, 'long'));
    await other.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'long' } });
    await session.post(call('test/answer', { id: 'long' }, 'x'));
    expect(await said(stream)).toMatchObject({ id: 'long' });
    await Promise.all([session.end(), other.end()]);
  });
});

describe('a server that goes wrong', () => {
  test.each([
    ['ends', 'test/crash', 'upstream_reset'],
    ['says what is no message', 'test/garbage', 'upstream_invalid'],
  ])(
    'that %s: each call is told, nothing of it is shown, and the session is over',
    async (_, method, code) => {
      const session = await sessions.begin('failing');
      const standing = await listen(session);
      const waiting = await ask(session, call('test/hang', {}, 'waiting'));
      const stream = await ask(session, call(method, {}, 'bad'));
      for (const [one, id] of [
        [stream, 'bad'],
        [waiting, 'waiting'],
      ] as const) {
        const answer = await said(one);
        expect(answer).toMatchObject({ id, error: { code: -32603, data: { code } } });
        expect(answer.error.data.request_id).toMatch(/^req_/);
        expect(JSON.stringify(answer)).not.toContain('sk-1');
      }
      expect(await standing.over()).toBe(true);
      // Its client begins another.
      expect((await session.post(call('test/echo'))).status).toBe(404);
      sessions.clock.now += 60_000;
    },
  );

  test('that cannot be started, or does not answer the handshake, is a fault in words', async () => {
    const own = await startSessions(
      { missing: { ...OBEDIENT, command: '/nowhere/at-all' }, mute: program('setInterval(() => {}, 1000);') },
      { limits: { openMs: 300 } },
    );
    const missing = await own.begin('missing');
    expect([missing.answer.status, missing.id]).toEqual([200, '']);
    expect(missing.answer.json.error).toMatchObject({
      code: -32603,
      message: 'The command of the MCP server could not be started.',
      data: { code: 'upstream_unreachable', status: 502 },
    });
    const again = await own.begin('missing');
    expect(again.answer.json.error.data).toMatchObject({ code: 'upstream_busy', retry_after_seconds: 1 });
    const mute = await own.begin('mute');
    expect([mute.answer.json.error.data.code, mute.id]).toEqual(['upstream_timeout', '']);
    await own.close();
  });
});

describe('sessions are bounded', () => {
  test('a flood of one key is refused while its sessions are in use; those that nobody listens to give way', async () => {
    const own = await startSessions({ tool: OBEDIENT }, { limits: { perKey: 2 } });
    const who = own.person();
    const first = await own.begin('tool', who);
    const second = await own.begin('tool', who);
    await Promise.all([listen(first), listen(second)]);
    const third = await own.begin('tool', who);
    expect([third.answer.status, third.answer.json.error.code, third.id]).toEqual([429, 'rate_limited', '']);
    expect((await own.begin('tool')).answer.status).toBe(200);
    for (const stream of open.splice(0)) stream.close();
    await expect.poll(async () => (await own.begin('tool', who)).answer.status).toBe(200);
    expect((await first.post(call('test/echo'))).status).toBe(404);
    await own.close();
  });

  test('of an organisation too', async () => {
    const own = await startSessions({ tool: OBEDIENT }, { limits: { perOrganisation: 1 } });
    const first = await own.begin('tool');
    const colleague = own.person({ orgId: first.who.principal.orgId });
    expect((await own.begin('tool', colleague)).answer.status).toBe(429);
    expect((await first.post(call('test/echo'), { accept: 'application/json' })).status).toBe(200);
    await own.close();
  });

  test('when a server takes no more, the one that nobody has used for longest gives way to the next', async () => {
    const own = await startSessions({ tool: OBEDIENT }, { processes: 1 });
    const first = await own.begin('tool');
    const pid = await pidOf(first);
    expect((await own.begin('tool')).answer.json.error.data.code).toBe('upstream_busy');
    expect(isAlive(pid)).toBe(true);
    own.clock.now += 61_000;
    const next = await own.begin('tool');
    expect(next.answer.status).toBe(200);
    expect((await first.post(call('test/echo'))).status).toBe(404);
    await isDead(pid);
    await own.close();
  });

  test('one that nobody uses ends, even if its server talks on; one that is listened to and talks does not', async () => {
    const chatty = program(`
      setInterval(() => say({ jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'hi' } }), 5);
      hear(({ id, method, params }) => id !== undefined && say({ jsonrpc: '2.0', id, result: method === 'initialize' ? { protocolVersion: params.protocolVersion, capabilities: {}, serverInfo: { name: 'c', version: '1' } } : { pid: process.pid } }));`);
    const own = await startSessions({ tool: chatty }, { limits: { keepAliveMs: 10 } });
    const left = await own.begin('tool');
    const used = await own.begin('tool');
    const [leftPid, usedPid] = [await pidOf(left), await pidOf(used)];
    const stream = await listen(used);
    for (let minute = 0; minute < 31; minute += 1) {
      own.clock.now += 60_000;
      await said(stream);
    }
    await isDead(leftPid);
    expect(isAlive(usedPid)).toBe(true);
    expect((await left.post(call('test/echo'))).status).toBe(404);
    await own.close();
  });

  test('a call that is told of on and on, and never answered, is given up, and the session goes on', async () => {
    const endless = program(`
      const heard = [];
      hear((message) => {
        const { id, method, params } = message;
        heard.push(message);
        if (method === 'initialize') say({ jsonrpc: '2.0', id, result: { protocolVersion: params.protocolVersion, capabilities: {}, serverInfo: { name: 'e', version: '1' } } });
        else if (method === 'test/heard') say({ jsonrpc: '2.0', id, result: { heard } });
        else if (method === 'tools/call') setInterval(() => say({ jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 1, progress: 1 } }), 5);
      });`);
    const own = await startSessions({ tool: endless }, { limits: { keepAliveMs: 10 } });
    const session = await own.begin('tool');
    const stream = await ask(session, call('tools/call', { name: 'x', _meta: { progressToken: 1 } }, 'long'));
    let heard = await said(stream);
    for (let minute = 0; minute < 70 && heard?.method !== undefined; minute += 1) {
      own.clock.now += 60_000;
      heard = await said(stream);
    }
    while (heard?.method !== undefined) heard = await said(stream);
    expect(heard).toMatchObject({ id: 'long', error: { data: { code: 'upstream_timeout' } } });
    expect(own.ended).toContainEqual({ fault: 'upstream_timeout' });
    const { json } = await session.post(call('test/heard'), { accept: 'application/json' });
    expect(json.result.heard).toContainEqual({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: 'long' },
    });
    await own.close();
  });

  test('a client that does not read is waited for, and its server with it', async () => {
    const own = await startSessions({ tool: OBEDIENT });
    const session = await own.begin('tool');
    const stream = await ask(session, call('test/flood', { count: 400, size: 100_000 }));
    stream.pause();
    await new Promise((resolve) => setImmediate(resolve));
    stream.resume();
    let count = 0;
    for (let one = await said(stream); one !== undefined; one = await said(stream)) count += 1;
    expect(count).toBe(401);
    await own.close();
  });
});

test('when we are to stop, sessions at rest end at once, those at work when their answer is out, and none begins', async () => {
  const own = await startSessions({ tool: OBEDIENT });
  const [resting, working] = [await own.begin('tool'), await own.begin('tool')];
  const [restingPid, workingPid] = [await pidOf(resting), await pidOf(working)];
  const standing = await listen(resting);
  const stream = await ask(
    working,
    call('test/say-later', { messages: [{ jsonrpc: '2.0', id: 9, result: {} }] }, 9),
  );
  own.relay.drain();
  expect(await standing.over()).toBe(true);
  await isDead(restingPid);
  expect((await own.begin('tool')).answer.status).toBe(503);
  expect(await said(stream)).toMatchObject({ id: 9, result: {} });
  expect(await stream.over()).toBe(true);
  await isDead(workingPid);
  await own.close();
});
