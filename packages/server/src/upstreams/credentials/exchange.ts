import { LRUCache } from 'lru-cache';
import type { Clock } from '../../kernel/clock.ts';
import type { Log } from '../../kernel/log.ts';
import type { Principal } from '../../kernel/principal.ts';
import type { CredentialTarget } from '../credentials.ts';
import type { Assertions } from './assertions.ts';
import type { ExchangeCredential } from './credential.ts';
import type { Send } from './personal/outgoing.ts';
import { requestTokens } from './personal/token-endpoint.ts';

const KEPT_MAX = 20_000;
/** A token that ends sooner is not used. */
const LEFT_MS = 30_000;
/** For how long a token is used whose lifetime nobody told. */
const UNTOLD_SECONDS = 60;
/** A token that is refused although it is fresh is refused for another reason. */
const FRESH_MS = 10_000;

interface Kept {
  readonly token: Promise<string | undefined>;
  atMs: number;
  untilMs: number;
}

/**
 * Tokens that the operator's authorization server gives for our own word of who is calling (RFC 8693): the subject is an
 * assertion that we signed, never the caller's token. One is kept for each caller until shortly before it ends.
 */
export function createExchange({
  send,
  assertions,
  clock,
  log,
}: {
  send: Send;
  assertions: Assertions;
  clock: Clock;
  log: Log;
}) {
  const kept = new LRUCache<string, Kept>({ max: KEPT_MAX });

  async function exchange(
    settings: ExchangeCredential,
    { audience: upstream, connectorId }: CredentialTarget,
    principal: Principal,
    entry: { atMs: number; untilMs: number },
  ): Promise<string | undefined> {
    const { authMethod, clientId, clientSecret, resource, scopes, tokenEndpoint } = settings;
    const usual = clientSecret === undefined ? 'none' : 'client_secret_basic';
    const tokens = await requestTokens(
      send,
      {
        url: tokenEndpoint,
        declared: { audience: upstream, urls: [tokenEndpoint] },
        client: { clientId, clientSecret, authMethod: authMethod ?? usual },
      },
      {
        grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
        // For the server that exchanges it: it could not be shown to the upstream instead.
        subject_token: (await assertions(principal, tokenEndpoint)).token,
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        requested_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        audience: settings.audience,
        resource,
        scope: scopes.length === 0 ? undefined : scopes.join(' '),
      },
    );
    if (!tokens.ok) {
      const why = tokens.error.kind === 'refused' ? tokens.error.error : tokens.error.reason;
      log.warn({ connector: connectorId, why }, 'a token for an upstream could not be obtained by exchange');
      return undefined;
    }
    const { accessToken, lifetimeSeconds = UNTOLD_SECONDS } = tokens.value;
    entry.untilMs = clock.nowMs() + lifetimeSeconds * 1000 - LEFT_MS;
    return accessToken;
  }

  return {
    /** Undefined: there is none at the moment. */
    tokenFor(
      settings: ExchangeCredential,
      target: CredentialTarget,
      principal: Principal,
    ): Promise<string | undefined> {
      const name = nameOf(settings, target, principal);
      const known = kept.get(name);
      const nowMs = clock.nowMs();
      if (known !== undefined && known.untilMs > nowMs) return known.token;
      const times = { atMs: nowMs, untilMs: Number.POSITIVE_INFINITY };
      const token = exchange(settings, target, principal, times);
      const entry: Kept = Object.assign(times, { token });
      kept.set(name, entry);
      const drop = (): void => void (kept.peek(name) === entry && kept.delete(name));
      token.then((found) => found === undefined && drop(), drop);
      return token;
    },

    /** The upstream refused it. True: the next one is another. */
    async refused(
      settings: ExchangeCredential,
      target: CredentialTarget,
      principal: Principal,
    ): Promise<boolean> {
      const name = nameOf(settings, target, principal);
      const known = kept.get(name);
      if (known === undefined) return true;
      if (clock.nowMs() - known.atMs < FRESH_MS) return false;
      kept.delete(name);
      return true;
    },
  };
}

export type Exchange = ReturnType<typeof createExchange>;

/** Role and access are part of it, so a demotion is never covered by what was exchanged before it. */
function nameOf(
  settings: ExchangeCredential,
  { connectorId }: CredentialTarget,
  principal: Principal,
): string {
  const { access, actor, keyId, orgId, role } = principal;
  const { clientSecret: _, ...visible } = settings;
  return JSON.stringify([orgId, actor.id, keyId, role, access, connectorId, visible]);
}
