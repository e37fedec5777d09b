import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestContext } from 'vitest';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
const SOURCE = join(REPOSITORY, '..', 'shared', 'corpus');
const ARCHIVE = join(SOURCE, 'openapi-corpus.tar.gz');

export interface CorpusEntry {
  readonly id: string;
  readonly kind: 'real' | 'nasty';
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
  /** Null where the paths are in other files. */
  readonly operations: number | null;
}

export interface CorpusDocument {
  readonly bytes: Buffer;
  /** As the manifest counts them. */
  readonly operations: number;
}

/** A large real document, unpacked on first use and checked. Without the archive the test is skipped, in CI it fails. */
export function corpusDocument(id: string, ctx: TestContext): CorpusDocument {
  needsCorpus(ctx);
  const entry = corpusEntries().find((one) => one.id === id);
  if (!entry || entry.operations === null) throw new Error(`The corpus has no single document ${id}.`);
  return { bytes: corpusBytes(entry), operations: entry.operations };
}

/** Skips the test where the corpus is not; in CI it fails. */
export function needsCorpus(ctx: TestContext): void {
  if (existsSync(ARCHIVE)) return;
  const reason = `SKIPPED: corpus (install: put openapi-corpus.tar.gz and manifest.json into ${SOURCE})`;
  if (process.env['CI'] === 'true') throw new Error(reason);
  ctx.skip(reason);
}

/** What the manifest names, in its order. */
export function corpusEntries(): CorpusEntry[] {
  const manifest = JSON.parse(readFileSync(join(SOURCE, 'manifest.json'), 'utf8')) as {
    entries: CorpusEntry[];
  };
  return manifest.entries;
}

/** The document of an entry, unpacked on first use and compared with the manifest. */
export function corpusBytes({ file, sha256 }: CorpusEntry): Buffer {
  const bytes = readFileSync(corpusPath(file));
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
    throw new Error(`${file} is not the document that the manifest names.`);
  }
  return bytes;
}

/** Where a file of the corpus is on disk. */
export function corpusPath(file: string): string {
  return join(unpacked(), file);
}

function unpacked(): string {
  const key = createHash('sha256').update(readFileSync(ARCHIVE)).digest('hex').slice(0, 16);
  const cache = join(REPOSITORY, '.cache');
  const place = join(cache, `corpus-${key}`);
  if (!existsSync(place)) {
    mkdirSync(cache, { recursive: true });
    const fresh = mkdtempSync(join(cache, 'unpacking-'));
    execFileSync('tar', ['-xzf', ARCHIVE, '-C', fresh]);
    try {
      // Whoever is first wins; a half-unpacked folder is never seen.
      renameSync(fresh, place);
    } catch (thrown) {
      rmSync(fresh, { recursive: true, force: true });
      if (!existsSync(place)) throw thrown;
    }
  }
  return join(place, 'openapi-corpus');
}
