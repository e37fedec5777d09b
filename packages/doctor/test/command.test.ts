import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { doctorCommand, VERSION } from '../src/index.ts';
import { createPersonApprover } from '../src/sign-in/person.ts';
import { startConnector } from './fixtures/connector.ts';

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

async function doctor(args: string[], env: Record<string, string> = {}, { isTTY = false } = {}) {
  const stdout = Object.assign(new PassThrough(), { isTTY });
  const streams = { stdin: new PassThrough(), stdout, stderr: new PassThrough() };
  const [code, out, err] = await Promise.all([
    doctorCommand('latchkey-doctor', args, { ...streams, env }).finally(() => {
      streams.stdout.end();
      streams.stderr.end();
    }),
    text(streams.stdout),
    text(streams.stderr),
  ]);
  return { code, out, err };
}

test('ends with 0 if nothing fails; without a person, what comes after the sign-in is not run', async () => {
  const connector = await startConnector();
  const { code, err, out } = await doctor([connector.url]);
  await connector.close();
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toContain('No fault for Claude.');
  expect(out).toContain('Nobody signed in: what comes after it is not known.');
  expect(out).toMatch(/- +D20 +The client can use the tools: not run, nobody signed in/);
  expect(out).not.toContain('\u001b');
});

test('ends with 1 if something fails, and says what, why, what is shown, and the fix', async () => {
  const connector = await startConnector('no-s256');
  const { code, out } = await doctor([connector.url, '--as', 'cursor']);
  await connector.close();
  expect(code).toBe(1);
  expect(out).toContain('Cursor fails here.');
  // What else is right about it is not said.
  expect(out).not.toMatch(/ok +D8/);
  expect(out).toMatch(
    /FAIL +D8 .*\[no-s256\]\n +seen .*\n(.*\n)* +why .*\n(.*\n)* +shown .*\n(.*\n)* +fix .*\n(.*\n)* +source /,
  );
});

test('says which release it is, and nothing else', async () => {
  expect(await doctor(['--version'])).toEqual({ code: 0, out: `${VERSION}\n`, err: '' });
});

test.each([
  [[], 'name one URL'],
  [['https://a.example', 'https://b.example'], 'name one URL'],
  [['ftp://a.example'], 'https:// or http://'],
  [['https://a.example', '--as', 'nobody'], 'there is no client nobody'],
  [['https://a.example', '--what'], '--what'],
  [['https://a.example', '--token'], 'LATCHKEY_DOCTOR_TOKEN'],
  [['https://a.example', '--watch'], 'LATCHKEY_DOCTOR_KEY'],
])('%j ends with 2: %s', async (args, words) => {
  const { code, err, out } = await doctor(args);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(words);
});

test('ends with 3 if nothing listens there', async () => {
  const connector = await startConnector();
  await connector.close();
  const { code, out } = await doctor([connector.url]);
  expect(code).toBe(3);
  expect(out).toContain('nothing listens there');
});

test('--json is one document, with every check, and the requests that were made', async () => {
  const connector = await startConnector('no-s256');
  const { code, out } = await doctor([connector.url, '--json', '--no-sign-in']);
  await connector.close();
  const report = JSON.parse(out) as Record<string, unknown>;
  expect(code).toBe(1);
  expect(report).toMatchObject({
    schema: 1,
    doctor: VERSION,
    as: 'claude',
    verdict: 'faults',
    local: true,
    signed_in: false,
  });
  const checks = report['checks'] as { check: string; state: string; findings: Record<string, unknown>[] }[];
  expect(new Set(checks.map(({ check }) => check)).size).toBe(23);
  const failed = checks.find(({ check }) => check === 'D8');
  expect(failed?.state).toBe('fail');
  expect(failed?.findings[0]).toEqual({
    rule: 'no-s256',
    severity: 'fail',
    seen: expect.any(String),
    why: expect.any(String),
    user_sees: expect.any(String),
    fix: expect.any(String),
    source: expect.any(String),
  });
  expect(report['requests']).toContainEqual({
    method: 'POST',
    url: connector.url,
    status: 401,
    ms: expect.any(Number),
  });
});

test('a token that is given is used, and is nowhere in the report', async () => {
  const connector = await startConnector('any-token-taken');
  const token = 'a-token-that-must-not-be-shown';
  const { out } = await doctor([connector.url, '--token', '--json'], { LATCHKEY_DOCTOR_TOKEN: token });
  await connector.close();
  expect(out).toContain('"1 tools"');
  expect(out).toContain('"signed_in": true');
  expect(out).not.toContain(token);
});

test('--no-call calls no tool', async () => {
  const connector = await startConnector('any-token-taken', 'large-result');
  const env = { LATCHKEY_DOCTOR_TOKEN: 'any' };
  const [calls, calling] = [
    await doctor([connector.url, '--token', '--no-call'], env),
    await doctor([connector.url, '--token'], env),
  ];
  await connector.close();
  expect(calls.out).not.toContain('large-result');
  expect(calling.out).toContain('large-result');
});

test('--client-id names a client, whose secret is taken from the environment', async () => {
  const connector = await startConnector('no-registration');
  const own = ['--client-id', 'by-hand'];
  const [without, named] = [await doctor([connector.url]), await doctor([connector.url, ...own])];
  await connector.close();
  expect(without.out).toContain('no-registration');
  expect(named.out).not.toContain('no-registration');
});

test('--watch ends with 1 and says why, where the attempts cannot be read', async () => {
  const connector = await startConnector();
  const { code, err, out } = await doctor([connector.url, '--watch'], { LATCHKEY_DOCTOR_KEY: 'any' });
  await connector.close();
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toBe('latchkey-doctor: the attempts cannot be read: 404 not_found\n');
});

test('a variable that is empty says nothing', async () => {
  const env = { LATCHKEY_DOCTOR_TOKEN: '', LATCHKEY_DOCTOR_KEY: '' };
  for (const flag of ['--token', '--watch'])
    expect(await doctor(['https://a.example', flag], env)).toMatchObject({ code: 2, out: '' });
});

test('colours are for a terminal that wants them', async () => {
  const connector = await startConnector();
  const isColoured = async (env: Record<string, string>, isTTY: boolean) =>
    (await doctor([connector.url], env, { isTTY })).out.includes('\u001b[');
  const seen = [
    await isColoured({}, true),
    await isColoured({ NO_COLOR: '1' }, true),
    await isColoured({ TERM: 'dumb' }, true),
    await isColoured({}, false),
  ];
  await connector.close();
  expect(seen).toEqual([true, false, false, false]);
});

test('a person signs in: the browser comes back to this machine, or its address is pasted', async () => {
  const connector = await startConnector();
  for (const way of ['browser', 'paste'] as const) {
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    const stderr = new PassThrough();
    const approver = await createPersonApprover({ stdin, stderr }, { open: false });
    const url = `${connector.origin}/authorize?state=s`;
    const coming = approver.approve({ authorizeUrl: url, purpose: 'connect' });
    const back = `${approver.redirectUri}?code=c-${way}&state=s`;
    if (way === 'browser') await fetch(back);
    else stdin.write(`${back}\n`);
    expect(await coming).toBe(back);
    await approver.close();
    stderr.end();
    expect(await text(stderr)).toContain(url);
  }
  await connector.close();
});

test('Ctrl-C at the prompt interrupts at once, and the end of what is typed ends the wait', async () => {
  for (const [typed, interrupts] of [
    ['\u0003', 1],
    ['\u0004', 0],
  ] as const) {
    let interrupted = 0;
    const stdin = Object.assign(new PassThrough(), { isTTY: true });
    const stderr = Object.assign(new PassThrough(), { isTTY: true });
    const approver = await createPersonApprover(
      { stdin, stderr },
      {
        open: false,
        interrupt: () => {
          interrupted += 1;
          stdin.end();
        },
      },
    );
    const coming = approver.approve({ authorizeUrl: 'http://127.0.0.1/?state=s', purpose: 'connect' });
    stdin.write(typed);
    expect(await coming).toBeUndefined();
    expect(interrupted).toBe(interrupts);
    await approver.close();
  }
});

test('nobody who signs in is waited for for ever', async () => {
  const io = { stdin: new PassThrough(), stderr: new PassThrough() };
  const approver = await createPersonApprover(io, { open: false, waitMs: 10 });
  expect(await approver.approve({ authorizeUrl: 'http://127.0.0.1/', purpose: 'connect' })).toBeUndefined();
  await approver.close();
});

test('the documentation names only ways to start it that there are', async () => {
  const root = new URL('../../../', import.meta.url);
  const page = await readFile(new URL('docs/doctor.md', root), 'utf8');
  const commands = /```sh\n(.*?)```/s.exec(page)?.[1]?.trim().split('\n') ?? [];
  expect(commands.length).toBeGreaterThan(1);
  for (const command of commands) {
    const [program = '', ...args] = command.replace(/ https:.*/, '').split(' ');
    // Of this clone alone: what it lacks would be looked for on the internet.
    const own = program === 'npx' ? ['--no', ...args] : args;
    const child = spawn(program, [...own, '--help'], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
    expect(await text(child.stdout)).toContain('<url> [options]');
  }
});

test('the built program runs by itself, says what it can, and its version is the package’s', async () => {
  const child = spawn(process.execPath, [CLI, '--help'], { stdio: ['ignore', 'pipe', 'inherit'] });
  expect(await text(child.stdout)).toMatch(
    /^latchkey-doctor <url> \[options\]\n[\s\S]*--as <client>[\s\S]*Ends with 0/,
  );
  const manifest = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  expect((JSON.parse(manifest) as { version: string }).version).toBe(VERSION);
});
