import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { compileCatalogue } from '@latchkey/tools';
import { afterAll, beforeEach, beforeAll, expect, test } from 'vitest';
import { corpusPath, needsCorpus } from '../../tools/test/corpus.ts';
import { startCommand } from './support/latchkey-command.ts';

let all: string;
let folder: string;
let made = 0;
beforeAll(async () => {
  all = await mkdtemp(join(tmpdir(), 'latchkey-bundle-'));
});
afterAll(() => rm(all, { recursive: true, force: true }));
beforeEach(async () => {
  made += 1;
  folder = join(all, String(made));
  await mkdir(folder);
});

async function write(files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

async function bundle(...args: string[]) {
  const command = startCommand(['bundle', ...args], { cwd: folder, environment: {} });
  return { code: await command.exit, out: command.out(), err: command.err() };
}

const entryTo = (reference: string) =>
  `openapi: 3.1.0
info: { title: Tree, version: '1' }
paths:
  /a:
    get:
      operationId: a
      parameters:
        - { name: q, in: query, schema: { $ref: '${reference}' } }
`;

test('files that refer to one another, in circles too, become one document that compiles', async () => {
  await write({
    'api/openapi.yaml': entryTo('./schemas/node.yaml'),
    'api/schemas/node.yaml':
      'type: object\nproperties: { next: { $ref: node.yaml }, name: { $ref: name.json } }',
    'api/schemas/name.json': '{"type": "string", "maxLength": 7}',
    'api/schemas/unused.json': '{"type": "string"}',
  });
  const { code, err } = await bundle('api/openapi.yaml', '--out', 'one.json');
  expect({ code, err }).toEqual({ code: 0, err: '3 files\n' });
  const text = await readFile(join(folder, 'one.json'), 'utf8');
  expect(text).not.toContain('unused');
  const compiled = compileCatalogue(text);
  expect(compiled.ok && compiled.value.tools[0]?.inputSchema.properties['q']).toMatchObject({
    type: 'object',
    properties: { name: { type: 'string', maxLength: 7 } },
  });
});

test('without --out the document is on standard output, and what leads nowhere is said beside it', async () => {
  await write({ 'openapi.yaml': entryTo('missing.yaml') });
  const { code, out, err } = await bundle('openapi.yaml');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ info: { title: 'Tree' } });
  expect(err).toContain('REF_MISSING: missing.yaml leads nowhere (/paths/~1a/get/parameters/0/schema/$ref)');
});

test.each([
  '../secret.yaml',
  '/etc/hostname',
  'file:///etc/hostname',
  'http://127.0.0.1:9/x.yaml',
  'link.yaml',
])('nothing outside the folder is read: %s', async (reference) => {
  await write({ 'secret.yaml': 'type: string\ndescription: SECRET', 'api/openapi.yaml': entryTo(reference) });
  await symlink(join(folder, 'secret.yaml'), join(folder, 'api/link.yaml'));
  const { code, out } = await bundle('api/openapi.yaml');
  expect(code).toBe(0);
  expect(out).not.toContain('SECRET');
  expect(JSON.parse(out)).not.toHaveProperty('x-files');
});

test('--root lets files be beside the folder of the document', async () => {
  await write({
    'shared/id.yaml': 'type: string\ndescription: SHARED',
    'api/openapi.yaml': entryTo('../shared/id.yaml'),
  });
  expect((await bundle('api/openapi.yaml')).out).not.toContain('SHARED');
  expect((await bundle('api/openapi.yaml', '--root', '.')).out).toContain('SHARED');
  expect(await bundle('api/openapi.yaml', '--root', 'shared')).toMatchObject({
    code: 1,
    err: 'latchkey: api/openapi.yaml is not in shared\n',
  });
});

test.each([
  [[], 2, 'name one document'],
  [['a', 'b'], 2, 'name one document'],
  [['--frobnicate'], 2, '--frobnicate'],
  [['missing.yaml'], 1, 'missing.yaml cannot be read'],
  [['.'], 1, '. cannot be read'],
  [['page.html'], 1, 'page.html: NOT_PARSEABLE'],
])('%j ends with %i and a sentence', async (args, code, said) => {
  await write({ 'page.html': '<html></html>' });
  const ended = await bundle(...args);
  expect(ended.code).toBe(code);
  expect(ended.err).toContain(said);
});

test('a real tree of 1,500 files with two references that lead nowhere is bundled and compiles', async (context) => {
  needsCorpus(context);
  const entry = corpusPath('digitalocean/specification/DigitalOcean-public.v2.yaml');
  const { code, err } = await bundle(entry, '--out', 'do.json');
  expect(code).toBe(0);
  expect(err.match(/REF_MISSING/g)).toHaveLength(2);
  const compiled = compileCatalogue(await readFile(join(folder, 'do.json')));
  if (!compiled.ok) throw new Error(compiled.error.message);
  const { skipped, tools } = compiled.value;
  expect(tools.length).toBeGreaterThan(600);
  expect(skipped.filter(({ code: reason }) => reason.startsWith('REF_'))).toEqual([]);
});
