import { toAuditRow } from '../../../audit/entry.ts';
import type { Clock } from '../../../kernel/clock.ts';
import { deepestCause } from '../../../kernel/deepest-cause.ts';
import type { RequestId } from '../../../kernel/ids.ts';
import type { Log } from '../../../kernel/log.ts';
import type { AccountRef, UpstreamRevocation } from '../../../store/queries/upstream-accounts.ts';
import type { Store } from '../../../store/store.ts';
import type { Vault } from '../vault.ts';
import { openAccount, type AccountSecrets } from './account-secrets.ts';
import { clientOf } from './accounts.ts';
import type { Send } from './outgoing.ts';
import { postForm } from './token-endpoint.ts';

const BATCH = 10;
const ATTEMPTS_MAX = 12;
const INTERVAL_MS = 60_000;
/** Lifetimes end without a word: so often all accounts are looked through. */
const ALL_EVERY_MS = 10 * 60_000;
/** More than these at once, and all are looked through. */
const SUBJECTS_MAX = 1000;

/**
 * The end of people's accounts at upstreams. What can no longer be used here is found in the database itself, whatever
 * ended it, and is given back to the upstream (RFC 7009) from a queue that outlives this process.
 */
export function createRevoking({
  store,
  vault,
  sealKey,
  send,
  clock,
  log,
}: {
  store: Store;
  vault: Vault;
  sealKey: Uint8Array;
  send: Send;
  clock: Clock;
  log: Log;
}) {
  let running: Promise<void> | undefined;
  let isWanted = false;
  let isClosed = false;
  let ended = nothingEnded();
  let lookedThroughAtMs = Number.NEGATIVE_INFINITY;

  function entry(ref: AccountRef, why: string, requestId?: RequestId) {
    const actor = requestId ? ({ kind: 'user', id: ref.userId } as const) : ({ kind: 'system' } as const);
    const { connectorId, orgId } = ref;
    return toAuditRow(
      {
        orgId,
        action: 'upstream.disconnected',
        actor,
        target: connectorId,
        requestId,
        outcome: 'ok',
        detail: { why, user: ref.userId },
      },
      'event',
      clock,
    );
  }

  async function endUnreachable(): Promise<void> {
    const of = ended;
    ended = nothingEnded();
    const count = of.grants.length + of.keys.length + of.members.length;
    const isAll = count > SUBJECTS_MAX || performance.now() - lookedThroughAtMs > ALL_EVERY_MS;
    if (count === 0 && !isAll) return;
    try {
      await store.transaction(async (queries) => {
        const gone = await queries.upstreamAccounts.endUnreachable(isAll ? undefined : of);
        if (gone.length > 0) await queries.audit.insertMany(gone.map((ref) => entry(ref, 'nothing_left')));
      });
      if (isAll) lookedThroughAtMs = performance.now();
    } catch (error) {
      // Whose they were is forgotten by now: the next time all are looked through.
      lookedThroughAtMs = Number.NEGATIVE_INFINITY;
      throw error;
    }
  }

  async function giveBack(row: UpstreamRevocation): Promise<void> {
    const { connectorId, orgId, userId } = row;
    const secrets = openAccount(sealKey, { orgId, connectorId, userId }, row.sealed);
    const isOver = secrets.revocationEndpoint === undefined || (await revoke(row, secrets));
    if (isOver || row.attempts >= ATTEMPTS_MAX) await store.upstreamAccounts.deleteRevocation(row.id);
  }

  /** True: there is nothing more to say. The refresh token first: most servers end the rest with it (RFC 7009 section 2.1). */
  async function revoke({ connectorId }: UpstreamRevocation, secrets: AccountSecrets): Promise<boolean> {
    const { accessToken, declared, refreshToken, revocationEndpoint = '' } = secrets;
    const held = await vault.find(connectorId);
    const settings = held?.credential.kind === 'oauth' ? held.credential : undefined;
    const endpoint = { url: revocationEndpoint, declared, client: clientOf(secrets, settings) };
    const tokens = [
      ...(refreshToken === undefined ? [] : [{ token: refreshToken, token_type_hint: 'refresh_token' }]),
      { token: accessToken, token_type_hint: 'access_token' },
    ];
    for (const form of tokens) {
      const answer = await postForm(send, endpoint, form);
      // Section 2.2.1: with 503 the token still exists. A refusal of the request stays one.
      const mayHelp = !answer.ok || answer.value.status >= 500 || answer.value.status === 429;
      if (mayHelp) return false;
    }
    return true;
  }

  async function work(): Promise<void> {
    await endUnreachable();
    for (;;) {
      const due = await store.upstreamAccounts.claimRevocations(BATCH);
      for (const row of due) {
        // Those that are left come up again by themselves.
        if (isClosed) return;
        await giveBack(row).catch((error: unknown) =>
          log.warn({ error: deepestCause(error).message }, 'tokens of an upstream could not be given back'),
        );
      }
      if (due.length < BATCH || isClosed) return;
    }
  }

  async function workWhileWanted(): Promise<void> {
    while (isWanted && !isClosed) {
      isWanted = false;
      await work().catch((error: unknown) =>
        log.warn({ error: deepestCause(error).message }, 'accounts of upstreams could not be looked through'),
      );
    }
    running = undefined;
  }

  /** Something ended here. Never waits, never throws. */
  function soon(): void {
    isWanted = true;
    if (isClosed) return;
    running ??= new Promise<void>((resolve) => setImmediate(resolve)).then(workWhileWanted);
  }

  const timer = setInterval(soon, INTERVAL_MS).unref();

  return {
    soon,

    /** Told by the change feed what has ended, or become less: the id of a grant or a key, or `<organisation>:<user>`. */
    ended(kind: 'grants' | 'keys' | 'members', subject: string): void {
      ended[kind].push(subject);
      soon();
    },

    /** The person ends it. True: there was one. */
    async disconnect(ref: AccountRef, requestId: RequestId): Promise<boolean> {
      const isEnded = await store.transaction(async (queries) => {
        if (!(await queries.upstreamAccounts.disconnect(ref, 'disconnected'))) return false;
        await queries.audit.insertMany([entry(ref, 'disconnected', requestId)]);
        return true;
      });
      if (isEnded) soon();
      return isEnded;
    },

    async close(): Promise<void> {
      isClosed = true;
      clearInterval(timer);
      await running;
    },
  };
}

function nothingEnded(): Record<'grants' | 'keys' | 'members', string[]> {
  return { grants: [], keys: [], members: [] };
}
