import { recordEvent } from '../../audit/record-event.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { UserId } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { SessionScope } from '../../kernel/session-scope.ts';
import type { Queries, Store } from '../../store/store.ts';
import { refusableTransaction } from '../refusable-transaction.ts';

export type OperatorFault =
  | 'no_account'
  | 'disabled'
  | 'not_operator'
  /** LATCHKEY_CONFIG says that they are one. */
  | 'declared'
  /** Somebody has to be left. */
  | 'last_operator';

/** What came of one declared operator. */
export interface DeclaredOperator {
  readonly email: string;
  readonly outcome:
    | 'operator'
    /** There is no account with this address yet. */
    | 'waits'
    /** There is an account, and nobody vouched for its address. */
    | 'not_vouched_for';
}

interface Room {
  readonly store: Store;
  readonly clock: Clock;
}

/** Who looks after the installation. Only whoever has the server decides it: no page does. */
export function createOperators({ store, clock }: Room) {
  return {
    list: store.operators.list,

    /** Whether a session is an operator's. A company's word is good for its own organisation, and for this it is none. */
    isOperator: async ({ userId, viaOrgId }: Pick<SessionScope, 'userId' | 'viaOrgId'>): Promise<boolean> =>
      viaOrgId === null && store.operators.isOperator(userId),

    /** The value: whether they were none before. */
    add: (email: string): Promise<Result<boolean, OperatorFault>> =>
      refusableTransaction<boolean, OperatorFault>(store, async (queries) => {
        await queries.operators.lock();
        const [account] = await queries.operators.accountsOf([email]);
        if (account === undefined) return fail('no_account');
        if (account.isDisabled) return fail('disabled');
        const isNew = await queries.operators.add(account.userId, { declared: false });
        if (isNew) await trace(queries, clock, 'operator.added', account);
        return ok(isNew);
      }),

    remove: (email: string): Promise<Result<void, OperatorFault>> =>
      refusableTransaction<void, OperatorFault>(store, async (queries) => {
        await queries.operators.lock();
        const [account] = await queries.operators.accountsOf([email]);
        if (account === undefined) return fail('no_account');
        const held = await queries.operators.find(account.userId);
        if (held === undefined) return fail('not_operator');
        if (held.declared) return fail('declared');
        await queries.operators.remove([account.userId]);
        if ((await queries.operators.countEnabled()) === 0) return fail('last_operator');
        await trace(queries, clock, 'operator.removed', account);
        return ok(undefined);
      }),

    /** Makes operators of these addresses, and of nobody else by declaration: who is no longer named goes, but not the last. */
    declare: (emails: readonly string[]): Promise<DeclaredOperator[]> =>
      store.transaction(async (queries) => {
        await queries.operators.lock();
        const accounts = new Map((await queries.operators.accountsOf(emails)).map((one) => [one.email, one]));
        const outcomes: DeclaredOperator[] = [];
        for (const email of emails) {
          const account = accounts.get(email);
          const isOperator = account !== undefined && (await queries.operators.isOperator(account.userId));
          if (account === undefined) outcomes.push({ email, outcome: 'waits' });
          else if (!account.isVouchedFor && !isOperator) outcomes.push({ email, outcome: 'not_vouched_for' });
          else {
            const isNew = await queries.operators.add(account.userId, { declared: true });
            if (isNew) await trace(queries, clock, 'operator.added', account);
            outcomes.push({ email, outcome: 'operator' });
          }
        }
        await removeUnnamed({ queries, clock }, new Set(emails));
        return outcomes;
      }),
  };
}

export type Operators = ReturnType<typeof createOperators>;

async function removeUnnamed(
  { clock, queries }: { queries: Queries; clock: Clock },
  named: ReadonlySet<string>,
): Promise<void> {
  const all = await queries.operators.list();
  const isLeft = all.some(
    ({ declared, email, isDisabled }) => !isDisabled && (!declared || named.has(email)),
  );
  const unnamed = all.filter(({ declared, email }) => declared && !named.has(email));
  // Somebody has to be left: the file goes on to be tried at every start.
  if (!isLeft || unnamed.length === 0) return;
  await queries.operators.remove(unnamed.map(({ userId }) => userId));
  for (const one of unnamed) await trace(queries, clock, 'operator.removed', one);
}

function trace(
  queries: Queries,
  clock: Clock,
  action: 'operator.added' | 'operator.removed',
  { email, userId }: { userId: UserId; email: string },
): Promise<void> {
  return recordEvent(queries, clock, {
    action,
    actor: { kind: 'operator' },
    target: userId,
    outcome: 'ok',
    detail: { email },
  });
}
