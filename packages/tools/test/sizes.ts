import type { Catalogue } from '../src/index.ts';
import { createOffer } from '../src/index.ts';

/** What a client is shown, in bytes of JSON. `list` is the text itself, for who counts tokens. */
export interface ListSize {
  readonly bytes: number;
  readonly list: string;
}

/** What became of a document: the same on every machine. */
export interface Sizes {
  readonly tools: number;
  readonly skipped: number;
  /** What it is offered as when nobody says otherwise. */
  readonly mode: string;
  readonly full: ListSize;
  readonly search: ListSize;
  /** How many there are, and the largest one's list. */
  readonly toolsets: number;
  readonly curated: ListSize;
}

export function sizesOf(catalogue: Catalogue): Sizes {
  const bound = catalogue.tools.map((tool) => ({ name: tool.name, tool }));
  const apis = [{ name: catalogue.title }];
  const listIn = (mode: 'full' | 'search', tools = bound): ListSize => {
    const list = JSON.stringify(createOffer(tools, { apis, mode }).listed('full'));
    return { bytes: Buffer.byteLength(list), list };
  };
  const sets = (catalogue.toolsets ?? []).map(({ tools }) =>
    listIn(
      'full',
      bound.filter(({ name }) => tools.includes(name)),
    ),
  );
  return {
    tools: catalogue.tools.length,
    skipped: catalogue.skipped.length,
    mode: createOffer(bound, { apis }).mode,
    full: listIn('full'),
    search: listIn('search'),
    toolsets: sets.length,
    curated: sets.reduce((most, one) => (one.bytes > most.bytes ? one : most), { bytes: 0, list: '[]' }),
  };
}
