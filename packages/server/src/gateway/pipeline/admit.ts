import { AppError, toAppError, type ErrorCode } from '../../kernel/errors.ts';
import { inTime } from '../../kernel/in-time.ts';
import type { Soon } from '../../kernel/soon.ts';
import type { AtOnce, NoPlace } from '../../limits/at-once.ts';
import type { FairGate, Turn } from '../../limits/fair-gate.ts';
import type { Charge, Charged, Quotas, QuotaSpent } from '../../limits/quotas.ts';
import type { Call, End, Ended, Recorder } from './record.ts';

/** What a call has to get past between its rate limit and its intent. */
export interface Admission {
  readonly atOnce: AtOnce;
  readonly quotas: Quotas;
  readonly gate: FairGate;
  /** Told of each call that was not let in. */
  readonly onRefused?: ((why: NotAdmitted) => void) | undefined;
}

export const NOT_ADMITTED = [
  'key_at_once',
  'organisation_at_once',
  'month_calls',
  'month_credits',
  'full',
  'late',
  'gone',
] as const;
export type NotAdmitted = (typeof NOT_ADMITTED)[number];

/** What a call holds while it is under way. */
interface Place {
  charge: Charge | undefined;
  isIn: boolean;
}

const MONTH_UNKNOWN =
  'The call was not made: what is left of the month’s quota could not be found out. Try again.';

/**
 * Calls begin by being recorded, whichever door they came by: here they are counted against the calls at once and the
 * month's quota, and wait for their turn where this node has enough to do. What is never sent costs nothing.
 */
export function admit(recorder: Recorder, admission: Admission | undefined): Recorder {
  if (admission === undefined) return recorder;
  const { atOnce, gate, onRefused, quotas } = admission;

  function enter({ principal: { keyId, limits, orgId } }: Call): Place {
    const none = atOnce.enter(keyId, orgId, limits?.atOnce);
    if (none === undefined) return { charge: undefined, isIn: false };
    onRefused?.(`${none.limit}_at_once`);
    throw tooManyAtOnce(none);
  }

  function leave({ principal: { keyId, orgId } }: Call, { charge, isIn }: Place, ended: Ended): void {
    if (isIn) gate.leave();
    atOnce.leave(keyId, orgId);
    if (charge !== undefined && wasNotSent(ended)) quotas.giveBack(charge);
  }

  function undo(call: Call, place: Place, thrown: unknown): never {
    leave(call, place, NOT_SENT);
    throw thrown;
  }

  /** The month's quota, a turn, the record: at once, where none of them has to be waited for. */
  function chargeMonth(call: Call, place: Place): Soon<End> {
    const { credits = 0, principal } = call;
    const asked = quotas.take(principal.orgId, principal.limits?.monthly, credits);
    return asked instanceof Promise
      ? chargedInTime(asked, quotas).then((charged) => waitForTurn(call, place, charged))
      : waitForTurn(call, place, asked);
  }

  function waitForTurn(call: Call, place: Place, charged: Charged | undefined): Soon<End> {
    if (charged !== undefined) {
      if (!charged.ok) {
        onRefused?.(`month_${charged.error.of}`);
        throw quotaExceeded(charged.error);
      }
      place.charge = charged.value;
    }
    const turn = gate.enter(call.principal.orgId, call.signal);
    return turn === undefined ? record(call, place, 'in') : turn.then((came) => record(call, place, came));
  }

  function record(call: Call, place: Place, came: Turn): Soon<End> {
    if (came !== 'in') {
      onRefused?.(came);
      throw OVERLOADED;
    }
    place.isIn = true;
    return recorder.begin(call);
  }

  function leaving(call: Call, place: Place, end: End): End {
    let isOver = false;
    return (ended) => {
      end(ended);
      if (isOver) return;
      isOver = true;
      leave(call, place, ended);
    };
  }

  return {
    refused: recorder.refused,
    begin(call) {
      const place = enter(call);
      try {
        const begun = chargeMonth(call, place);
        return begun instanceof Promise
          ? begun.then(
              (end) => leaving(call, place, end),
              (thrown: unknown) => undo(call, place, thrown),
            )
          : leaving(call, place, begun);
      } catch (thrown) {
        return undo(call, place, thrown);
      }
    },
  };
}

const NOT_SENT: Ended = { fault: 'not_sent' };

/** Only where that is known: of what may have left nobody knows what the upstream did, and it counts. */
function wasNotSent({ fault, notSent }: Ended): boolean {
  return notSent === true || fault === 'not_sent';
}

const LIMITED: ReadonlySet<ErrorCode> = new Set(['concurrency_limited', 'overloaded', 'quota_exceeded']);

/** A limit said no: nothing is wrong with us. */
export function isLimited({ code }: AppError): boolean {
  return LIMITED.has(code);
}

/** The call was not made, for a reason that the caller is told. */
export function isLeftUndone(error: AppError): boolean {
  return error.code === 'unavailable' || isLimited(error);
}

/** What is charged when nobody waits for it any more is of no use. */
async function chargedInTime(asked: Promise<Charged>, quotas: Quotas): Promise<Charged> {
  try {
    return await inTime(asked);
  } catch (cause) {
    asked.then(
      (late) => late.ok && quotas.giveBack(late.value),
      () => undefined,
    );
    return cannotCount(cause);
  }
}

function cannotCount(cause: unknown): never {
  const { message } = toAppError(cause);
  throw new AppError('unavailable', MONTH_UNKNOWN, { internalMessage: message, cause, retryAfterSeconds: 1 });
}

const CAN_RAISE: Readonly<Record<QuotaSpent['setBy'], string>> = {
  organisation: 'an owner or admin can raise it under Settings, Limits',
  operator: 'only the operator of this service can raise it',
};

function quotaExceeded({ limit, monthSeconds, of, retryAfterSeconds, setBy }: QuotaSpent): AppError {
  return new AppError(
    'quota_exceeded',
    `Your organisation has used its ${of} of this month (${limit}). The next month begins in ${retryAfterSeconds} s; until then ${CAN_RAISE[setBy]}.`,
    {
      retryAfterSeconds,
      spent: { name: `month-${of}`, limit, windowSeconds: monthSeconds, resetSeconds: retryAfterSeconds },
    },
  );
}

function tooManyAtOnce({ limit, places }: NoPlace): AppError {
  const whose = limit === 'key' ? 'this key' : 'your organisation';
  return new AppError(
    'concurrency_limited',
    `Too many calls of ${whose} are under way: at most ${places} at once. Try again when one of them is over.`,
    { retryAfterSeconds: 1 },
  );
}

const OVERLOADED = new AppError(
  'overloaded',
  'The call was not made: this service has more to do than it can. Try again.',
  { retryAfterSeconds: 2 },
);
