import { createHash } from 'node:crypto';
import { newId } from '../kernel/ids.ts';
import { equalSecrets, hashSecret, randomToken } from '../kernel/secret.ts';
import type { Client } from '../store/queries/clients.ts';
import type { Store } from '../store/store.ts';
import { createClientRoom } from './client-room.ts';
import { claimedClientId, type IsGenuineAssertion } from './client-assertions.ts';

export type { Client };

export interface ClientMetadata {
  name: string;
  redirectUris: string[];
  authMethod: 'none' | 'client_secret_basic' | 'client_secret_post';
}

const CLIENT_ID_CHARACTERS_MAX = 2048;

// Compared with whatever an unknown client sends, so that both take the same work.
const NO_SECRET_HASH = hashSecret(randomToken());

/** OAuth clients: how they register (RFC 7591) and how they prove themselves. */
export function createClients({
  store,
  isGenuineAssertion,
}: {
  store: Store;
  isGenuineAssertion: IsGenuineAssertion;
}) {
  const room = createClientRoom({ store });

  async function find(clientId: string): Promise<Client | undefined> {
    // Whatever is no text for the database, or longer than any id of ours, is unknown; asking would be an error.
    if (clientId.length > CLIENT_ID_CHARACTERS_MAX || clientId.includes('\0')) return undefined;
    return store.tokens.findClient(clientId);
  }

  return {
    find,

    /**
     * Identical public metadata gets the client that is there already: Claude registers for every connection.
     * A confidential client is always new, and its secret is in this answer alone. Undefined: there are as many clients
     * as may be that nobody has approved yet.
     */
    async register(
      metadata: ClientMetadata,
      unconfirmedMax: number,
    ): Promise<{ client: Client; secret: string | undefined; isNew: boolean } | undefined> {
      const secret = metadata.authMethod === 'none' ? undefined : randomToken();
      const known = secret === undefined ? await store.clients.reuse(hashOf(metadata)) : undefined;
      if (known !== undefined) return { client: known, secret: undefined, isNew: false };
      const id = newId('cli');
      const client = await room.enter(unconfirmedMax, () =>
        store.clients.register({
          id,
          ...metadata,
          secretHash: secret === undefined ? null : hashSecret(secret),
          metadataHash: secret === undefined ? hashOf(metadata) : null,
        }),
      );
      return client && { client, secret, isNew: client.id === id };
    },

    /** The client, if it proved itself by exactly the method that it is registered for (RFC 6749 section 2.3). */
    async authenticate(presented: {
      clientId: string;
      method: string;
      secret: string | undefined;
    }): Promise<Client | undefined> {
      const client = await find(presented.clientId);
      const genuine = equalSecrets(hashSecret(presented.secret ?? ''), client?.secretHash ?? NO_SECRET_HASH);
      if (client === undefined || client.authMethod !== presented.method) return undefined;
      return client.authMethod === 'none' || genuine ? client : undefined;
    },

    /** The client whose assertion this is (RFC 7523 section 3). `clientId`: what the request says besides, if it does. */
    async authenticateByAssertion(
      assertion: string,
      clientId: string | undefined,
    ): Promise<Client | undefined> {
      const claimed = claimedClientId(assertion);
      if (claimed === undefined || (clientId ?? claimed) !== claimed) return undefined;
      const client = await find(claimed);
      const registered = client?.authMethod === 'private_key_jwt' ? client : undefined;
      return (await isGenuineAssertion(assertion, registered)) ? registered : undefined;
    },
  };
}

function hashOf({ name, redirectUris }: ClientMetadata): string {
  return createHash('sha256')
    .update(JSON.stringify([name, redirectUris.toSorted()]))
    .digest('base64url');
}

export type Clients = ReturnType<typeof createClients>;
