import { CHECKPOINT_PURPOSE, contextOfCheckpointKey } from './audit/checkpoint-key.ts';
import { recordEvent } from './audit/record-event.ts';
import { contextOfWebhookSecret, WEBHOOK_PURPOSE } from './audit/webhooks/secrets.ts';
import type { Clock } from './kernel/clock.ts';
import { deriveKey, seal, unseal } from './kernel/seal.ts';
import { WrongMasterSecretError } from './kernel/wrong-master-secret.ts';
import { contextOfDeparture, contextOfProvider } from './people/company/provider-secrets.ts';
import { contextOfTotp } from './people/two-factor/second-factor.ts';
import { SEALED_COLUMNS, type SealedTable } from './store/queries/sealed.ts';
import type { Queries, Store } from './store/store.ts';
import { contextOfSigningKey } from './grants/signing-key.ts';
import { contextOfAccount, contextOfPending } from './upstreams/credentials/personal/account-secrets.ts';
import { contextOfClient } from './upstreams/credentials/personal/client.ts';
import { contextOfCredential, contextOfImport } from './upstreams/credentials/vault.ts';
import { createSealedEnvironment } from './upstreams/sealed-environment.ts';
import { mcpUpstreamSchema } from './upstreams/upstream.ts';

/** Which key each table is sealed under, and what each row is sealed for. */
const SEALED: Readonly<
  Record<SealedTable, { readonly purpose: string; contextOf(names: readonly string[]): string }>
> = {
  totp_factors: { purpose: 'two-factor', contextOf: ([userId = '']) => contextOfTotp(userId) },
  company_providers: {
    purpose: 'company sign-in',
    contextOf: ([orgId = '']) => contextOfProvider(orgId),
  },
  company_authorizations: {
    purpose: 'company sign-in',
    contextOf: ([stateHash = '']) => contextOfDeparture(stateHash),
  },
  signing_keys: { purpose: 'signing keys', contextOf: ([kid = '']) => contextOfSigningKey(kid) },
  audit_checkpoint_keys: {
    purpose: CHECKPOINT_PURPOSE,
    contextOf: ([kid = '']) => contextOfCheckpointKey(kid),
  },
  connector_credentials: {
    purpose: 'upstream credentials',
    contextOf: ([connectorId = '']) => contextOfCredential(connectorId),
  },
  imports: {
    purpose: 'upstream credentials',
    contextOf: ([importId = '']) => contextOfImport(importId),
  },
  upstream_clients: {
    purpose: 'upstream accounts',
    contextOf: ([connectorId = '', issuer = '']) => contextOfClient(connectorId, issuer),
  },
  upstream_authorizations: {
    purpose: 'upstream accounts',
    contextOf: ([stateHash = '']) => contextOfPending(stateHash),
  },
  upstream_accounts: { purpose: 'upstream accounts', contextOf: contextOfPerson },
  webhook_secrets: { purpose: WEBHOOK_PURPOSE, contextOf: ([id = '']) => contextOfWebhookSecret(id) },
  upstream_revocations: { purpose: 'upstream accounts', contextOf: contextOfPerson },
};

/**
 * Seals everything that is stored under `previous` anew under `next`, all or nothing. Throws `WrongMasterSecretError` if
 * `previous` is not what it is sealed under. Nodes that run with the former secret are told through the change feed.
 */
export function rotateSecret(
  store: Store,
  { clock, next, previous }: { clock: Clock; next: string; previous: string },
): Promise<{ resealed: number }> {
  return store.transaction(async (queries) => {
    await queries.sealed.lock();
    let resealed = await resealUpstreams(queries, previous, next);
    for (const table of Object.keys(SEALED_COLUMNS) as SealedTable[]) {
      const { contextOf, purpose } = SEALED[table];
      const [from, to] = [deriveKey(previous, purpose), deriveKey(next, purpose)];
      for (const { names, sealed } of await queries.sealed.list(table)) {
        const context = contextOf(names);
        await queries.sealed.put(table, { names, sealed: seal(to, opened(from, sealed, context), context) });
        resealed += 1;
      }
    }
    await queries.changes.add('signing_key', '*');
    await recordEvent(queries, clock, {
      action: 'secret.rotated',
      actor: { kind: 'system' },
      outcome: 'ok',
      detail: { resealed },
    });
    return { resealed };
  });
}

/** Whether this is what the database is sealed under; undefined: nothing is sealed yet. */
export async function isSecretOf(store: Store, secret: string): Promise<boolean | undefined> {
  const [key] = await store.signingKeys.list();
  if (key === undefined) return undefined;
  try {
    opened(deriveKey(secret, 'signing keys'), key.sealedPrivateJwk, contextOfSigningKey(key.kid));
    return true;
  } catch (error) {
    if (error instanceof WrongMasterSecretError) return false;
    throw error;
  }
}

async function resealUpstreams(queries: Queries, previous: string, next: string): Promise<number> {
  const purpose = 'upstream environments';
  const from = createSealedEnvironment(deriveKey(previous, purpose));
  const to = createSealedEnvironment(deriveKey(next, purpose));
  const upstreams = await queries.sealed.listUpstreams();
  for (const { id, orgId, slug, upstream } of upstreams) {
    const owner = { orgId, slug };
    const stored = mcpUpstreamSchema.parse(upstream);
    let open;
    try {
      open = from.open(stored, owner);
    } catch (error) {
      throw new WrongMasterSecretError(error);
    }
    await queries.sealed.putUpstream(id, to.seal(open, owner));
  }
  return upstreams.length;
}

function contextOfPerson([orgId = '', connectorId = '', userId = '']: readonly string[]): string {
  return contextOfAccount({ orgId, connectorId, userId } as Parameters<typeof contextOfAccount>[0]);
}

function opened(key: Uint8Array, sealed: string, context: string): string {
  try {
    return unseal(key, sealed, context);
  } catch (error) {
    throw new WrongMasterSecretError(error);
  }
}
