import type { MonthlyQuota } from '../kernel/call-limits.ts';
import type { Clock } from '../kernel/clock.ts';
import { deepestCause } from '../kernel/deepest-cause.ts';
import type { OrganisationId } from '../kernel/ids.ts';
import type { Log } from '../kernel/log.ts';
import { monthAt, type Month } from '../kernel/month.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { QuotaAmount, QuotaTake } from '../store/queries/quotas.ts';
import type { Queries } from '../store/store.ts';
import { millicreditsOf } from './millicredits.ts';

/** What a call took of its organisation's quota. */
export interface Charge {
  readonly orgId: OrganisationId;
  readonly month: string;
  readonly amount: QuotaAmount;
}

/** There is not enough left of it in this month. */
export interface QuotaSpent {
  readonly of: 'calls' | 'credits';
  readonly limit: number;
  /** Who can raise it: the smaller of the two holds, and an organisation allows itself no more than the operator. */
  readonly setBy: 'operator' | 'organisation';
  /** Until the next month of UTC. */
  readonly retryAfterSeconds: number;
  readonly monthSeconds: number;
}

export type Charged = Result<Charge, QuotaSpent>;

export interface Quotas {
  /** Undefined: nothing is counted. Waits only where the database has to be asked; throws if it cannot be. */
  take(
    orgId: OrganisationId,
    own: MonthlyQuota | undefined,
    credits: number,
  ): undefined | Charged | Promise<Charged>;
  /** It was not used after all. */
  giveBack(charge: Charge): void;
  /** Gives back all that this node holds. */
  close(): Promise<void>;
}

/** Calls' worth that a node takes at once while much is left, and loses at most if it dies. */
const BLOCK_CALLS = 100;
/** How long a node keeps what it took. */
const HELD_MS = 5_000;
/** How long it remembers that there is nothing left, so that who calls on costs no statement each time. */
const SPENT_MS = 1_000;

interface Account {
  readonly orgId: OrganisationId;
  readonly month: Month;
  readonly limit: QuotaTake['limit'];
  calls: number;
  millicredits: number;
  readonly waiting: Waiter[];
  spent: { readonly need: QuotaAmount; readonly of: QuotaSpent['of']; readonly untilMs: number } | undefined;
}

interface Waiter {
  readonly need: QuotaAmount;
  settle(charged: Charged): void;
  fail(error: unknown): void;
}

/**
 * Monthly quotas, decided in the database and held in blocks by the nodes (decision 43): while much is left, a hundred
 * calls share a statement; when little is, each call has one of its own, so that the last one is exactly the last.
 */
export function createQuotas({
  blockCalls = BLOCK_CALLS,
  ceiling,
  clock,
  heldMs = HELD_MS,
  log,
  store,
}: {
  /** For tests alone. */
  blockCalls?: number;
  heldMs?: number;
  /** The operator's, which every organisation has. */
  ceiling: MonthlyQuota;
  clock: Clock;
  log: Log;
  store: { readonly quotas: Pick<Queries['quotas'], 'take' | 'giveBack'> };
}): Quotas {
  const accounts = new Map<string, Account>();
  const asking = new Set<Promise<void>>();
  let month = monthAt(clock.nowMs());
  let timer: NodeJS.Timeout | undefined;

  function thisMonth(): Month {
    const nowMs = clock.nowMs();
    if (nowMs >= month.endsMs || nowMs < month.beginsMs) month = monthAt(nowMs);
    return month;
  }

  /** What was taken under another limit is not used under this one. */
  function accountOf(orgId: OrganisationId, limit: Account['limit']): Account {
    const now = thisMonth();
    const name = `${orgId} ${now.name} ${limit.calls} ${limit.millicredits}`;
    const known = accounts.get(name);
    if (known !== undefined) return known;
    const account: Account = {
      orgId,
      month: now,
      limit,
      calls: 0,
      millicredits: 0,
      waiting: [],
      spent: undefined,
    };
    accounts.set(name, account);
    timer ??= setTimeout(letGo, heldMs).unref();
    return account;
  }

  function charge({ month: { name }, orgId }: Account, amount: QuotaAmount): Charged {
    return ok({ orgId, month: name, amount });
  }

  function useHeld(account: Account, need: QuotaAmount): boolean {
    if (account.calls < need.calls || account.millicredits < need.millicredits) return false;
    account.calls -= need.calls;
    account.millicredits -= need.millicredits;
    return true;
  }

  function isSpent({ spent }: Account, need: QuotaAmount): boolean {
    return (
      spent !== undefined &&
      clock.nowMs() < spent.untilMs &&
      need.calls >= spent.need.calls &&
      need.millicredits >= spent.need.millicredits
    );
  }

  function refuse({ limit, month: { beginsMs, endsMs }, spent }: Account): Charged {
    const of = spent?.of ?? 'calls';
    const most = of === 'calls' ? (limit.calls ?? 0) : (limit.millicredits ?? 0) / 1000;
    return fail({
      of,
      limit: most,
      setBy: most === ceiling[of] ? 'operator' : 'organisation',
      retryAfterSeconds: Math.max(1, Math.ceil((endsMs - clock.nowMs()) / 1000)),
      monthSeconds: (endsMs - beginsMs) / 1000,
    });
  }

  /** One statement after the other, so that calls which come at once share what it gives. */
  async function ask(account: Account): Promise<void> {
    const { limit, month: asked, orgId, waiting } = account;
    for (let [first] = waiting; first !== undefined; [first] = waiting) {
      const { need } = first;
      if (useHeld(account, need)) {
        waiting.shift()?.settle(charge(account, need));
        continue;
      }
      if (isSpent(account, need)) {
        waiting.shift()?.settle(refuse(account));
        continue;
      }
      const block = { calls: need.calls * blockCalls, millicredits: need.millicredits * blockCalls };
      const { given, used } = await store.quotas.take({ orgId, month: asked.name, limit, need, block });
      account.calls += given.calls;
      account.millicredits += given.millicredits;
      if (given.calls >= need.calls && given.millicredits >= need.millicredits) continue;
      const lacksCalls = limit.calls !== null && used.calls + need.calls > limit.calls;
      account.spent = { need, of: lacksCalls ? 'calls' : 'credits', untilMs: clock.nowMs() + SPENT_MS };
    }
  }

  function askFor(account: Account, need: QuotaAmount): Promise<Charged> {
    return new Promise((settle, reject) => {
      account.waiting.push({ need, settle, fail: reject });
      if (account.waiting.length > 1) return;
      const asked = ask(account)
        .catch((error: unknown) => {
          for (const waiter of account.waiting.splice(0)) waiter.fail(error);
        })
        .finally(() => asking.delete(asked));
      asking.add(asked);
    });
  }

  /** What is held is given back every few seconds, so that what one node does not use others can. */
  async function giveBackHeld(): Promise<void> {
    // Those of now: what comes meanwhile is for the next time, or this would never be over.
    const ofNow = Array.from(accounts);
    for (const [name, account] of ofNow) {
      if (account.waiting.length > 0) continue;
      accounts.delete(name);
      const amount = { calls: account.calls, millicredits: account.millicredits };
      if (amount.calls === 0 && amount.millicredits === 0) continue;
      try {
        await store.quotas.giveBack(account.orgId, account.month.name, amount);
      } catch (error) {
        log.warn(
          { error: deepestCause(error).message, orgId: account.orgId, ...amount },
          'what was held of a quota could not be given back: it counts as used',
        );
      }
    }
  }

  function letGo(): void {
    const given = giveBackHeld().finally(() => {
      asking.delete(given);
      timer = accounts.size > 0 ? setTimeout(letGo, heldMs).unref() : undefined;
    });
    asking.add(given);
  }

  return {
    take(orgId, own, credits) {
      const most = within(ceiling.calls, own?.calls);
      const mostCredits = within(ceiling.credits, own?.credits);
      const need = {
        calls: most === null ? 0 : 1,
        millicredits: mostCredits === null ? 0 : millicreditsOf(credits),
      };
      if (need.calls === 0 && need.millicredits === 0) return undefined;
      const millicredits = mostCredits === null ? null : mostCredits * 1000;
      const account = accountOf(orgId, { calls: most, millicredits });
      // Who waits came first.
      if (account.waiting.length > 0) return askFor(account, need);
      if (useHeld(account, need)) return charge(account, need);
      return isSpent(account, need) ? refuse(account) : askFor(account, need);
    },

    giveBack({ amount, month: name, orgId }) {
      const given = store.quotas
        .giveBack(orgId, name, amount)
        .catch((error: unknown) =>
          log.warn(
            { error: deepestCause(error).message, orgId, ...amount },
            'what a call did not use of a quota could not be given back: it counts as used',
          ),
        )
        .finally(() => asking.delete(given));
      asking.add(given);
    },

    async close() {
      clearTimeout(timer);
      while (asking.size > 0) await Promise.all(asking);
      await giveBackHeld();
      clearTimeout(timer);
    },
  };
}

/** The smaller of the two. */
function within(ceiling: number | null, own: number | null | undefined): number | null {
  if (own === null || own === undefined) return ceiling;
  return ceiling === null ? own : Math.min(ceiling, own);
}
