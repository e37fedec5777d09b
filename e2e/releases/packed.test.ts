import { execFile } from 'node:child_process';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { installFiles } from '../support/installed-tarballs.ts';
import { makePng } from '../support/make-png.ts';
import { needsClient } from '../support/other-clients.ts';
import { runProgram, STDIO_APPS, type Program } from '../support/stdio-program.ts';

const run = promisify(execFile);
const LATCHKEY = fileURLToPath(new URL('../../packages/server/bin/latchkey.js', import.meta.url));
const KEY = 'users-own-key-5b1e';

const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'Acme CRM', version: '3' },
  components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
  security: [{ token: [] }],
  paths: {
    '/contacts': {
      get: { operationId: 'list_contacts', summary: 'List contacts', description: 'Lists all contacts.' },
      post: { operationId: 'create_contact', summary: 'Create a contact', description: 'Creates one.' },
    },
  },
};

let folder: string;
let upstream: Server;
let heard: { line: string; authorization: string | undefined }[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-packed-'));
  upstream = createServer((request: IncomingMessage, response) => {
    heard.push({ line: `${request.method} ${request.url}`, authorization: request.headers.authorization });
    request.resume().on('end', () => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ contacts: ['Ada'], key: KEY }));
    });
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const { port } = upstream.address() as AddressInfo;
  await writeFile(join(folder, 'crm.json'), JSON.stringify(DOCUMENT));
  await writeFile(join(folder, 'icon.png'), makePng(512));
  await writeFile(
    join(folder, 'about.yaml'),
    'icon: ./icon.png\nprivacy_policy: https://acme.test/privacy\n',
  );
  const from = ['crm.json', '--base-url', `http://127.0.0.1:${port}/v1`, '--about', 'about.yaml'];
  await run(process.execPath, [LATCHKEY, 'pack', ...from, '--name', 'acme-mcp', '--out', 'made'], {
    cwd: folder,
  });
});

afterEach(() => {
  heard = [];
});

afterAll(async () => {
  upstream.close();
  await rm(folder, { recursive: true, force: true });
});

function programOf(command: string, args: readonly string[], env: Record<string, string>): Program {
  return { command, args, env: { PATH: process.env['PATH'] ?? '', ...env } };
}

/** What the newest of the apps is offered, and what its calls come to. */
async function use(program: Program, app = STDIO_APPS.at(-1)) {
  const started = await app?.connect(program);
  try {
    return {
      revision: started?.revision(),
      tools: await started?.toolNames(),
      read: await started?.call('list_contacts'),
      write: await started?.call('create_contact'),
      complaints: started?.complaints,
    };
  } finally {
    await started?.close();
  }
}

test('the package, installed from its tarball into an empty folder, serves an app with its user’s key', async () => {
  const packed = await run('npm', ['pack', '--json', '--pack-destination', folder, './made/package'], {
    cwd: folder,
  });
  const [{ filename, entryCount }] = JSON.parse(packed.stdout) as [{ filename: string; entryCount: number }];
  expect({ filename, entryCount }).toEqual({ filename: 'acme-mcp-1.0.0.tgz', entryCount: 8 });
  const place = await mkdtemp(join(folder, 'empty-'));
  const installed = await installFiles(place, [join(folder, filename)]);
  const command = await installed.bin('acme-mcp');

  for (const app of STDIO_APPS) {
    heard = [];
    const reading = await use(programOf(command, [], { ACME_API_KEY: KEY }), app);
    // What an API repeats of the key is not shown to a model.
    expect(reading).toMatchObject({
      revision: app.revision,
      tools: ['list_contacts'],
      read: { failed: false, said: { contacts: ['Ada'], key: '*'.repeat(KEY.length) } },
      write: { failed: true, said: { code: 'not_found' } },
      complaints: [],
    });
    expect(heard).toEqual([{ line: 'GET /v1/contacts', authorization: `Bearer ${KEY}` }]);
  }

  heard = [];
  const full = await use(programOf(command, [], { ACME_API_KEY: KEY, ACME_ACCESS: 'full' }));
  expect(full).toMatchObject({ tools: ['create_contact', 'list_contacts'], write: { failed: false } });
  expect(heard.map(({ line }) => line)).toEqual(['GET /v1/contacts', 'POST /v1/contacts']);
  // Small: nothing comes along with it.
  expect(await installed.bytes()).toBeLessThan(2 * 1024 * 1024);
});

test.each<[string, Record<string, string>, string]>([
  ['no key', {}, 'ACME_API_KEY is not set'],
  ['a key that no header can carry', { ACME_API_KEY: 'a\nb' }, 'ACME_API_KEY'],
  ['an access that there is not', { ACME_API_KEY: KEY, ACME_ACCESS: 'all' }, 'ACME_ACCESS is neither'],
])('with %s the program ends with 1 and says why, on standard error alone', async (_, env, said) => {
  const program = join(folder, 'made/package/server/main.js');
  const ended = await runProgram(programOf(process.execPath, [program], env));
  expect(ended).toMatchObject({ status: 1, out: '', err: expect.stringContaining(said) as string });
  expect(ended.err.trimEnd().split('\n')).toHaveLength(1);
});

test('the bundle is valid by Anthropic’s own program, which unpacks it to a server that serves an app', async (context) => {
  const mcpb = needsClient(context, '@anthropic-ai/mcpb/dist/cli/cli.js');
  const bundle = join(folder, 'made/acme-mcp-1.0.0.mcpb');
  const unpacked = join(folder, 'unpacked');
  await run(process.execPath, [mcpb, 'unpack', bundle, unpacked]);
  const { stdout } = await run(process.execPath, [mcpb, 'validate', join(unpacked, 'manifest.json')]);
  expect(stdout).toContain('Manifest schema validation passes!');
  expect(stdout).toContain('Icon validation passed');

  const manifest = JSON.parse(await readFile(join(unpacked, 'manifest.json'), 'utf8')) as {
    server: { mcp_config: { command: string; args: string[]; env: Record<string, string> } };
  };
  expect(manifest).toMatchObject({
    manifest_version: '0.3',
    display_name: 'Acme CRM',
    privacy_policies: ['https://acme.test/privacy'],
    tools: [{ name: 'create_contact' }, { name: 'list_contacts' }],
    user_config: {
      api_key: { sensitive: true, required: true },
      full_access: { type: 'boolean', default: false },
    },
  });
  const { args, command, env } = manifest.server.mcp_config;
  const filled = (fullAccess: boolean) =>
    Object.fromEntries(
      Object.entries(env).map(([name, value]) => [
        name,
        value
          .replace('${user_config.api_key}', KEY)
          .replace('${user_config.full_access}', String(fullAccess)),
      ]),
    );
  const started = args.map((arg) => arg.replace('${__dirname}', unpacked));
  expect(await use(programOf(command, started, filled(false)))).toMatchObject({ tools: ['list_contacts'] });
  expect(await use(programOf(command, started, filled(true)))).toMatchObject({ write: { failed: false } });
  expect(heard).toContainEqual({ line: 'POST /v1/contacts', authorization: `Bearer ${KEY}` });
});
