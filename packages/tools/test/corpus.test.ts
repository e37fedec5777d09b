import { describe, expect, test } from 'vitest';
import type { Catalogue, CompileOptions } from '../src/index.ts';
import { compileCatalogue } from '../src/index.ts';
import { corpusDocument } from './corpus.ts';
import { expectSound } from './invariants.ts';

function compiled(source: string | Uint8Array, options?: CompileOptions): Catalogue {
  const result = compileCatalogue(source, options);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

function countBy<T>(items: readonly T[], key: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  return counts;
}

/** The same order on every run: a test that fails fails again. */
function shuffled<T>(items: readonly T[]): T[] {
  const copy = [...items];
  let state = 42;
  for (let index = copy.length - 1; index > 0; index -= 1) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    const other = state % (index + 1);
    const [a, b] = [copy[index], copy[other]];
    if (a !== undefined && b !== undefined) [copy[index], copy[other]] = [b, a];
  }
  return copy;
}

describe.each([
  { id: 'github', tools: 1_185, skipped: { FILTERED: 37, SERVER_NOT_ALLOWED: 1 } },
  { id: 'stripe', tools: 447, skipped: { FILTERED: 4, SERVER_NOT_ALLOWED: 1 } },
])('the description of $id', ({ id, tools, skipped }) => {
  test('becomes a sound catalogue that accounts for every operation', (ctx) => {
    const document = corpusDocument(id, ctx);
    const catalogue = compiled(document.bytes);
    expectSound(catalogue);
    expect(catalogue.tools.length + catalogue.skipped.length).toBe(document.operations);
    expect(catalogue.tools.length).toBe(tools);
    expect(countBy(catalogue.skipped, ({ code }) => code)).toEqual(skipped);
    expect(
      catalogue.skipped.filter(({ pointer, message }) => !pointer.startsWith('/paths/') || message === ''),
    ).toEqual([]);
  });

  test('gives the same tools whatever the order of its paths', (ctx) => {
    const document = corpusDocument(id, ctx);
    const parsed = JSON.parse(document.bytes.toString('utf8')) as { paths: Record<string, unknown> };
    const reordered = { ...parsed, paths: Object.fromEntries(shuffled(Object.entries(parsed.paths))) };
    expect(Object.keys(reordered.paths)).not.toEqual(Object.keys(parsed.paths));
    const [before, after] = [compiled(document.bytes), compiled(JSON.stringify(reordered))];
    expect(after.hash).toBe(before.hash);
    expect(after.sourceSha256).not.toBe(before.sourceSha256);
  });

  test('keeps the names of its tools when an operation is added', (ctx) => {
    const document = corpusDocument(id, ctx);
    const parsed = JSON.parse(document.bytes.toString('utf8')) as { paths: Record<string, unknown> };
    const before = compiled(document.bytes).tools.map(({ name }) => name);
    const paths = { '/zz-new/{id}': { get: { operationId: 'somethingEntirelyNew' } }, ...parsed.paths };
    const after = compiled(JSON.stringify({ ...parsed, paths })).tools.map(({ name }) => name);
    expect(after.filter((name) => name !== 'something_entirely_new')).toEqual(before);
  });
});

test.for([
  'adyen-checkout',
  'asana',
  'gitlab',
  'jira',
  'notion',
  'openai',
  'plaid',
  'spotify',
  'twilio',
  'vercel',
])('the description of %s becomes a sound catalogue that accounts for every operation', (id, ctx) => {
  const document = corpusDocument(id, ctx);
  const catalogue = compiled(document.bytes);
  expectSound(catalogue);
  expect(catalogue.tools.length + catalogue.skipped.length).toBe(document.operations);
});

test('deprecated operations of a large description are tools when the operator wants them', (ctx) => {
  const document = corpusDocument('github', ctx);
  const catalogue = compiled(document.bytes, { include: { deprecated: true } });
  expect(catalogue.tools.length).toBe(document.operations - 1);
  expect(
    catalogue.tools.filter(
      ({ deprecated, description }) => deprecated && !description.endsWith('Deprecated.'),
    ),
  ).toEqual([]);
});
