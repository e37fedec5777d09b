import { createHash } from 'node:crypto';
import { toAuditRow } from '../../../audit/entry.ts';
import type { Clock } from '../../../kernel/clock.ts';
import type { RequestId } from '../../../kernel/ids.ts';
import type { Log } from '../../../kernel/log.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import { hashSecret, randomToken } from '../../../kernel/secret.ts';
import type { AccountRef } from '../../../store/queries/upstream-accounts.ts';
import type { Store } from '../../../store/store.ts';
import type { Vault } from '../vault.ts';
import { openPending, sealAccount, sealPending } from './account-secrets.ts';
import type { FindClient } from './client.ts';
import { declaredOf, discover } from './discovery.ts';
import type { Send } from './outgoing.ts';
import { requestTokens } from './token-endpoint.ts';

const MINUTES = 10;
/** A person waits, and each of several requests may take its ten seconds. */
const PATIENCE_MS = 20_000;

/** By what the way back is known to be the person's own: nothing of it is stored but a hash. */
export interface BrowserSession {
  readonly browser: string;
  readonly sessionId: string;
}

export interface Departure extends AccountRef, BrowserSession {
  /** The upstream's base URL, or the URL of an MCP server. */
  readonly audience: string;
  /** A path of ours. */
  readonly returnTo: string;
}

/** What the authorization server sent the browser back with. A parameter that came twice is `several`. */
export interface Arrival extends BrowserSession {
  readonly parameters: Readonly<Record<'state' | 'code' | 'iss' | 'error', string | undefined>>;
  readonly userId: AccountRef['userId'];
  /** Whether the person is still one of the organisation. */
  readonly isMember: (orgId: AccountRef['orgId']) => Promise<boolean>;
  readonly requestId: RequestId;
}

export type ArrivalFault =
  /** Not begun here, by this person in this browser; or too long ago, or before. Nothing was done. */
  | { readonly reason: 'unknown' }
  /** The person, or the server in its name, said no; `error` is an OAuth error code or a word of ours. */
  | { readonly reason: 'refused'; readonly error: string; readonly returnTo: string };

/**
 * A person connects an account at an upstream (authorization code with PKCE, OAuth 2.1). Whoever comes back must be the
 * one who left, in the same browser and session, once; and the answer must be from the server that was asked (RFC 9207).
 */
export function createConnecting({
  store,
  vault,
  sealKey,
  maySeal,
  send,
  findClient,
  redirectUri,
  clock,
  log,
}: {
  store: Store;
  vault: Vault;
  sealKey: Uint8Array;
  maySeal: () => boolean;
  send: Send;
  findClient: FindClient;
  redirectUri: string;
  clock: Clock;
  log: Log;
}) {
  return {
    /** Where the browser goes. The failure is a sentence for the person. */
    async begin(departure: Departure): Promise<Result<{ url: string; host: string }, string>> {
      const { audience, browser, connectorId, orgId, returnTo, sessionId, userId } = departure;
      if (!maySeal()) return fail('This server is about to be restarted. Try again in a moment.');
      const held = await vault.find(connectorId);
      if (held?.credential.kind !== 'oauth') return fail('Nobody has an account of their own there.');
      if (held.origin !== new URL(audience).origin) return fail(SET_FOR_ANOTHER);
      const settings = held.credential;
      const server = await inTime(discover(send, audience, settings));
      const client = server.ok
        ? await inTime(findClient(connectorId, audience, settings, server.value))
        : server;
      if (!server.ok || !client.ok) {
        const why = client.ok ? '' : client.error;
        log.warn({ connector: connectorId, why }, 'an account of an upstream cannot be connected');
        return fail(`This service cannot be connected at the moment: ${why}.`);
      }
      const {
        authorizationEndpoint,
        issuer,
        namesItself,
        resource,
        revocationEndpoint,
        scopes,
        tokenEndpoint,
      } = server.value;
      const state = randomToken();
      const stateHash = hashSecret(state);
      const verifier = randomToken();
      const declared = declaredOf(audience, settings);
      const origin = { declared, tokenEndpoint, revocationEndpoint, issuer, resource, client: client.value };
      await store.upstreamAccounts.begin(
        {
          stateHash,
          orgId,
          connectorId,
          userId,
          browserHash: hashOf({ browser, sessionId }),
          sealed: sealPending(sealKey, stateHash, { ...origin, declared, verifier, namesItself }),
          returnTo,
        },
        MINUTES,
      );
      const url = new URL(authorizationEndpoint);
      const query = {
        response_type: 'code',
        client_id: client.value.clientId,
        redirect_uri: redirectUri,
        state,
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
        ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
        ...(resource === undefined ? {} : { resource }),
      };
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
      return ok({ url: url.href, host: url.host });
    },

    async finish(arrival: Arrival): Promise<Result<{ returnTo: string }, ArrivalFault>> {
      const { code, error, iss, state } = arrival.parameters;
      if (state === undefined) return fail({ reason: 'unknown' });
      const stateHash = hashSecret(state);
      const claimed = await store.upstreamAccounts.claim(stateHash, hashOf(arrival));
      if (claimed === undefined || claimed.userId !== arrival.userId) return fail({ reason: 'unknown' });
      const { connectorId, orgId, returnTo, userId } = claimed;
      const ref = { orgId, connectorId, userId };
      const refuse = async (why: string): Promise<Result<never, ArrivalFault>> => {
        await store.audit.insertMany([auditRow(ref, arrival.requestId, 'refused', { why })]);
        return fail({ reason: 'refused', error: why, returnTo });
      };
      const pending = openPending(sealKey, stateHash, claimed.sealed);
      // RFC 9207 section 2.4: before anything else of the answer is believed.
      const isOther = pending.issuer !== undefined && iss !== undefined && iss !== pending.issuer;
      if (isOther || (iss === undefined && pending.namesItself)) return refuse('another_issuer');
      if (error !== undefined) return refuse(/^[a-z_]{1,60}$/.test(error) ? error : 'refused');
      if (code === undefined || code === '' || code.length > 4096) return refuse('no_code');
      if (!(await arrival.isMember(orgId))) return refuse('not_a_member');

      const { client, declared, issuer, resource, revocationEndpoint, tokenEndpoint, verifier } = pending;
      const tokens = await requestTokens(
        send,
        { url: tokenEndpoint, declared, client },
        {
          grant_type: 'authorization_code',
          code,
          redirect_uri: redirectUri,
          code_verifier: verifier,
          resource,
        },
      );
      if (!tokens.ok) {
        const { error: refusal } = tokens;
        const why = refusal.kind === 'refused' ? refusal.error : 'unreachable';
        // It does not know us any more: the next one registers again.
        if (why === 'invalid_client' && client.source === 'registered' && issuer !== undefined) {
          await store.upstreamCredentials.deleteClient(connectorId, issuer);
        }
        return refuse(why);
      }
      const { accessToken, lifetimeSeconds = null, refreshToken } = tokens.value;
      const origin = { declared, tokenEndpoint, revocationEndpoint, issuer, resource, client };
      const sealed = sealAccount(sealKey, ref, { ...origin, accessToken, refreshToken });
      await store.transaction(async (queries) => {
        await queries.upstreamAccounts.connect(ref, sealed, lifetimeSeconds);
        await queries.audit.insertMany([auditRow(ref, arrival.requestId, 'ok', { issuer: issuer ?? null })]);
      });
      return ok({ returnTo });
    },
  };

  function auditRow(
    { connectorId, orgId, userId }: AccountRef,
    requestId: RequestId,
    outcome: 'ok' | 'refused',
    detail: Record<string, unknown>,
  ) {
    const actor = { kind: 'user', id: userId } as const;
    return toAuditRow(
      { orgId, action: 'upstream.connected', actor, target: connectorId, requestId, outcome, detail },
      'event',
      clock,
    );
  }
}

const SET_FOR_ANOTHER =
  'This service has moved since it was set up. An administrator has to set it up again.';

function hashOf({ browser, sessionId }: BrowserSession): string {
  return hashSecret(`${browser} ${sessionId}`);
}

async function inTime<T>(work: Promise<Result<T, string>>): Promise<Result<T, string>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Result<T, string>>((resolve) => {
    timer = setTimeout(() => resolve(fail('it does not answer in time')), PATIENCE_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
