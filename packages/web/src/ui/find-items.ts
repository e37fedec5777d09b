/** As many rows as somebody reads; the others are found. */
export const SHOWN_MAX = 200;
/** Up to this many are looked through faster than a word is typed. */
export const SHORT_LIST_MAX = 8;

/** The items that have the text in them. */
export function findItems<Item>(
  items: readonly Item[],
  wanted: string,
  textOf: (item: Item) => string,
): readonly Item[] {
  const text = wanted.trim().toLowerCase();
  return text === '' ? items : items.filter((item) => textOf(item).toLowerCase().includes(text));
}
