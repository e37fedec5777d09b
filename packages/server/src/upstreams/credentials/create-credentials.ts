import type { Principal } from '../../kernel/principal.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Log } from '../../kernel/log.ts';
import type { Soon } from '../../kernel/soon.ts';
import { WrongMasterSecretError } from '../../kernel/wrong-master-secret.ts';
import type {
  CredentialFault,
  CredentialParts,
  CredentialTarget,
  UpstreamCredentials,
} from '../credentials.ts';
import type { Assertions } from './assertions.ts';
import type { ExchangeCredential, OAuthCredential } from './credential.ts';
import type { Exchange } from './exchange.ts';
import type { Accounts } from './personal/accounts.ts';
import { bearer, NOTHING, staticParts } from './parts.ts';
import type { Held, Vault } from './vault.ts';

/** The credential towards upstreams: what the operator set for the connector, never the caller's own. */
export function createUpstreamCredentials({
  vault,
  assertions,
  accounts,
  exchange,
  webBaseUrl,
  log,
}: {
  vault: Vault;
  assertions: Assertions;
  accounts: Accounts;
  exchange: Exchange;
  webBaseUrl: string;
  log: Log;
}): UpstreamCredentials {
  /** What was sealed under another LATCHKEY_SECRET is for who runs this; the caller waits. */
  async function orSealedElsewhere<T>(
    { connectorId }: CredentialTarget,
    find: () => Promise<Result<T, CredentialFault>>,
  ): Promise<Result<T, CredentialFault>> {
    try {
      return await find();
    } catch (error) {
      if (!(error instanceof WrongMasterSecretError)) throw error;
      log.error({ connector: connectorId }, error.message);
      return fail(SEALED_ELSEWHERE);
    }
  }

  function findHeld(target: CredentialTarget): Promise<Result<Held, CredentialFault>> {
    return orSealedElsewhere(target, async () => {
      const held = await vault.find(target.connectorId);
      if (held === undefined) return fail(unavailable('This connector is no longer there.'));
      return isMeantFor(held, target) ? ok(held) : fail(MEANT_FOR_ELSEWHERE);
    });
  }

  async function partsByExchange(
    settings: ExchangeCredential,
    target: CredentialTarget,
    principal: Principal,
  ): Promise<Result<CredentialParts, CredentialFault>> {
    const token = await exchange.tokenFor(settings, target, principal);
    return token === undefined ? fail(NOT_EXCHANGED) : ok({ ...bearer(token), isLasting: true });
  }

  async function partsOf(
    target: CredentialTarget,
    held: Held,
    principal: Principal | undefined,
  ): Promise<Result<CredentialParts, CredentialFault>> {
    const { credential } = held;
    const parts = staticParts(credential);
    if (parts !== undefined) return ok(parts);
    if (principal === undefined) return fail({ kind: 'nobody' });
    switch (credential.kind) {
      case 'assertion':
        return ok((await assertions(principal, target.audience)).parts);
      case 'oauth':
        return partsOfPerson(target, credential, held.slug, principal);
      case 'token_exchange':
        return partsByExchange(credential, target, principal);
      case 'none':
      case 'bearer':
      case 'basic':
      case 'header':
      case 'query':
        // Said above already: it depends on nobody.
        return ok(NOTHING);
    }
  }

  async function partsOfPerson(
    target: CredentialTarget,
    settings: OAuthCredential,
    slug: string,
    { actor, orgId, orgSlug }: Principal,
  ): Promise<Result<CredentialParts, CredentialFault>> {
    if (actor.kind !== 'user') return fail(NO_PERSON);
    const ref = { orgId, connectorId: target.connectorId, userId: actor.id };
    const token = await accounts.tokenFor(ref, new URL(target.audience).origin, settings);
    switch (token.kind) {
      case 'token':
        return ok({ ...bearer(token.accessToken), isLasting: true });
      case 'connect_needed':
        return fail({ kind: 'connect_needed', connectUrl: `${webBaseUrl}/connect/${orgSlug}/${slug}` });
      case 'unavailable':
        return fail(NOT_REFRESHED);
    }
  }

  /** For nearly every call, of which all is remembered. Undefined: it has to be looked up, or it is refused. */
  function partsInMemory(
    target: CredentialTarget,
    principal: Principal | undefined,
  ): Soon<Result<CredentialParts, CredentialFault>> | undefined {
    const held = vault.inMemory(target.connectorId);
    if (held === undefined || !isMeantFor(held, target)) return undefined;
    const parts = staticParts(held.credential);
    if (parts !== undefined) return ok(parts);
    if (held.credential.kind !== 'assertion' || principal === undefined) return undefined;
    const assertion = assertions(principal, target.audience);
    return assertion instanceof Promise ? assertion.then(({ parts: made }) => ok(made)) : ok(assertion.parts);
  }

  async function lookUpParts(
    target: CredentialTarget,
    principal: Principal | undefined,
  ): Promise<Result<CredentialParts, CredentialFault>> {
    const held = await findHeld(target);
    return held.ok ? orSealedElsewhere(target, () => partsOf(target, held.value, principal)) : held;
  }
  return {
    partsFor: (target, principal) => partsInMemory(target, principal) ?? lookUpParts(target, principal),

    async refused(target, principal) {
      const held = await findHeld(target);
      if (!held.ok || principal === undefined) return false;
      const { credential } = held.value;
      if (credential.kind === 'token_exchange') return exchange.refused(credential, target, principal);
      if (credential.kind !== 'oauth' || principal.actor.kind !== 'user') return false;
      const ref = { orgId: principal.orgId, connectorId: target.connectorId, userId: principal.actor.id };
      return accounts.refused(ref, new URL(target.audience).origin, credential);
    },
  };
}

function isMeantFor({ origin }: Held, { audience }: CredentialTarget): boolean {
  return origin === undefined || origin === originOf(audience);
}

function originOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).origin : undefined;
}

function unavailable(message: string): CredentialFault {
  return { kind: 'unavailable', message };
}

const MEANT_FOR_ELSEWHERE = unavailable(
  'The credential of this connector was set for another address than this call goes to. An administrator has to look at it.',
);
const SEALED_ELSEWHERE = unavailable(
  'The credential of this connector cannot be opened at the moment. An administrator has to look at the log.',
);
const NO_PERSON = unavailable(
  'This tool acts through each person’s own account at the service behind it, and an agent has none.',
);
const NOT_REFRESHED = unavailable(
  'The service behind this tool does not renew its access at the moment. Try again later.',
);
const NOT_EXCHANGED = unavailable(
  'No access to the service behind this tool could be obtained at the moment. Try again later.',
);
