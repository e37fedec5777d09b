import { deriveKey } from '../../kernel/seal.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { GuardedOpenOptions } from '../../kernel/guarded-open.ts';
import type { ConnectorId, OrganisationId, UserId } from '../../kernel/ids.ts';
import type { Log } from '../../kernel/log.ts';
import type { UpstreamAccountState } from '../../store/schema.ts';
import type { Store } from '../../store/store.ts';
import { createAccounts } from './personal/accounts.ts';
import { clientDocument, createClientFinder } from './personal/client.ts';
import { createConnecting } from './personal/connecting.ts';
import { createOutgoing } from './personal/outgoing.ts';
import { createRevoking } from './personal/revoking.ts';
import type { Vault } from './vault.ts';

export const CALLBACK_PATH = '/oauth/upstream/callback';
export const CLIENT_DOCUMENT_PATH = '/oauth/upstream-client.json';

/** How it is with a person's account at a connector; undefined: nobody has one of their own there. */
export type ConnectionState = UpstreamAccountState | 'none';

/** People's own accounts at upstreams: how they are connected, used, and given back. */
export function createUpstreamAccounts({
  store,
  vault,
  masterSecret,
  mcpBaseUrl,
  webBaseUrl,
  guard,
  maySeal = () => true,
  clock,
  log,
}: {
  store: Store;
  vault: Vault;
  masterSecret: string;
  mcpBaseUrl: string;
  webBaseUrl: string;
  /** For tests, which bring an internet of their own. */
  guard?: GuardedOpenOptions | undefined;
  /** False: LATCHKEY_SECRET has been rotated, and what this process seals nobody else could open. */
  maySeal?: () => boolean;
  clock: Clock;
  log: Log;
}) {
  const sealKey = deriveKey(masterSecret, 'upstream accounts');
  const send = createOutgoing(guard);
  const redirectUri = webBaseUrl + CALLBACK_PATH;
  const document = clientDocument(mcpBaseUrl + CLIENT_DOCUMENT_PATH, redirectUri, webBaseUrl);
  const findClient = createClientFinder({
    store,
    sealKey,
    send,
    // A document on plain http is none (section 3 of the draft).
    documentUrl: mcpBaseUrl.startsWith('https:') ? document.client_id : undefined,
    redirectUri,
  });
  const revoking = createRevoking({ store, vault, sealKey, send, clock, log });
  return {
    /** Our client metadata document, to be served as it is. */
    document,
    send,
    accounts: createAccounts({ store, sealKey, send, giveBackSoon: revoking.soon, clock, log }),
    connecting: createConnecting({
      store,
      vault,
      sealKey,
      maySeal,
      send,
      findClient,
      redirectUri,
      clock,
      log,
    }),
    revoking,

    /** Of those of the connectors where each person has an account of their own. */
    async statesOf(
      orgId: OrganisationId,
      userId: UserId,
      connectorIds: readonly ConnectorId[],
    ): Promise<ReadonlyMap<ConnectorId, ConnectionState>> {
      const personal = await vault.personal(connectorIds);
      const known = await store.upstreamAccounts.statesOf(orgId, userId, personal);
      return new Map(personal.map((connectorId) => [connectorId, known.get(connectorId) ?? 'none']));
    },
  };
}

export type UpstreamAccounts = ReturnType<typeof createUpstreamAccounts>;
