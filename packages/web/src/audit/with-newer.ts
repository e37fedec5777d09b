import type { AuditEvent } from '../api/audit.ts';

type Numbered = Pick<AuditEvent, 'id'>;

/** What of `latest` came after the newest that is known. `isGap`: so much that there may be more between. */
export function newerThan<Event extends Numbered>(
  known: readonly Event[],
  latest: readonly Event[],
): { items: readonly Event[]; isGap: boolean } {
  const newest = Number(known[0]?.id ?? 0);
  const items = latest.filter(({ id }) => Number(id) > newest);
  return { items, isGap: known.length > 0 && items.length > 0 && items.length === latest.length };
}

/** The newest first, each once. */
export function withNewer<Event extends Numbered>(
  known: readonly Event[],
  newer: readonly Event[],
): readonly Event[] {
  return newer.length === 0 ? known : [...newer, ...known];
}
