/**
 * Things that are there for a moment, in no order. A Set grows and shrinks by making a table anew, and the old one
 * points to the new: once a single table is old, V8's scavenger keeps whatever was in any of those after it, and what
 * millions of calls leave behind is copied, twice, before it is given back. An array has no such chain.
 */
export type Bag<Item> = Place<Item>[];

/** Where something is in its bag, for as long as it is there. */
export interface Place<Item> {
  readonly item: Item;
  readonly bag: Bag<Item>;
  /** Negative: it is not there any more. */
  at: number;
}

export function put<Item>(bag: Bag<Item>, item: Item): Place<Item> {
  const place = { item, bag, at: bag.length };
  bag.push(place);
  return place;
}

/** The last one moves to its place. What is not there any more stays so. */
export function takeOut<Item>(place: Place<Item>): void {
  const { at, bag } = place;
  if (at < 0) return;
  place.at = -1;
  const last = bag.pop();
  if (last === undefined || last === place) return;
  bag[at] = last;
  last.at = at;
}

export function isThere(place: Place<unknown>): boolean {
  return place.at >= 0;
}

/** What is there now, whatever comes and goes while somebody looks at it. */
export function inside<Item>(bag: Bag<Item>): Item[] {
  return bag.map(({ item }) => item);
}
