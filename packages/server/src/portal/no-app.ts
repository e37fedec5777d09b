/** What stands in the place of an app where nobody connected one, in people's words. No app's id is like it. */
export const namesOfNoApp: ReadonlyMap<string, string> = new Map([['playground', 'Playground']]);
