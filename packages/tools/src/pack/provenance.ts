import { createHash } from 'node:crypto';
import type { CatalogueSnapshot } from '../stdio/snapshot.ts';

/** From what a package was made: the same input gives the same bytes, so that anybody can make it again and compare. */
export interface Provenance {
  readonly provenanceVersion: 1;
  /** `document`: a file that somebody had, and its hash. `latchkey`: what one offered, and where. */
  readonly source:
    | { readonly kind: 'document'; readonly sha256: string }
    | { readonly kind: 'latchkey'; readonly url: string };
  readonly catalogue: { readonly hash: string; readonly tools: number };
  /** Who compiled it. */
  readonly compiler: { readonly name: 'latchkey'; readonly version: string };
  /** SHA-256 of the program, as it is in the package. */
  readonly programSha256: string;
}

export type PackSource = Provenance['source'];

export function provenanceOf(
  { tools }: CatalogueSnapshot,
  {
    catalogueHash,
    compilerVersion,
    program,
    source,
  }: { source: PackSource; catalogueHash: string; compilerVersion: string; program: Uint8Array },
): Provenance {
  return {
    provenanceVersion: 1,
    source,
    catalogue: { hash: catalogueHash, tools: tools.length },
    compiler: { name: 'latchkey', version: compilerVersion },
    programSha256: createHash('sha256').update(program).digest('hex'),
  };
}
