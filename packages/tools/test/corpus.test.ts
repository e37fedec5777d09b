import { describe, expect, test } from 'vitest';
import type { Catalogue, CompileOptions } from '../src/index.ts';
import { compileCatalogue, compileInWorker } from '../src/index.ts';
import { corpusBytes, corpusDocument, corpusEntries, needsCorpus } from './corpus.ts';
import { expectSound } from './invariants.ts';
import { sealed } from './sealed.ts';

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

describe('every real description of one file', () => {
  test('compiles without a socket, a name, a file or a process', (ctx) => {
    needsCorpus(ctx);
    let documents = 0;
    for (const entry of corpusEntries()) {
      if (entry.kind !== 'real' || entry.operations === null) continue;
      const bytes = corpusBytes(entry);
      const { attempts } = sealed(() => compiled(bytes));
      expect({ id: entry.id, attempts }).toEqual({ id: entry.id, attempts: [] });
      documents += 1;
    }
    expect(documents).toBeGreaterThan(30);
  });

  test('compiles in a worker that has a gigabyte', async (ctx) => {
    needsCorpus(ctx);
    for (const entry of corpusEntries()) {
      if (entry.kind !== 'real' || entry.operations === null || entry.bytes < 1_000_000) continue;
      const result = await compileInWorker(corpusBytes(entry), {}, { memoryMb: 1_024, timeoutMs: 60_000 });
      expect({ id: entry.id, ok: result.ok }).toEqual({ id: entry.id, ok: true });
    }
  });
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
