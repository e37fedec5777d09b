import { isDeepStrictEqual } from 'node:util';
import { LRUCache } from 'lru-cache';
import type { AuditEntry } from '../../audit/entry.ts';
import { recordEvent } from '../../audit/record-event.ts';
import type { Clock } from '../../kernel/clock.ts';
import { inTime } from '../../kernel/in-time.ts';
import type { ConnectorId, OrganisationId, RequestId } from '../../kernel/ids.ts';
import { seal } from '../../kernel/seal.ts';
import type { CredentialRow } from '../../store/queries/upstream-credentials.ts';
import type { ImportRow } from '../../store/queries/imports.ts';
import type { Queries, Store } from '../../store/store.ts';
import { credentialSchema, split, type Credential } from './credential.ts';
import { openSealed } from './open-sealed.ts';

const KEPT_MAX = 5000;

/** The credential of an import, as it is stored; null: none was given yet. */
export type DraftCredential = Pick<ImportRow, 'credentialKind' | 'credentialSettings' | 'credentialSealed'>;

/** A connector's credential, opened. */
export interface Held {
  readonly slug: string;
  readonly credential: Credential;
  /** Where it may be sent; undefined: anywhere, because it holds no secret of its own. */
  readonly origin: string | undefined;
}

export interface NewCredential {
  readonly connectorId: ConnectorId;
  /** Null: the connector is shared. */
  readonly orgId: OrganisationId | null;
  /** The upstream's base URL, or the URL of an MCP server. */
  readonly audience: string;
  readonly credential: Credential;
  /** Who sets it; unset: the service itself. */
  readonly actor?: AuditEntry['actor'];
  readonly requestId?: RequestId | undefined;
}

/** What is sealed in `connector_credentials` is sealed for this. */
export function contextOfCredential(connectorId: string): string {
  return `connector-credential ${connectorId}`;
}

/** The same of a connector that is being imported. */
export function contextOfImport(importId: string): string {
  return `import-credential ${importId}`;
}

/** Connectors' credentials, sealed in the database and kept open in memory until the change feed says otherwise. */
export function createVault({
  store,
  sealKey,
  clock,
  mayCache,
}: {
  store: Store;
  sealKey: Uint8Array;
  clock: Clock;
  mayCache: () => boolean;
}) {
  const kept = new LRUCache<ConnectorId, Held>({ max: KEPT_MAX });
  let epoch = 0;

  function open(connectorId: ConnectorId, row: CredentialRow): Held {
    const { credential: stored, connectorKind, slug } = row;
    if (stored === null) {
      // The default of each kind: docs/upstream.md.
      const kind = connectorKind === 'openapi' ? 'assertion' : 'none';
      return { slug, credential: { kind }, origin: undefined };
    }
    const { kind, origin, sealed, settings } = stored;
    const secrets = sealed === null ? {} : openSealed(sealKey, sealed, contextOfCredential(connectorId));
    const credential = credentialSchema.parse({ kind, ...settings, ...Object(secrets) });
    const isFree = kind === 'assertion' || kind === 'none';
    return { slug, credential, origin: isFree ? undefined : origin };
  }

  function inMemory(connectorId: ConnectorId): Held | undefined {
    return mayCache() ? kept.get(connectorId) : undefined;
  }

  return {
    /** Undefined: there is no such connector. Throws `WrongMasterSecretError`. */
    async find(connectorId: ConnectorId): Promise<Held | undefined> {
      const known = inMemory(connectorId);
      if (known !== undefined) return known;
      const before = epoch;
      const row = await inTime(store.upstreamCredentials.find(connectorId));
      if (row === undefined) return undefined;
      const held = open(connectorId, row);
      if (epoch === before) kept.set(connectorId, held);
      return held;
    },

    /** What `find` need not look up; undefined: it has to. */
    inMemory,

    /** Which of them ask each person for an account of their own. Nothing is opened for it. */
    async personal(connectorIds: readonly ConnectorId[]): Promise<ConnectorId[]> {
      const kinds = await store.upstreamCredentials.kindsOf(connectorIds);
      return connectorIds.filter((connectorId) => kinds.get(connectorId) === 'oauth');
    },

    /** False: it is so already. */
    set: (credential: NewCredential): Promise<boolean> =>
      store.transaction((queries) => setIn(queries, credential)),

    setIn,

    /** Of a connector that is being imported. */
    sealForImport(importId: string, credential: Credential): DraftCredential {
      const { secrets, settings } = split(credential);
      return {
        credentialKind: credential.kind,
        credentialSettings: settings,
        credentialSealed: secrets ? seal(sealKey, JSON.stringify(secrets), contextOfImport(importId)) : null,
      };
    },

    /** Undefined: nobody has said anything. Throws `WrongMasterSecretError`. */
    openOfImport(importId: string, draft: DraftCredential): Credential | undefined {
      const { credentialKind: kind, credentialSealed: sealed, credentialSettings: settings } = draft;
      if (kind === null) return undefined;
      const secrets = sealed === null ? {} : openSealed(sealKey, sealed, contextOfImport(importId));
      return credentialSchema.parse({ kind, ...settings, ...Object(secrets) });
    },

    /** Called by the change feed. `*`: any. */
    forget(subject: string): void {
      epoch += 1;
      if (subject === '*') kept.clear();
      else kept.delete(subject as ConnectorId);
    },
  };

  /** In the caller's transaction. */
  async function setIn(
    queries: Queries,
    { actor = { kind: 'system' }, audience, connectorId, credential, orgId, requestId }: NewCredential,
  ): Promise<boolean> {
    const { origin } = new URL(audience);
    const { secrets, settings } = split(credential);
    const row = await queries.upstreamCredentials.find(connectorId);
    if (row === undefined) throw new Error(`there is no connector ${connectorId}`);
    const isSame = row.credential?.origin === origin && isDeepStrictEqual(opened(row), credential);
    if (isSame) return false;
    await queries.upstreamCredentials.put(connectorId, {
      kind: credential.kind,
      origin,
      settings,
      sealed: secrets ? seal(sealKey, JSON.stringify(secrets), contextOfCredential(connectorId)) : null,
    });
    await queries.changes.add('credential', connectorId);
    await recordEvent(queries, clock, {
      ...(orgId === null ? {} : { orgId }),
      action: 'connector.credential_set',
      actor,
      target: connectorId,
      requestId,
      outcome: 'ok',
      detail: { slug: row.slug, kind: credential.kind, origin },
    });
    return true;

    /** Undefined: none, or none that can be opened; then it is written anew. */
    function opened(row: CredentialRow): Credential | undefined {
      try {
        return open(connectorId, row).credential;
      } catch {
        return undefined;
      }
    }
  }
}

export type Vault = ReturnType<typeof createVault>;
