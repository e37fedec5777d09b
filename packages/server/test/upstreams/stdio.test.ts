import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Log } from '../../src/kernel/log.ts';
import {
  createStdioServers,
  STDIO_LIMITS,
  type StdioLimits,
  type StdioServers,
} from '../../src/upstreams/stdio/stdio-servers.ts';
import type { StdioUpstream } from '../../src/upstreams/upstream.ts';
import { needsClient } from '../../../../e2e/support/other-clients.ts';
import { isAlive, isDead } from './support/alive.ts';
import { converse } from './support/conversation.ts';
import { command, ECHO, program } from './support/programs.ts';

const open: StdioServers[] = [];
afterEach(async () => {
  for (const servers of open.splice(0)) await servers.close();
});

function setUp(limits: Partial<StdioLimits> = {}) {
  const clock = { now: 1_000_000, nowMs: () => clock.now };
  const logged: { fields: Record<string, unknown>; level: string }[] = [];
  const at = (level: string) => (fields: object) => void logged.push({ level, fields: { ...fields } });
  const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  const servers = createStdioServers({ clock, log, limits: { ...STDIO_LIMITS, graceMs: 100, ...limits } });
  open.push(servers);
  const talk = (upstream: StdioUpstream, key = 'con_a') => converse(servers.channelTo(upstream, key));
  return { clock, logged, servers, talk };
}

describe('a process behind a channel', () => {
  test('hears what is sent and says what it likes, in order, whole', async () => {
    const { talk } = setUp();
    const conversation = await talk(ECHO);
    const text = `${'Grüße 👋 '.repeat(20_000)}\n\u2028`;
    for (const id of [1, 2, 3])
      expect(await conversation.channel.send({ id, text })).toEqual({ ok: true, value: undefined });
    for (const id of [1, 2, 3]) expect(await conversation.next()).toEqual({ id, text });
    conversation.channel.close();
  });

  test('may send batches, as 2025-03-26 has them, blank lines, and CRLF', async () => {
    const { talk } = setUp();
    const conversation = await talk(
      program(`process.stdout.write('\\n[{"id":1},{"id":2}]\\r\\n  \\r\\n{"id":3}\\r\\n'); hear(say);`),
    );
    for (const id of [1, 2, 3]) expect(await conversation.next()).toEqual({ id });
  });

  test('sees nothing of our environment, and a folder that is its own, empty, and gone when it has ended', async () => {
    const { DATABASE_URL, LATCHKEY_SECRET } = process.env;
    onTestFinished(() => setEnvironment({ DATABASE_URL, LATCHKEY_SECRET }));
    setEnvironment({
      DATABASE_URL: 'postgres://user:password@db/latchkey',
      LATCHKEY_SECRET: 'a secret that must not get out',
    });
    const { servers, talk } = setUp();
    const conversation = await talk(
      program(
        `const { readdirSync } = require('node:fs');
         say({ env: process.env, cwd: process.cwd(), files: readdirSync('.') });
         require('node:fs').writeFileSync('left-behind', 'x'); hear(say);`,
        { env: { API_TOKEN: 'for the server' } },
      ),
    );
    const { cwd, env, files } = (await conversation.next()) as { cwd: string; env: object; files: string[] };
    expect(Object.keys(env).sort()).toEqual(['API_TOKEN', 'HOME', 'LANG', 'PATH', 'TMPDIR']);
    expect(env).toMatchObject({ API_TOKEN: 'for the server', HOME: cwd, LANG: 'C.UTF-8' });
    expect(JSON.stringify(env)).not.toContain('password');
    expect(files).toEqual([]);
    expect(cwd).not.toBe(process.cwd());
    await servers.close();
    expect(existsSync(cwd)).toBe(false);
    expect(existsSync((env as { TMPDIR: string }).TMPDIR)).toBe(false);
  });

  test('gets no descriptor of ours: no socket to the database, no listening port', async () => {
    const { talk } = setUp();
    const conversation = await talk(
      program(`
        const { readdirSync, readlinkSync } = require('node:fs');
        const of = (fd) => { try { return readlinkSync('/proc/self/fd/' + fd); } catch { return ''; } };
        say({ fds: readdirSync('/proc/self/fd').filter((fd) => of(fd).startsWith('socket:')) });`),
    );
    expect(await conversation.next()).toEqual({ fds: ['0', '1', '2'] });
  });

  test('finds what is declared: variables, HOME among them, and a folder', async () => {
    const { talk } = setUp();
    const conversation = await talk(
      program('say({ home: process.env.HOME, cwd: process.cwd() });', {
        cwd: '/',
        env: { HOME: '/nowhere' },
      }),
    );
    expect(await conversation.next()).toEqual({ home: '/nowhere', cwd: '/' });
  });

  test('is read by no shell', async () => {
    const { talk } = setUp();
    const conversation = await talk(
      command(process.execPath, [
        '--eval',
        'process.stdout.write(JSON.stringify({ said: process.argv.slice(1) }) + "\\n")',
        '--',
        '$(id)',
        '; echo pwned',
        '`id`',
      ]),
    );
    expect(await conversation.next()).toEqual({ said: ['$(id)', '; echo pwned', '`id`'] });
  });

  test('that does not read makes the sender wait, and one that never does is given up', async () => {
    const { talk } = setUp();
    const conversation = await talk(program('setInterval(() => {}, 1000);'));
    const text = 'x'.repeat(8 * 1024 * 1024);
    const sent: unknown[] = [];
    const sends = Array.from({ length: 5 }, async () => {
      sent.push(await conversation.channel.send({ text }));
    });
    expect(await conversation.fault()).toMatchObject({ code: 'upstream_timeout' });
    await Promise.all(sends);
    expect(sent).toHaveLength(5);
    for (const result of sent) expect(result).toMatchObject({ ok: false });
  });

  test('is not read from while too much of what it said is not done with', async () => {
    const { servers } = setUp();
    const done: (() => void)[] = [];
    const conversation = await converse(
      servers.channelTo(
        program(`
          let id = 0;
          const fill = () => {
            while (id < 4000 && process.stdout.write(JSON.stringify({ id: id++, text: 'x'.repeat(10000) }) + '\\n'));
            if (id < 4000) process.stdout.once('drain', fill);
          };
          fill(); hear(say);`),
        'con_a',
      ),
      { onMessage: () => new Promise<void>((resolve) => void done.push(resolve)) },
    );
    for (let id = 0; id < 64; id += 1) expect(await conversation.next()).toMatchObject({ id });
    // A piece that was read already is handed on to its end; what lies in the pipe is not.
    expect(conversation.messages.length).toBeLessThan(200);
    while (conversation.messages.length < 4000) {
      done.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(conversation.messages.map(({ id }) => id)).toEqual(Array.from({ length: 4000 }, (_, id) => id));
  });
});

describe('a server as it comes from npm', () => {
  test('shakes hands, lists, calls, tells of progress and asks back', async (context) => {
    const file = needsClient(context, '@modelcontextprotocol/server-everything/dist/index.js');
    const { servers, talk } = setUp();
    const conversation = await talk(command(process.execPath, [file, 'stdio']));
    const { channel } = conversation;
    const answerTo = async (id: number) => {
      for (let said = await conversation.next(); said !== undefined; said = await conversation.next())
        if (said['id'] === id && !('method' in said)) return said;
      return undefined;
    };
    const clientInfo = { name: 'latchkey', version: '1' };
    const params = { protocolVersion: '2025-11-25', capabilities: { sampling: {} }, clientInfo };
    await channel.send({ jsonrpc: '2.0', id: 0, method: 'initialize', params });
    expect(await answerTo(0)).toMatchObject({ result: { protocolVersion: '2025-11-25' } });
    await channel.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
    await channel.send({ jsonrpc: '2.0', id: 1, method: 'tools/list' });
    expect(JSON.stringify(await answerTo(1))).toContain('"echo"');
    await channel.send({
      jsonrpc: '2.0',
      id: 2,
      method: 'tools/call',
      params: { name: 'echo', arguments: { message: 'Grüße' } },
    });
    expect(await answerTo(2)).toMatchObject({ result: { content: [{ text: 'Echo: Grüße' }] } });
    await channel.send({
      jsonrpc: '2.0',
      id: 3,
      method: 'tools/call',
      params: {
        name: 'trigger-long-running-operation',
        arguments: { duration: 0.1, steps: 2 },
        _meta: { progressToken: 'p' },
      },
    });
    await answerTo(3);
    const progress = conversation.messages.filter(({ method }) => method === 'notifications/progress');
    expect(progress.length).toBeGreaterThan(0);
    channel.close();
    await servers.close();
    expect(conversation.faults).toEqual([]);
  });
});

describe('what is no message ends the channel and the process, and is shown to nobody', () => {
  test.each<[string, string, string]>([
    ['text', `process.stdout.write('Server started, token=sk-1234\\n')`, 'upstream_invalid'],
    ['a number', `process.stdout.write('7\\n')`, 'upstream_invalid'],
    ['half an object', `process.stdout.write('{"id":1\\n')`, 'upstream_invalid'],
    ['an empty batch', `process.stdout.write('[]\\n')`, 'upstream_invalid'],
    ['a batch of other things', `process.stdout.write('[{"id":1},7]\\n')`, 'upstream_invalid'],
    ['octets', `process.stdout.write(Buffer.from([0, 255, 254, 10]))`, 'upstream_invalid'],
    [
      'what nests too deep',
      `process.stdout.write('{"a":' + '['.repeat(5000) + ']'.repeat(5000) + '}\\n')`,
      'upstream_invalid',
    ],
    [
      'a line that is too long',
      `process.stdout.write('{"a":"' + 'x'.repeat(2e6) + '"}\\n')`,
      'upstream_too_large',
    ],
    [
      'a line without an end',
      `setInterval(() => process.stdout.write('x'.repeat(1e5)), 1)`,
      'upstream_too_large',
    ],
  ])(
    'one that says %s is ended with its channel, and nobody is shown what it said',
    async (_, lines, code) => {
      const { talk } = setUp({ lineBytesMax: 1024 * 1024 });
      const conversation = await talk(program(`say({ pid: process.pid }); ${lines}; hear(say);`));
      const first = (await conversation.next()) as { pid: number };
      const fault = await conversation.fault();
      expect(fault?.code).toBe(code);
      expect(fault?.message).not.toContain('sk-1234');
      expect(conversation.messages).toHaveLength(1);
      expect(await conversation.channel.send({ id: 1 })).toMatchObject({ ok: false });
      await open[0]?.close();
      await isDead(first.pid);
      expect(conversation.faults).toHaveLength(1);
    },
  );
});

describe('what a process says on stderr', () => {
  test('is logged at debug, cut, and left out when it is too much; it never reaches a caller', async () => {
    const { logged, talk } = setUp();
    const conversation = await talk(
      program(`
        const { writeSync } = require('node:fs');
        for (let i = 0; i < 1000; i++) writeSync(2, 'stack at /srv/secret.js '.repeat(1000) + '\\n');
        say({ done: true });`),
    );
    expect(await conversation.next()).toEqual({ done: true });
    const fault = await conversation.fault();
    expect(JSON.stringify([fault, conversation.messages])).not.toContain('secret.js');
    const lines = logged.filter(({ fields }) => 'stderr' in fields);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length).toBeLessThanOrEqual(20);
    for (const { fields, level } of lines) {
      expect(level).toBe('debug');
      expect(String(fields['stderr']).length).toBeLessThanOrEqual(2048);
    }
  });
});

describe('a process is ended with all that it started', () => {
  const FAMILY = `
    const { spawn } = require('node:child_process');
    const child = spawn(process.execPath, ['-e', "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000); console.log('up')"], { stdio: ['ignore', 'pipe', 'ignore'] });
    child.stdout.once('data', () => say({ pid: process.pid, child: child.pid }));`;

  test.each<[string, string]>([
    ['one that listens', 'hear(say);'],
    ['one that ignores the end of its input', 'setInterval(() => {}, 1000);'],
    ['one that ignores SIGTERM too', `process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);`],
    [
      'one that never stops talking',
      `setInterval(() => process.stdout.write(JSON.stringify({ text: 'x'.repeat(1e5) }) + '\\n'), 1);`,
    ],
  ])('%s ends, and its children with it', async (_, lines) => {
    const { servers, talk } = setUp();
    const conversation = await talk(program(FAMILY + lines));
    let said = await conversation.next();
    while (said?.['pid'] === undefined) said = await conversation.next();
    const { child, pid } = said as { child: number; pid: number };
    expect([isAlive(pid), isAlive(child)]).toEqual([true, true]);
    conversation.channel.close();
    const { length } = conversation.messages;
    await servers.close();
    await isDead(pid);
    await isDead(child);
    // Who closes a channel hears no more of it.
    expect([conversation.messages.length, conversation.faults.length]).toEqual([length, 0]);
  });

  test('one that crashes takes what it started with it, after its last words', async () => {
    const { servers, talk } = setUp();
    const conversation = await talk(
      program(
        `${FAMILY} hear((message) => { say({ heard: message }); process.stdout.write('', () => process.exit(3)); });`,
      ),
    );
    const { child } = (await conversation.next()) as { child: number };
    await conversation.channel.send({ id: 1 });
    expect(await conversation.next()).toEqual({ heard: { id: 1 } });
    expect(await conversation.fault()).toEqual({
      code: 'upstream_reset',
      message: 'The process of the MCP server ended.',
    });
    await servers.close();
    await isDead(child);
  });

  test('one that closes its output is of no use any more', async () => {
    const { talk } = setUp();
    const conversation = await talk(
      program(`say({}); require('node:fs').closeSync(1); setInterval(() => {}, 1000);`),
    );
    expect((await conversation.fault())?.code).toBe('upstream_reset');
  });
});

const NOT_EXECUTABLE = fileURLToPath(import.meta.url);

describe('a command that cannot run', () => {
  test.each<[string, StdioUpstream]>([
    ['that does not exist', command('/nowhere/no-such-program')],
    ['that is not on the path', command('no-such-program-of-ours')],
    ['that may not be executed', command(NOT_EXECUTABLE)],
    ['that is a folder', command('/tmp')],
    ['in a folder that does not exist', command(process.execPath, [], { cwd: '/nowhere' })],
    ['with an argument that no program can have', command(process.execPath, ['a\0b'])],
  ])('%s is a fault with a sentence, and no error of ours', async (_, upstream) => {
    const { logged, talk } = setUp();
    const { opened } = await talk(upstream);
    expect(opened).toEqual({
      ok: false,
      error: { code: 'upstream_unreachable', message: 'The command of the MCP server could not be started.' },
    });
    expect(logged).toEqual([
      { level: 'warn', fields: { key: 'con_a', command: upstream.command, code: expect.any(String) } },
    ]);
  });

  test('is not tried again before its time, longer each time; others are not touched by it', async () => {
    const { clock, talk } = setUp();
    const missing = command('/nowhere/no-such-program');
    const codes = async () => {
      const { opened } = await talk(missing);
      return opened.ok ? undefined : [opened.error.code, opened.error.retryAfterSeconds];
    };
    expect(await codes()).toEqual(['upstream_unreachable', undefined]);
    expect(await codes()).toEqual(['upstream_busy', 1]);
    clock.now += 1000;
    expect(await codes()).toEqual(['upstream_unreachable', undefined]);
    expect(await codes()).toEqual(['upstream_busy', 2]);
    const other = await talk(ECHO, 'con_b');
    expect(other.opened.ok).toBe(true);
  });

  test('that dies in its first seconds is not started again at once; one that has lived is', async () => {
    const { clock, talk } = setUp();
    const dying = program('hear(() => process.exit(1));');
    const first = await talk(dying);
    await first.channel.send({});
    await first.fault();
    expect((await talk(dying)).opened).toMatchObject({
      ok: false,
      error: { code: 'upstream_busy', retryAfterSeconds: 1 },
    });

    clock.now += 1000;
    const second = await talk(dying);
    clock.now += STDIO_LIMITS.startMs;
    await second.channel.send({});
    await second.fault();
    const third = await talk(dying);
    expect(third.opened.ok).toBe(true);
    await third.channel.send({});
    await third.fault();
    // From the beginning again.
    expect((await talk(dying)).opened).toMatchObject({ ok: false, error: { retryAfterSeconds: 1 } });
  });
});

describe('processes are limited in number', () => {
  test('a flood of one connector is refused, and leaves room for others; in all there are no more than so many', async () => {
    const { servers, talk } = setUp({ perKey: 3, total: 5 });
    const flood = await Promise.all(Array.from({ length: 20 }, () => talk(ECHO)));
    expect(flood.filter(({ opened }) => opened.ok)).toHaveLength(3);
    const busy = flood.flatMap(({ opened }) => (opened.ok ? [] : [opened.error]));
    for (const fault of busy) expect(fault).toMatchObject({ code: 'upstream_busy', retryAfterSeconds: 5 });
    const others = await Promise.all(Array.from({ length: 3 }, (_, index) => talk(ECHO, `con_${index}`)));
    expect(others.filter(({ opened }) => opened.ok)).toHaveLength(2);
    await servers.close();
    expect((await talk(ECHO)).opened).toMatchObject({ ok: false, error: { code: 'upstream_busy' } });
  });

  test('who finds no room waits for one that is ending, and has its place', async () => {
    const { talk } = setUp({ perKey: 1 });
    const first = await talk(ECHO);
    const next = talk(ECHO);
    expect((await next).opened).toMatchObject({ ok: false, error: { code: 'upstream_busy' } });
    first.channel.close();
    const waiting = await Promise.all([talk(ECHO), talk(ECHO)]);
    expect(waiting.filter(({ opened }) => opened.ok)).toHaveLength(1);
  });

  test('one that is still ending counts', async () => {
    const { talk } = setUp({ perKey: 1, graceMs: 60_000, roomMs: 20 });
    const stubborn = program('say({ pid: process.pid }); setInterval(() => {}, 1000);');
    const first = await talk(stubborn);
    const { pid } = (await first.next()) as { pid: number };
    first.channel.close();
    expect((await talk(stubborn)).opened).toMatchObject({ ok: false, error: { code: 'upstream_busy' } });
    process.kill(pid, 'SIGKILL');
  });

  test('one that was given up while it was started is not left behind', async () => {
    const { servers } = setUp();
    const controller = new AbortController();
    const opening = converse(servers.channelTo(ECHO, 'con_a'), { signal: controller.signal });
    controller.abort();
    expect((await opening).opened).toMatchObject({ ok: false, error: { code: 'upstream_reset' } });
  });
});

test('no process outlives us if we are killed: the end of its input is the end of it', async () => {
  // Who is killed cannot clean up.
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-killed-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const holder = spawn(
    process.execPath,
    ['--import', 'tsx', fileURLToPath(new URL('./support/hold-process.ts', import.meta.url))],
    { env: { TMPDIR: folder }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const pid = await new Promise<number>((resolve) =>
    holder.stdout.once('data', (text: Buffer) => resolve(Number(text))),
  );
  expect(isAlive(pid)).toBe(true);
  expect(readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[3]).toBe(String(holder.pid));
  holder.kill('SIGKILL');
  await isDead(pid);
});

function setEnvironment(values: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}
