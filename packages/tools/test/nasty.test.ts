import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compileCatalogue, compileInWorker } from '../src/index.ts';
import { expectSound } from './invariants.ts';
import { MUST } from './nasty-must.ts';

interface Case {
  readonly file: string;
  readonly outcome: 'compiled' | 'rejected';
  readonly code?: string;
  readonly tools?: number;
  readonly skipped?: Readonly<Record<string, string>>;
  readonly warnings?: readonly string[];
  readonly limits?: { readonly ms: number; readonly extraMb: number };
  readonly must?: readonly string[];
}

function read(file: string): Buffer {
  return readFileSync(new URL(`./fixtures/${file}`, import.meta.url));
}

const { cases } = JSON.parse(read('nasty-expectations.json').toString('utf8')) as { cases: Case[] };

describe('what becomes of a nasty document', () => {
  test.each(cases.filter(({ outcome }) => outcome === 'rejected'))('$file is rejected', ({ file, code }) => {
    const result = compileCatalogue(read(file));
    const message = expect.stringMatching(/\.$/) as string;
    expect(result).toMatchObject({ ok: false, error: { code, message } });
  });

  test.each(cases.filter(({ outcome }) => outcome === 'compiled'))(
    '$file is compiled',
    ({ file, ...expected }) => {
      const result = compileCatalogue(read(file));
      if (!result.ok) throw new Error(result.error.message);
      const catalogue = result.value;
      expectSound(catalogue);
      expect(catalogue.tools.length).toBe(expected.tools);
      const found = Object.fromEntries(
        catalogue.skipped.map((skip) => [`${skip.method} ${skip.path}`, skip.code]),
      );
      expect(found).toEqual(expected.skipped ?? {});
      const codes = catalogue.warnings.map((warning) => warning.code);
      expect(codes).toEqual(expect.arrayContaining([...(expected.warnings ?? [])]));
      expect(Object.prototype).not.toHaveProperty('polluted');
    },
  );
});

const sentences = cases.flatMap(({ file, must = [] }) => must.map((sentence) => ({ file, sentence })));

describe('what must be true of a nasty document', () => {
  test('is shown sentence by sentence, and nothing else is', () => {
    const shown = Object.entries(MUST).flatMap(([file, said]) =>
      Object.keys(said).map((sentence) => `${file}: ${sentence}`),
    );
    expect(shown.sort()).toEqual(sentences.map(({ file, sentence }) => `${file}: ${sentence}`).sort());
  });

  for (const { file, sentence } of sentences) {
    test(`${file}: ${sentence}`, async () => {
      expect(MUST).toHaveProperty([file, sentence]);
      await MUST[file]?.[sentence]?.(read(file));
    });
  }
});

/** Of a thread that has loaded the compiler from source and done nothing. */
const IDLE_MB = 40;
const START_MS = 20_000;

test.each(cases.filter(({ limits }) => limits))(
  '$file costs no more memory than it may, and ends',
  async ({ file, outcome, code, limits: { ms, extraMb } = { ms: 0, extraMb: 0 } }) => {
    // A thread that needs more is ended, which rejects the document as TOO_LARGE.
    const caps = { memoryMb: IDLE_MB + extraMb, timeoutMs: START_MS + 5 * ms };
    const result = await compileInWorker(read(file), {}, caps);
    expect(result).toMatchObject(outcome === 'compiled' ? { ok: true } : { ok: false, error: { code } });
  },
);
