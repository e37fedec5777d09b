import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeZip } from '../../tools/test/make-archive.ts';
import { startCommand } from './support/latchkey-command.ts';

const REELPORT = fileURLToPath(new URL('../src/demo/reelport/openapi.yaml', import.meta.url));
const NASTY = fileURLToPath(new URL('../../tools/test/fixtures/nasty/', import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-compile-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function compile(...args: string[]) {
  const command = startCommand(['compile', ...args], { cwd: folder, environment: {} });
  return { code: await command.exit, out: command.out(), err: command.err() };
}

test('a document is told in a few lines: operations, tools, what was skipped and how large the list is', async () => {
  const { code, out, err } = await compile(REELPORT);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(/^Reelport\n {2}operations +\d+\n {2}tools +\d+ \(read \d+, full \d+\)\n/);
  expect(out).toMatch(/ {2}size +[\d,]+ bytes, about [\d,]+ tokens\n {2}offered +in full\n/);
});

test('--report gives each skip and each repair its code, its sentence and its place', async () => {
  const { code, out } = await compile(join(NASTY, 'servers.json'), '--report');
  expect(code).toBe(0);
  expect(out).toMatch(/^skip SERVER_NOT_ALLOWED POST \/b: .+\. \(\/paths\/~1b\/servers\)$/m);
  const repaired = await compile(join(NASTY, 'collisions.json'), '--report');
  expect(repaired.out).toMatch(/^repair LOCATION_CLASH: .+\. \(\/paths\/.+\)$/m);
});

test('an option changes what is compiled', async () => {
  const { out } = await compile(
    join(NASTY, 'servers.json'),
    '--report',
    '--server-host',
    'upload.example.test',
  );
  expect(out).not.toContain('POST /b');
});

test('an archive of many files is compiled like one document; --entry names the document in it', async () => {
  const file = join(folder, 'many.zip');
  const paths = 'openapi: 3.1.0\ninfo: {title: Many}\npaths: {/a: {$ref: parts/a.yaml}}';
  const archive = makeZip([
    { path: 'api.yaml', content: paths },
    { path: 'other.yaml', content: paths.replace('Many', 'Other') },
    { path: 'parts/a.yaml', content: 'get: {operationId: a}' },
  ]);
  await writeFile(file, archive);
  const unnamed = await compile(file);
  expect(unnamed.code).toBe(1);
  expect(unnamed.err).toContain('api.yaml, other.yaml');
  const { code, out } = await compile(file, '--entry', 'api.yaml');
  expect(code).toBe(0);
  expect(out).toMatch(/^Many\n {2}operations +1\n {2}tools +1 /);
});

test('--mode says how the tools are offered', async () => {
  expect((await compile(REELPORT, '--mode', 'search')).out).toMatch(/offered +by search/);
});

test('--json and --out write for programs', async () => {
  const file = join(folder, 'catalogue.json');
  const { code, out } = await compile(
    join(NASTY, 'servers.json'),
    '--json',
    '--out',
    file,
    '--profile',
    'openai',
  );
  expect(code).toBe(0);
  const report = JSON.parse(out) as { hash: string; operations: number; details: { skipped: unknown[] } };
  expect(report.details.skipped).toHaveLength(2);
  expect(report).toMatchObject({ operations: 3, profiles: [{ profile: 'openai', findings: [] }] });
  const catalogue = JSON.parse(await readFile(file, 'utf8')) as { hash: string; tools: unknown[] };
  expect(catalogue.hash).toBe(report.hash);
  expect(catalogue.tools).toHaveLength(1);
});

test('what a client would refuse ends with 1 and is said', async () => {
  const paths = Object.fromEntries(
    Array.from({ length: 129 }, (_, index) => [`/p${index}`, { get: { responses: {} } }]),
  );
  const many = join(folder, 'many.json');
  await writeFile(many, JSON.stringify({ openapi: '3.1.0', info: { title: 'Many', version: '1' }, paths }));
  const { code, out } = await compile(many, '--profile', 'anthropic', '--profile', 'copilot');
  expect(code).toBe(1);
  expect(out).toContain('anthropic: takes every tool.');
  expect(out).toContain('copilot error too-many-tools: There are 129 tools; it takes 128.');
});

test('standard input is read for -', async () => {
  const cli = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
  const child = spawn(process.execPath, [cli, 'compile', '-'], { stdio: ['pipe', 'pipe', 'inherit'] });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stdin.end(await readFile(REELPORT));
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(out).toMatch(/^Reelport\n/);
});

test.each([
  ['html.json', 'NOT_PARSEABLE', 'HTML'],
  ['trunc.json', 'NOT_PARSEABLE', 'Line '],
  ['dup-keys.yaml', 'YAML_DUPLICATE_KEY', 'Line 6'],
  ['swagger12.json', 'VERSION_UNSUPPORTED', ''],
  ['billion-laughs.yaml', 'YAML_ALIAS_LIMIT', ''],
])('%s ends with 1, %s and a sentence', async (name, code, said) => {
  const result = await compile(join(NASTY, name));
  expect(result).toMatchObject({ code: 1, out: '' });
  expect(result.err).toContain(`${name}: ${code}: `);
  expect(result.err).toContain(said);
});

test.each([
  ['no document', [], 'name one document'],
  ['two documents', ['a.json', 'b.json'], 'name one document'],
  ['an unknown mode', ['a.json', '--mode', 'clever'], 'there is no mode clever'],
  ['an unknown client', ['a.json', '--profile', 'constructor'], 'there is no profile constructor'],
  ['an unknown option', ['a.json', '--frobnicate'], '--frobnicate'],
])('%s ends with 2 and a sentence', async (_, args, said) => {
  const { code, err } = await compile(...args);
  expect(code).toBe(2);
  expect(err).toContain(said);
});

test('a file that cannot be read is named', async () => {
  expect(await compile('missing.yaml')).toMatchObject({
    code: 1,
    err: 'latchkey: missing.yaml cannot be read\n',
  });
});

test('--help says what it does', async () => {
  const { code, out } = await compile('--help');
  expect(code).toBe(0);
  expect(out).toContain('latchkey compile <file | ->');
});
