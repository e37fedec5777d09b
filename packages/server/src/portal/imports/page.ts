import { AppError } from '../../kernel/errors.ts';

interface Page<Item> {
  readonly items: readonly Item[];
  readonly total: number;
  readonly nextCursor: string | null;
}

/** Some of a list that does not change as long as it is looked at. A cursor is how many come before it. */
export function pageAt<Item>(
  all: readonly Item[],
  { cursor, limit }: { readonly cursor?: string | undefined; readonly limit: number },
): Page<Item> {
  if (cursor !== undefined && !/^\d{1,9}$/.test(cursor))
    throw new AppError('invalid_request', 'cursor: is none of ours');
  const start = Number(cursor ?? 0);
  const end = start + limit;
  return {
    items: all.slice(start, end),
    total: all.length,
    nextCursor: end < all.length ? String(end) : null,
  };
}

/** Whether all words of a question stand in the texts, whatever their case. */
export function fits(question: string, texts: readonly (string | null | undefined)[]): boolean {
  const words = question.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const all = texts.join('\n').toLowerCase();
  return words.every((word) => all.includes(word));
}
