import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compileCatalogue } from '../src/index.ts';
import { corpusBytes, corpusEntries, needsCorpus } from './corpus.ts';
import { sizesOf } from './sizes.ts';

interface Kept {
  readonly tools: number;
  readonly skipped: number;
  readonly mode: string;
  readonly full: { readonly bytes: number };
  readonly search: { readonly bytes: number };
  readonly curated: { readonly bytes: number };
}

/** Written by `npm run bench:catalogue`. */
const TABLE = JSON.parse(
  readFileSync(new URL('../../../bench/catalogue/sizes.json', import.meta.url), 'utf8'),
) as Record<string, Kept>;
const SHARE = 0.05;

test('the table of sizes has every real document of one file', (ctx) => {
  needsCorpus(ctx);
  const real = corpusEntries().filter(({ kind, operations }) => kind === 'real' && operations !== null);
  expect(Object.keys(TABLE)).toEqual(real.map(({ id }) => id));
});

test.for(Object.entries(TABLE))(
  '%s has no fewer tools and no longer lists than the table says',
  ([id, kept], ctx) => {
    needsCorpus(ctx);
    const entry = corpusEntries().find((one) => one.id === id);
    if (!entry) throw new Error(`The corpus has no ${id}.`);
    const compiled = compileCatalogue(corpusBytes(entry));
    if (!compiled.ok) throw new Error(compiled.error.message);
    const now = sizesOf(compiled.value);
    expect(now.mode).toBe(kept.mode);
    expect(now.tools).toBeGreaterThanOrEqual(kept.tools * (1 - SHARE));
    expect(now.skipped).toBeLessThanOrEqual(kept.skipped * (1 + SHARE));
    for (const list of ['full', 'search', 'curated'] as const) {
      expect(now[list].bytes).toBeLessThanOrEqual(kept[list].bytes * (1 + SHARE));
    }
  },
);
