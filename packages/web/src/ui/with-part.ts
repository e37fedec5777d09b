/** What is said anew of a page's address; `undefined` takes it out. */
export type SearchPart<Search> = { readonly [Name in keyof Search]?: Search[Name] | undefined };

/**
 * The address with a part of it said anew: of what it says at that moment, and not of what is drawn. Whoever presses twice
 * before the page is drawn anew means both.
 */
export const withPart =
  <Search extends object>(part: SearchPart<Search>) =>
  (search: Search): Search =>
    Object.fromEntries(
      Object.entries({ ...search, ...part }).filter(([, value]) => value !== undefined && value !== ''),
    ) as Search;
