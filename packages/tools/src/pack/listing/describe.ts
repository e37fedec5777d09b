import type { Listing, ListingItem } from './listing.ts';

const MARKS = { met: 'ok', missing: 'MISSING', look: 'look' } as const;

/** The report for a terminal: a line for each thing that is asked for, with how to give what is missing. */
export function describeListing({ isComplete, items }: Listing): string {
  const lines = items.map(describeItem);
  const missing = items.filter(({ state, weight }) => state === 'missing' && weight === 'required').length;
  const end = isComplete
    ? 'Nothing is missing that a directory requires.'
    : `Missing of what a directory requires: ${missing}. The fields stand in the file of --about.`;
  return `${lines.join('\n')}\n\n${end}\n`;
}

function describeItem({ give, seen, state, title, weight }: ListingItem): string {
  const mark = state === 'missing' && weight === 'advised' ? 'advised' : MARKS[state];
  const how = give === undefined ? '' : `\n          ${give}`;
  return `${mark.padEnd(8)}  ${title}: ${seen}${how}`;
}
