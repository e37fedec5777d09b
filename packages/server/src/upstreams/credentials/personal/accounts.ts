import { setTimeout as delay } from 'node:timers/promises';
import { recordEvent } from '../../../audit/record-event.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { Log } from '../../../kernel/log.ts';
import { randomToken } from '../../../kernel/secret.ts';
import type { AccountRef } from '../../../store/queries/upstream-accounts.ts';
import type { Store } from '../../../store/store.ts';
import type { OAuthCredential } from '../credential.ts';
import { declaredClient } from './client.ts';
import { openAccount, sealAccount, type AccountSecrets } from './account-secrets.ts';
import type { Send } from './outgoing.ts';
import { requestTokens, type OAuthClient } from './token-endpoint.ts';

/** An access token that ends sooner is replaced before it is used. */
const SECONDS_LEFT_MIN = 30;
/** Longer than a request to the token endpoint may take. */
const LEASE_SECONDS = 15;
const WAIT_MS = 150;
const WAITS_MAX = 80;
/** A token that is refused although it is fresh is refused for another reason. */
const FRESH_SECONDS = 10;

export type AccountToken =
  | { readonly kind: 'token'; readonly accessToken: string }
  /** Not connected, or no longer. */
  | { readonly kind: 'connect_needed' }
  /** The authorization server does not answer. */
  | { readonly kind: 'unavailable' };

type Row = NonNullable<Awaited<ReturnType<Store['upstreamAccounts']['find']>>>;

/** The access tokens of people's own accounts, fresh. One node refreshes, one request at a time: the others wait. */
export function createAccounts({
  store,
  sealKey,
  send,
  giveBackSoon,
  clock,
  log,
}: {
  store: Store;
  sealKey: Uint8Array;
  send: Send;
  /** There is something in the queue of revocations. */
  giveBackSoon: () => void;
  clock: Clock;
  log: Log;
}) {
  async function tokenFor(
    ref: AccountRef,
    origin: string,
    settings: OAuthCredential,
    needsOther = false,
  ): Promise<AccountToken> {
    for (let waits = 0; waits < WAITS_MAX; waits += 1) {
      const row = await store.upstreamAccounts.find(ref);
      if (row === undefined || row.sealed === null || row.state !== 'connected') {
        return { kind: 'connect_needed' };
      }
      const secrets = openAccount(sealKey, ref, row.sealed);
      // Tokens of the upstream that stood here before are not for this one.
      if (new URL(secrets.declared.audience).origin !== origin) return { kind: 'connect_needed' };
      const { secondsLeft } = row;
      const isFresh = secondsLeft === null || secondsLeft > SECONDS_LEFT_MIN;
      const usable: AccountToken = { kind: 'token', accessToken: secrets.accessToken };
      if (isFresh && !(needsOther && row.ageSeconds > FRESH_SECONDS)) return usable;
      if (secrets.refreshToken === undefined) {
        if (!needsOther && secondsLeft !== null && secondsLeft > 0) return usable;
        await end(ref, row, 'expired');
        continue;
      }
      const leaseId = randomToken();
      if (!(await store.upstreamAccounts.lease(ref, row.version, leaseId, LEASE_SECONDS))) {
        await delay(WAIT_MS);
        continue;
      }
      const refreshed = await refresh(ref, row, secrets, settings, leaseId);
      if (refreshed === 'try_later') {
        return !needsOther && secondsLeft !== null && secondsLeft > 0 ? usable : { kind: 'unavailable' };
      }
    }
    return { kind: 'unavailable' };
  }

  /** Whatever came of it is in the database; `try_later`: nothing did. */
  async function refresh(
    ref: AccountRef,
    row: Row,
    secrets: AccountSecrets,
    settings: OAuthCredential,
    leaseId: string,
  ): Promise<'done' | 'try_later'> {
    const tokens = await requestTokens(
      send,
      { url: secrets.tokenEndpoint, declared: secrets.declared, client: clientOf(secrets, settings) },
      { grant_type: 'refresh_token', refresh_token: secrets.refreshToken, resource: secrets.resource },
    );
    if (tokens.ok) {
      const { accessToken, lifetimeSeconds = null, refreshToken = secrets.refreshToken } = tokens.value;
      const sealed = sealAccount(sealKey, ref, { ...secrets, accessToken, refreshToken });
      const isKept = await store.upstreamAccounts.replaceTokens(ref, leaseId, sealed, lifetimeSeconds);
      // It was disconnected in the meantime: what came is nobody's, and is given back.
      if (!isKept && (await store.upstreamAccounts.find(ref)) === undefined) {
        await store.upstreamAccounts.queueRevocation(ref, 'disconnected', sealed);
        giveBackSoon();
      }
      return 'done';
    }
    if (tokens.error.kind === 'refused' && tokens.error.error === 'invalid_grant') {
      await end(ref, row, 'invalid_grant');
      return 'done';
    }
    const why = tokens.error.kind === 'refused' ? tokens.error.error : tokens.error.reason;
    log.warn({ connector: ref.connectorId, why }, 'tokens of an upstream could not be refreshed');
    await store.upstreamAccounts.release(ref, leaseId);
    return 'try_later';
  }

  async function end(ref: AccountRef, row: Row, why: string): Promise<void> {
    const { connectorId, orgId } = ref;
    await store.transaction(async (queries) => {
      if (!(await queries.upstreamAccounts.markDead(ref, row.version))) return;
      await recordEvent(queries, clock, {
        orgId,
        action: 'upstream.ended',
        actor: { kind: 'user', id: ref.userId },
        target: connectorId,
        outcome: 'failed',
        detail: { why },
      });
    });
  }

  return {
    tokenFor: (ref: AccountRef, origin: string, settings: OAuthCredential) => tokenFor(ref, origin, settings),

    /** The upstream refused the token of this account. True: something else would be said of it by now. */
    async refused(ref: AccountRef, origin: string, settings: OAuthCredential): Promise<boolean> {
      const before = await store.upstreamAccounts.find(ref);
      if (before === undefined || before.state !== 'connected') return true;
      if (before.ageSeconds <= FRESH_SECONDS) return before.version > 1;
      const after = await tokenFor(ref, origin, settings, true);
      return after.kind !== 'unavailable';
    },
  };
}

export type Accounts = ReturnType<typeof createAccounts>;

/** The operator may have changed the secret of a client that is still the same. */
export function clientOf({ client }: AccountSecrets, settings: OAuthCredential | undefined): OAuthClient {
  if (client.source !== 'declared' || settings === undefined) return client;
  const declared = declaredClient(settings, undefined);
  if (declared?.clientId !== client.clientId) return client;
  return { ...client, clientSecret: declared.clientSecret };
}
