/** By their first bytes, in latin1. These are what models see; an API of a model refuses the rest, and the conversation with it. */
const SEEN: ReadonlyMap<string, RegExp> = new Map([
  ['image/png', /^\x89PNG\r\n/],
  ['image/jpeg', /^\xFF\xD8\xFF/],
  ['image/gif', /^GIF8[79]a/],
  ['image/webp', /^RIFF[^]{4}WEBP/],
]);

/** What an image is to a model, which looks at the bytes and not at their name; undefined: it cannot see it. */
export function imageTypeOf(stated: string, body: Buffer): string | undefined {
  const start = body.toString('latin1', 0, 12);
  const found = [...SEEN].find(([, signature]) => signature.test(start))?.[0];
  return found ?? (SEEN.has(stated) ? stated : undefined);
}
