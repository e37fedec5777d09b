import { performance } from 'node:perf_hooks';
import { deepestCause } from '../../kernel/deepest-cause.ts';
import type { Log } from '../../kernel/log.ts';
import { createRepeater } from '../../kernel/repeater.ts';
import { OPERATORS, type ClaimedForward, type StoredAuditRow } from '../../store/queries/audit-forwards.ts';
import type { Queries } from '../../store/store.ts';

/** What came of sending rows. `retryAfterSeconds`: when the receiver wants to be asked again. */
export type Arrival =
  | { readonly ok: true }
  | { readonly ok: false; readonly failure: string; readonly retryAfterSeconds?: number | undefined };

/** Sends rows in their order. Never throws for what the receiver does, nor where `signal` breaks it off. */
export type SendRows = (
  claimed: ClaimedForward,
  rows: readonly StoredAuditRow[],
  signal: AbortSignal,
) => Promise<Arrival>;

export interface ForwardFigures {
  /** Rows that arrived, attempts that failed, and how old the oldest row is that waits, by destination. */
  readonly sent: Record<'otlp' | 'webhooks', number>;
  readonly failed: Record<'otlp' | 'webhooks', number>;
  readonly lagSeconds: Record<'otlp' | 'webhooks', number>;
}

export interface AuditForwarder {
  start(): void;
  /** Sends what is due, and waits until all of it is done. */
  step(): Promise<void>;
  readonly figures: ForwardFigures;
  /** Breaks off what is under way: the next node sends it again. */
  close(): Promise<void>;
}

const STEP_MS = 1_000;
const AT_ONCE = 8;
/** Longer than an attempt can take. */
const LEASE_SECONDS = 90;
const ROWS_MAX = 500;
const BYTES_MAX = 1_000_000;
/** Then it is another destination's turn. */
const BATCHES_MAX = 20;
/** After the first failure, the second, and so on; the last of them for ever. */
const RETRY_SECONDS = [5, 10, 30, 60, 120, 300] as const;
const RETRY_SECONDS_MAX = 300;
const LOOK_MS = 10_000;

/**
 * Sends the audit rows on, to each destination in order, from where it is: what did not arrive is sent again, however
 * long its receiver is away, and what arrived is never skipped over (decision 44). Each node runs this; whoever claims a
 * destination first sends to it.
 */
export function createAuditForwarder({
  log,
  sendToOperator,
  sendToWebhook,
  store,
}: {
  log: Log;
  /** Undefined: the operator wants none. */
  sendToOperator: SendRows | undefined;
  sendToWebhook: SendRows;
  store: Pick<Queries, 'auditForwards' | 'auditTrail'>;
}): AuditForwarder {
  const figures: ForwardFigures = {
    sent: { otlp: 0, webhooks: 0 },
    failed: { otlp: 0, webhooks: 0 },
    lagSeconds: { otlp: 0, webhooks: 0 },
  };
  let isFollowed = sendToOperator === undefined;
  const closing = new AbortController();
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  const underWay = new Set<Promise<void>>();
  /** How many rows go in one message, where it is not as many as may. */
  const sizes = new Map<string, number>();

  /** Takes up what is due; a receiver that is slow holds up no other. */
  async function begin(): Promise<void> {
    if (!isFollowed) {
      await store.auditForwards.follow();
      isFollowed = true;
    }
    const finalTo = await store.auditTrail.doneTo('chain');
    const operators = sendToOperator !== undefined;
    const claimed = await store.auditForwards.claim({
      limit: AT_ONCE - underWay.size,
      leaseSeconds: LEASE_SECONDS,
      finalTo,
      operators,
    });
    for (const one of claimed) {
      const done = forward(one, finalTo)
        .catch(complain)
        .finally(() => underWay.delete(done));
      underWay.add(done);
    }
    if (performance.now() - lookedAtMs < LOOK_MS) return;
    lookedAtMs = performance.now();
    const lag = await store.auditForwards.lag();
    Object.assign(figures.lagSeconds, operators ? lag : { ...lag, otlp: 0 });
  }

  /** Its lease ends by itself, and it is taken up again from where it was. */
  function complain(error: unknown): void {
    log.warn({ error: deepestCause(error).message }, 'audit rows could not be sent on: they are sent later');
  }

  async function forward(first: ClaimedForward, finalTo: number): Promise<void> {
    const isOperators = first.destination === OPERATORS;
    const kind = isOperators ? 'otlp' : 'webhooks';
    const send = isOperators ? sendToOperator : sendToWebhook;
    let claimed = first;
    for (let batch = 0; batch < BATCHES_MAX && send !== undefined && !closing.signal.aborted; batch += 1) {
      const limit = sizes.get(claimed.destination) ?? ROWS_MAX;
      const rows = fitting(await store.auditForwards.rows(claimed, claimed.doneTo, finalTo, limit));
      const last = rows.at(-1);
      if (last === undefined) break;
      const arrival = await send(claimed, rows, closing.signal);
      if (!arrival.ok && closing.signal.aborted) break;
      // What did not arrive may have been too large.
      sizes.set(claimed.destination, Math.max(1, arrival.ok ? Math.min(limit * 2, ROWS_MAX) : limit >> 1));
      if (!arrival.ok) {
        figures.failed[kind] += 1;
        if (arrival.failure !== claimed.failure)
          log.warn(
            { destination: claimed.destination, failure: arrival.failure },
            'audit rows did not arrive: they are sent again',
          );
        return store.auditForwards.failed(claimed, arrival.failure, waitAfter(claimed.attempts, arrival));
      }
      figures.sent[kind] += rows.length;
      if (claimed.failure !== null) log.info({ destination: claimed.destination }, 'audit rows arrive again');
      if (!(await store.auditForwards.advance(claimed, last.id, LEASE_SECONDS))) return;
      claimed = { ...claimed, doneTo: last.id, attempts: 0, failure: null };
    }
    await store.auditForwards.release(claimed);
  }

  const repeater = createRepeater({
    step: begin,
    everyMs: STEP_MS,
    log,
    complaint: 'audit rows are sent on later',
  });
  return {
    start: repeater.start,
    figures,
    async step() {
      await begin();
      await Promise.all(underWay);
    },
    async close() {
      closing.abort();
      await repeater.close();
      await Promise.all(underWay);
    },
  };
}

/** As many of the first as may go in one message; one at least. */
function fitting(rows: readonly StoredAuditRow[]): readonly StoredAuditRow[] {
  let bytes = 0;
  const end = rows.findIndex((row, index) => {
    bytes += 512 + JSON.stringify(row).length;
    return index > 0 && bytes > BYTES_MAX;
  });
  return end < 0 ? rows : rows.slice(0, end);
}

function waitAfter(
  attempts: number,
  { retryAfterSeconds = 0 }: { retryAfterSeconds?: number | undefined },
): number {
  const usual = RETRY_SECONDS[Math.min(attempts, RETRY_SECONDS.length - 1)] ?? RETRY_SECONDS_MAX;
  return Math.max(usual, Math.min(retryAfterSeconds, RETRY_SECONDS_MAX));
}
