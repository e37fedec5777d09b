import type { Principal } from '../../kernel/principal.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Log } from '../../kernel/log.ts';
import { WrongMasterSecretError } from '../../kernel/wrong-master-secret.ts';
import type {
  CredentialFault,
  CredentialParts,
  CredentialTarget,
  UpstreamCredentials,
} from '../credentials.ts';
import type { Assertions } from './assertions.ts';
import { bearer, staticParts } from './parts.ts';
import type { Held, Vault } from './vault.ts';

/** The credential towards upstreams: what the operator set for the connector, never the caller's own. */
export function createUpstreamCredentials({
  vault,
  assertions,
  log,
}: {
  vault: Vault;
  assertions: Assertions;
  log: Log;
}): UpstreamCredentials {
  /** Undefined: it was set for another address, or under another LATCHKEY_SECRET. */
  async function findHeld(target: CredentialTarget): Promise<Result<Held, CredentialFault>> {
    try {
      const held = await vault.find(target.connectorId);
      if (held === undefined) return fail(unavailable('This connector is no longer there.'));
      const isElsewhere = held.origin !== undefined && held.origin !== originOf(target.audience);
      return isElsewhere ? fail(MEANT_FOR_ELSEWHERE) : ok(held);
    } catch (error) {
      if (!(error instanceof WrongMasterSecretError)) throw error;
      log.error({ connector: target.connectorId }, error.message);
      return fail(SEALED_ELSEWHERE);
    }
  }

  async function partsOf(
    target: CredentialTarget,
    { credential }: Held,
    principal: Principal | undefined,
  ): Promise<Result<CredentialParts, CredentialFault>> {
    const parts = staticParts(credential);
    if (parts !== undefined) return ok(parts);
    if (principal === undefined) return fail({ kind: 'nobody' });
    if (credential.kind === 'assertion') return ok(bearer(await assertions(principal, target.audience)));
    return fail(unavailable('This connector has a credential that is not known here.'));
  }

  return {
    async partsFor(target, principal) {
      const held = await findHeld(target);
      return held.ok ? partsOf(target, held.value, principal) : held;
    },
    async refused() {
      return false;
    },
  };
}

function originOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).origin : undefined;
}

function unavailable(message: string): CredentialFault {
  return { kind: 'unavailable', message };
}

const MEANT_FOR_ELSEWHERE = unavailable(
  'The credential of this connector was set for another address than it has now. An administrator has to set it again.',
);
const SEALED_ELSEWHERE = unavailable(
  'The credential of this connector cannot be opened at the moment. An administrator has to look at the log.',
);
