import type { Clock } from '../../kernel/clock.ts';
import type { AttemptFilter, ConnectionAttempt } from '../../store/queries/connection-attempts.ts';
import type { Store } from '../../store/store.ts';
import { verdictOf, type Verdict } from './verdict.ts';
import { wordsOf, type Words } from './words.ts';

const PAGE_ITEMS = 50;

export interface ListedAttempt {
  readonly attempt: ConnectionAttempt;
  /** Of a member who signed in. */
  readonly email: string | null;
  readonly verdict: Verdict & Words;
}

export type ListAttempts = (wanted: Omit<AttemptFilter, 'limit'>) => Promise<{
  items: ListedAttempt[];
  /** Where the page after this one begins. */
  next: AttemptFilter['before'];
  /** The server's time, for who asks what happens from now on. */
  now: Date;
}>;

/** Attempts to connect, the newest first, each with what became of it. */
export function createListAttempts({ store, clock }: { store: Store; clock: Clock }): ListAttempts {
  return async (wanted) => {
    const nowMs = clock.nowMs();
    const found = await store.connectionAttempts.list({ ...wanted, limit: PAGE_ITEMS + 1 });
    const listed = found.slice(0, PAGE_ITEMS);
    const last = found.length > PAGE_ITEMS ? listed.at(-1)?.attempt : undefined;
    return {
      items: listed.map(({ attempt, email }) => {
        const verdict = verdictOf(attempt.steps, nowMs);
        return {
          attempt,
          email,
          verdict: { ...verdict, ...wordsOf(verdict.code, attempt.clientName ?? undefined) },
        };
      }),
      next: last && { startedAt: last.startedAt, id: last.id },
      now: new Date(nowMs),
    };
  };
}
