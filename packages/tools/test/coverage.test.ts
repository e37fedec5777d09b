import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { compileCatalogue } from '../src/index.ts';
import { corpusBytes, corpusEntries, needsCorpus } from './corpus.ts';
import { expectSound } from './invariants.ts';

type Node = Readonly<Record<string, unknown>>;

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'head', 'query'];
const SENDABLE =
  /^(?:[^/]+\/(?:.*\+)?json|application\/x-www-form-urlencoded|multipart\/form-data|\*\/\*)(?:;|$)/i;
/** Genuinely invalid; and XML with signed requests throughout. */
const NOT_WELL_FORMED = new Set(['spotify', 'ec2']);

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function followed(value: unknown, root: Node): unknown {
  const ref = isNode(value) ? value['$ref'] : undefined;
  if (typeof ref !== 'string') return value;
  return ref
    .slice('#/'.length)
    .split('/')
    .map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((node, step) => (isNode(node) ? node[step] : undefined), root);
}

/** Media types in which an operation takes a body; undefined if it takes none. Read without the compiler. */
function bodyTypes(operation: Node, root: Node): string[] | undefined {
  const parameters = Array.isArray(operation['parameters']) ? (operation['parameters'] as unknown[]) : [];
  const places = parameters.map((one) => followed(one, root)).map((one) => isNode(one) && one['in']);
  if (places.includes('formData')) return ['application/x-www-form-urlencoded'];
  if (places.includes('body')) {
    const consumes = operation['consumes'] ?? root['consumes'];
    return Array.isArray(consumes) ? consumes.map(String) : ['application/json'];
  }
  const body = followed(operation['requestBody'], root);
  const content = isNode(body) ? body['content'] : undefined;
  return isNode(content) && Object.keys(content).length > 0 ? Object.keys(content) : undefined;
}

/** Operations without a body, or with one of JSON, a form or parts. */
function sendable(root: Node): string[] {
  return Object.entries(isNode(root['paths']) ? root['paths'] : {}).flatMap(([path, written]) => {
    const item = followed(written, root);
    if (!isNode(item)) return [];
    return METHODS.filter((method) => {
      const operation = item[method];
      if (!isNode(operation)) return false;
      const types = bodyTypes(operation, root);
      return types === undefined || types.some((type) => SENDABLE.test(type));
    }).map((method) => `${method.toUpperCase()} ${path}`);
  });
}

/** Every real document of one file. */
const IDS = Object.keys(
  JSON.parse(readFileSync(new URL('../../../bench/catalogue/sizes.json', import.meta.url), 'utf8')) as object,
).filter((id) => !NOT_WELL_FORMED.has(id));

const shares: number[] = [];

test.for(IDS)('nearly all of what can be sent in %s becomes tools, and all of it is sound', (id, ctx) => {
  needsCorpus(ctx);
  const entry = corpusEntries().find((one) => one.id === id);
  if (!entry) throw new Error(`The corpus has no ${id}.`);
  const bytes = corpusBytes(entry);
  const result = compileCatalogue(bytes, { include: { deprecated: true } });
  if (!result.ok) throw new Error(result.error.message);
  expectSound(result.value);
  const { tools, skipped } = result.value;
  expect(tools.length + skipped.length).toBe(entry.operations);
  const text = bytes.toString('utf8');
  const root = (text.startsWith('{') ? JSON.parse(text) : parse(text, { maxAliasCount: -1 })) as Node;
  const wanted = sendable(root);
  const made = new Set(tools.map(({ binding }) => `${binding.method} ${binding.path}`));
  const missed = wanted.filter((operation) => !made.has(operation));
  shares.push(...wanted.map((operation) => (made.has(operation) ? 1 : 0)));
  // One document tells two operations apart by a fragment, which no request carries.
  const excused = skipped.filter(({ code }) => code === 'PATH_INVALID').length;
  expect(missed.length - excused).toBeLessThanOrEqual(wanted.length * 0.03);
});

test('of all that can be sent, at least 97 % become tools', (ctx) => {
  needsCorpus(ctx);
  const made = shares.filter((share) => share === 1).length;
  expect(shares.length).toBeGreaterThan(5_000);
  expect(made / shares.length).toBeGreaterThanOrEqual(0.97);
});
