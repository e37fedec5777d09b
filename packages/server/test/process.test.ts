import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createPerson } from '../src/demo/person.ts';

// The built command itself, as a person starts it (`npm test` builds first).
const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
/** Each write there fails, as on a disk that is full. */
const FULL = '/dev/full';
const OPENAPI = {
  openapi: '3.1.0',
  info: { title: 'Tiny', version: '1' },
  paths: {
    '/ping': { get: { operationId: 'ping', summary: 'Ping', responses: { 200: { description: 'pong' } } } },
  },
};

let folder: string;
const running: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-process-'));
  // Where root runs the suite, the database's own account passes through here.
  await chmod(folder, 0o755);
});
afterEach(async () => {
  for (const child of running.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
  }
  await rm(folder, { recursive: true, force: true });
});

interface Started {
  child: ChildProcess;
  out: () => string;
  err: () => string;
  exit: Promise<number | null>;
}

function start(args: string[], environment: Record<string, string> = {}): Started {
  return run(process.execPath, [CLI, ...args], environment);
}

function run(
  program: string,
  args: string[],
  environment: Record<string, string> = {},
  errors: 'pipe' | number = 'pipe',
): Started {
  const child = spawn(program, args, {
    cwd: folder,
    env: {
      PATH: process.env['PATH'] ?? '',
      PORT: '0',
      LATCHKEY_DATA_DIR: join(folder, 'data'),
      LATCHKEY_DRAIN_SECONDS: '0',
      ...environment,
    },
    stdio: ['ignore', 'pipe', errors],
  });
  running.push(child);
  let out = '';
  let err = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (err += text));
  const exit = once(child, 'close').then(([code]: (number | null)[]) => code ?? null);
  return { child, out: () => out, err: () => err, exit };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The JSON line before serving. */
async function ready(started: Started): Promise<{ url: string; connector: string }> {
  await expect.poll(started.out, { timeout: 60_000, interval: 50 }).toContain('"event":"ready"');
  return JSON.parse(started.out().trim().split('\n').at(-1) ?? '') as { url: string; connector: string };
}

describe('latchkey serve', () => {
  test('a first run leads from the printed link to an owner with a connector URL', async () => {
    await writeFile(join(folder, 'tiny.json'), JSON.stringify(OPENAPI));
    await writeFile(
      join(folder, 'latchkey.yaml'),
      [
        'organisations:',
        '  - { slug: hooli, name: Hooli, token_mode: key, refresh_days: 7 }',
        'connectors:',
        '  - { slug: tiny, name: Tiny, document: ./tiny.json, base_url: "http://127.0.0.1:9" }',
        '  - { slug: own, name: Own, organisation: hooli, document: ./tiny.json, base_url: "http://127.0.0.1:9" }',
      ].join('\n'),
    );
    const served = start(['serve'], { LATCHKEY_CONFIG: './latchkey.yaml' });
    const { url, connector } = await ready(served);
    expect(connector).toBe(`${url}/mcp`);
    expect(served.err()).toContain('Connector tiny: tools: 1, operations skipped: 0');

    const link = /http:\/\/localhost:\d+\/setup\?token=\S+/.exec(served.err())?.[0] ?? '';
    const person = createPerson({ origins: [url] });
    const form = await person.visit(link);
    const fields = { email: 'first@initech.test', name: 'First', password: 'a long enough password' };
    const done = await person.submit(
      form,
      { ...fields, organisation_name: 'Initech', slug: 'initech' },
      'email',
    );
    expect(done.html).toContain(`${url}/mcp/initech`);

    const cookie = person.cookieHeader();
    const me = await (await fetch(`${url}/portal/v1/me`, { headers: { cookie } })).json();
    expect(me).toMatchObject({
      organisations: [
        { slug: 'hooli', role: 'owner' },
        { slug: 'initech', role: 'owner' },
      ],
    });
    const hooli = await (await fetch(`${url}/portal/v1/organisations/hooli`, { headers: { cookie } })).json();
    expect(hooli).toMatchObject({ tools: { read: 2, full: 2 } });

    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect((await fetch(`${url}/mcp/initech`, { method: 'POST' })).status).toBe(401);
    expect((await fetch(`${url}/mcp/nobody`, { method: 'POST' })).status).toBe(404);
    served.child.kill('SIGTERM');
    expect(await served.exit).toBe(0);
    expect(served.err()).not.toContain('a long enough password');
  });

  test('a second process on the same data directory is refused and told what to do', async () => {
    const first = start(['serve']);
    await ready(first);
    const second = start(['serve']);
    expect(await second.exit).toBe(1);
    expect(second.err()).toMatch(/LATCHKEY_DATA_DIR/);
    expect(second.out()).not.toContain('ready');
  });

  test('after kill -9 the next start takes over, with everything that was there', async () => {
    const first = start(['serve']);
    await ready(first);
    first.child.kill('SIGKILL');
    await first.exit;
    const second = start(['serve']);
    const { url } = await ready(second);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });

  test('SIGHUP ends nothing where there are no workers to replace, and says so', async () => {
    const served = start(['serve']);
    const { url } = await ready(served);
    served.child.kill('SIGHUP');
    await expect.poll(served.err, { timeout: 20_000 }).toContain('SIGHUP replaces workers');
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect(served.child.exitCode).toBeNull();
  });

  test.for([1, 2])(
    'serves where nothing of its log can be written: %d processes',
    async (workers, context) => {
      context.skip(!existsSync(FULL), `SKIPPED: ${FULL} (Linux has it)`);
      const full = openSync(FULL, 'w');
      const served = run(process.execPath, [CLI, 'serve', '--workers', String(workers)], {}, full);
      closeSync(full);
      const { url } = await ready(served);
      expect((await fetch(`${url}/readyz`)).status).toBe(200);
      served.child.kill('SIGTERM');
      expect(await served.exit).toBe(0);
    },
  );

  test.for([1, 2])(
    'whoever closes its terminal ends it, with its database: %d processes',
    async (workers, context) => {
      const noTerminal = 'SKIPPED: script (install: apt-get install bsdutils)';
      context.skip(spawnSync('script', ['--version']).status !== 0, noTerminal);
      const command = `echo $$; exec ${process.execPath} ${CLI} serve --workers ${workers}`;
      const terminal = run('script', ['--quiet', '--flush', '--command', command, '/dev/null']);
      const { url } = await ready(terminal);
      expect((await fetch(`${url}/readyz`)).status).toBe(200);
      const pid = Number(terminal.out().split('\n')[0]);
      expect(isAlive(pid)).toBe(true);
      terminal.child.kill('SIGKILL');
      await expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false);
      expect(existsSync(join(folder, 'data', 'postgres', 'postmaster.pid'))).toBe(false);
    },
  );

  test('names every fault of the environment at once and does not start', async () => {
    const served = start(['serve'], { PORT: 'many', DATABASE_URL: 'mysql://x', LATCHKEY_SECRET: 'short' });
    expect(await served.exit).toBe(1);
    expect(served.err()).toMatch(/PORT/);
    expect(served.err()).toMatch(/DATABASE_URL/);
    expect(served.err()).toMatch(/LATCHKEY_SECRET/);
    expect(served.err()).not.toMatch(/ at .*\.js:\d+/);
  });

  test('refuses two hosts without a handoff secret', async () => {
    const environment = {
      PUBLIC_MCP_BASE_URL: 'https://mcp.example.com',
      PUBLIC_WEB_BASE_URL: 'https://example.com',
    };
    const served = start(['serve'], environment);
    expect(await served.exit).toBe(1);
    expect(served.err()).toContain('OAUTH_HANDOFF_SECRET');
  });

  test.each([
    ['a document that is not OpenAPI', '{"hello": "world"}', /connector tiny: .*OpenAPI/i],
    ['a document that is no document', '<html>', /connector tiny: /],
    ['no document', undefined, /connector tiny: .*cannot be read/],
  ])('does not start with %s, and says which connector', async (_what, document, sentence) => {
    if (document !== undefined) await writeFile(join(folder, 'tiny.json'), document);
    const declared = {
      connectors: [{ slug: 'tiny', name: 'Tiny', document: 'tiny.json', base_url: 'http://127.0.0.1:9' }],
    };
    await writeFile(join(folder, 'latchkey.json'), JSON.stringify(declared));
    const served = start(['serve'], { LATCHKEY_CONFIG: join(folder, 'latchkey.json') });
    expect(await served.exit).toBe(1);
    expect(served.err()).toMatch(sentence);
    expect(served.err()).not.toMatch(/ at .*\.js:\d+/);
  });

  test('a port in use is said in a sentence', async () => {
    const first = start(['serve']);
    const { url } = await ready(first);
    const second = start(['serve'], { PORT: new URL(url).port, LATCHKEY_DATA_DIR: join(folder, 'other') });
    expect(await second.exit).toBe(1);
    expect(second.err()).toMatch(/in use.*PORT/);
  });
});

describe('latchkey demo', () => {
  test('--once tells the whole story and exits with 0', async () => {
    const demo = start(['demo', '--once']);
    const code = await demo.exit;
    expect(demo.err()).not.toMatch(/the story broke|mcp-sdk/);
    expect(code).toBe(0);
    expect(demo.out().match(/✓/g)?.length).toBeGreaterThanOrEqual(11);
    expect(demo.out()).not.toContain('✗');
    expect(demo.out()).toMatch(/the app: .*"invalid_grant"/);
  });

  test('keeps away from a database that is not its own', async () => {
    const demo = start(['demo', '--once'], { DATABASE_URL: 'postgres://127.0.0.1:1/x' });
    expect(await demo.exit).toBe(1);
    expect(demo.err()).toContain('DATABASE_URL');
  });
});

describe('latchkey', () => {
  test.each([[['--help']], [['serve', '--help']], [['demo', '--help']], [['migrate', '--help']]])(
    '%j explains itself',
    async (args) => {
      const helped = start(args);
      expect(await helped.exit).toBe(0);
      expect(helped.out()).toMatch(/^latchkey/);
    },
  );

  test.each([
    [['conquer']],
    [['serve', '--fast']],
    [['serve', '--workers', '0']],
    [['serve', '--workers', 'many']],
  ])('%j is refused with status 2', async (args) => {
    const refused = start(args);
    expect(await refused.exit).toBe(2);
    expect(refused.err()).toContain('latchkey:');
    expect(refused.err()).not.toMatch(/ at .*\.js:\d+/);
  });
});
