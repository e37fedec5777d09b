import { compileCatalogue, compileNoted } from '../catalogue/compile.ts';
import type { CompileProgress } from '../catalogue/compile.ts';
import type { Catalogue, CompileOptions, Rejection } from '../catalogue/types.ts';
import { createNotes } from '../openapi/notes.ts';
import { fail } from '../result.ts';
import type { Result } from '../result.ts';
import { bundleFiles } from './bundle.ts';
import { findEntry } from './find-entry.ts';
import { isArchive, readArchive } from './read-archive.ts';

export interface ArchiveOptions extends CompileOptions {
  /** The path of the document in the archive. Default: the OpenAPI document that is nearest to its top. */
  readonly entry?: string;
}

/** As `compileCatalogue`, for a document of many files in a zip, tar or tar.gz archive. */
export function compileArchive(
  source: Uint8Array,
  { entry, ...options }: ArchiveOptions = {},
  onProgress: (progress: CompileProgress) => void = () => {},
): Result<Catalogue, Rejection> {
  const files = readArchive(source);
  if (!files.ok) return files;
  const found = entry === undefined ? findEntry(files.value) : ({ ok: true, value: entry } as const);
  if (!found.ok) return found;
  const bundled = bundleFiles(files.value, found.value);
  if (!bundled.ok) return bundled;
  const notes = createNotes();
  for (const { pointer, reference } of bundled.value.missing) {
    const shown = JSON.stringify(reference.slice(0, 120));
    notes.warn('REF_MISSING', pointer, `The reference ${shown} leads to no readable file of the archive.`);
  }
  try {
    return compileNoted(JSON.stringify(bundled.value.document), options, onProgress, notes);
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown;
    return fail({ code: 'TOO_LARGE', message: 'The files of the document are too large together.' });
  }
}

/** A document, or an archive of one in many files: what an operator uploads, by what it is. */
export function compileUpload(
  source: string | Uint8Array,
  options: ArchiveOptions,
  onProgress: (progress: CompileProgress) => void,
): Result<Catalogue, Rejection> {
  if (typeof source !== 'string' && isArchive(source)) return compileArchive(source, options, onProgress);
  return compileCatalogue(source, options, onProgress);
}
