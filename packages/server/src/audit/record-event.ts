import type { Clock } from '../kernel/clock.ts';
import type { AuditStore } from './audit.ts';
import { toAuditRow, type AuditEntry } from './entry.ts';

/** Writes what happened; with the queries of a transaction: if and only if that holds. */
export function recordEvent({ audit }: AuditStore, clock: Clock, entry: AuditEntry): Promise<void> {
  return audit.insertMany([toAuditRow(entry, 'event', clock)]);
}
