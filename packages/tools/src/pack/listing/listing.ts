import type { Listed } from '../../catalogue/listed.ts';
import type { CatalogueSnapshot } from '../../stdio/snapshot.ts';
import type { About } from '../about.ts';
import { judgeAbout } from './about-rules.ts';
import { judgeTools } from './tool-rules.ts';

/**
 * `required`: without it a directory sends a listing back. `advised`: reviewers ask for it, or people miss it.
 * `person`: what nobody but a person can see.
 */
export type Weight = 'required' | 'advised' | 'person';

/** One thing that a directory of connectors asks for. */
export interface ListingItem {
  readonly id: string;
  readonly weight: Weight;
  readonly title: string;
  /** `look`: somebody has to see for himself. */
  readonly state: 'met' | 'missing' | 'look';
  /** What was seen; of what is met, what meets it. */
  readonly seen: string;
  /** How it is given; absent where nothing is missing. */
  readonly give?: string;
}

export interface ListingInput {
  readonly about: About;
  /** Who is called. */
  readonly address: string;
  readonly snapshot: CatalogueSnapshot;
  /** What was wrong with pages that were opened, by their address. Absent: none was opened, and the address is enough. */
  readonly pageFaults?: ReadonlyMap<string, string> | undefined;
  /** What is listed with full access. */
  readonly tools: readonly Listed[];
}

export interface Listing {
  readonly items: readonly ListingItem[];
  /** Nothing that is required is missing. */
  readonly isComplete: boolean;
}

/**
 * What directories of connectors ask for, compared with what is there: the review criteria of Claude's directory
 * (claude.com/docs/connectors/building/submission; support.claude.com 12922832 for bundles, 13145358), as of November
 * 2026. Opens no connection.
 */
export function checkListing(input: ListingInput): Listing {
  const items = [...judgeTools(input), ...judgeAbout(input)];
  return {
    items,
    isComplete: items.every(({ state, weight }) => weight !== 'required' || state === 'met'),
  };
}
