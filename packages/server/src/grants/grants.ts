import type { FetchDocument } from '../kernel/address-guard.ts';
import type { Clock } from '../kernel/clock.ts';
import { deriveKey } from '../kernel/seal.ts';
import type { KeyEnvironment } from '../keys/key-secret.ts';
import type { Store } from '../store/store.ts';
import { createAccessTokens } from './access-tokens.ts';
import { createActingClients } from './acting-clients.ts';
import { createApprovals } from './approvals.ts';
import type { ChangeFeed } from './change-feed.ts';
import { createClientAssertions } from './client-assertions.ts';
import { createClientCredentials } from './client-credentials.ts';
import { createClientDocuments, type DocumentBudget } from './client-documents/client-documents.ts';
import { createClientRules } from './client-rules.ts';
import { createClients } from './clients.ts';
import { createKeyRotation } from './key-rotation.ts';
import { createExchangeToken } from './exchange-token.ts';
import { createConnections } from './connections.ts';
import { createDpop } from './dpop/dpop.ts';
import { createIssueByAssertion } from './identity-assertions/issue-by-assertion.ts';
import { createIdentityProviders } from './identity-providers.ts';
import { createIntrospect } from './introspect.ts';
import { createOrganisationSecurity } from './organisation-security.ts';
import { createPortalClients } from './portal-clients.ts';
import { createPublishedKeys } from './published-keys.ts';
import { createRedeemCode } from './redeem-code.ts';
import { createRefresh } from './refresh.ts';
import { createRevokedGrants } from './revoked-grants.ts';
import { createRevokeToken } from './revoke-token.ts';
import { createSignEveryoneOut } from './sign-everyone-out.ts';
import { createSigning } from './signing.ts';
import { createOrganisationDeletion } from './delete-organisation.ts';
import { createKnownOrganisations } from './known-organisations.ts';
import { createStandings } from './standings.ts';
import { createLoweredGrants } from './lowered-grants.ts';
import { createMint } from './token-answer.ts';

export interface GrantsDeps {
  store: Store;
  feed: ChangeFeed;
  clock: Clock;
  /** From which the keys that seal signing keys and derive codes are derived. */
  masterSecret: string;
  mcpBaseUrl: string;
  environment: KeyEnvironment;
  /** How a stranger's document is read: through the address guard. */
  fetchDocument: FetchDocument;
  /** For tests of the budgets. */
  documentBudget?: DocumentBudget | undefined;
  /** The database was sealed anew while this process runs. */
  onWrongSecret?: ((error: Error) => void) | undefined;
}

/** What approvals become: codes, tokens, refresh families, and their end. */
export async function createGrants({
  store,
  feed,
  clock,
  masterSecret,
  mcpBaseUrl,
  environment,
  fetchDocument,
  documentBudget,
  onWrongSecret,
}: GrantsDeps) {
  const sealKey = deriveKey(masterSecret, 'signing keys');
  const signing = await createSigning({ store, feed, sealKey, onWrongSecret });
  const rotation = createKeyRotation({ store, sealKey });
  const revoked = createRevokedGrants({ store, feed, clock });
  const lowered = createLoweredGrants({ store, feed, clock });
  const mayAct = createActingClients({ store, feed });
  const accessTokens = createAccessTokens({ signing, revoked, lowered, mayAct, clock, mcpBaseUrl });
  const mint = createMint({ accessTokens, environment, clock });
  const clientRules = createClientRules({ store, clock });
  const publishedKeys = createPublishedKeys({ fetchDocument, clock });
  return {
    signing,
    /** A step in the life of the signing keys, and this node up to date with them. */
    async advanceKeys(): Promise<void> {
      await rotation.advance();
      await signing.reload();
    },
    dpop: createDpop({
      claimOnce: (id, expiresAtSeconds) => store.tokens.claimOnce('dpop_proof', id, expiresAtSeconds),
      key: deriveKey(masterSecret, 'dpop nonces'),
      clock,
    }),
    accessTokens,
    standings: createStandings({ store, feed }),
    organisationExists: createKnownOrganisations({ store, feed }),
    clients: createClients({
      store,
      isGenuineAssertion: createClientAssertions({
        claimOnce: (id, expiresAtSeconds) => store.tokens.claimOnce('client_assertion', id, expiresAtSeconds),
        publishedKeys,
        clock,
        issuer: mcpBaseUrl,
      }),
    }),
    signEveryoneOut: createSignEveryoneOut({ store, clock }),
    connections: createConnections({ store, clientRules, clock }),
    portalClients: createPortalClients({ store, clock }),
    issueToMachine: createClientCredentials({ store, accessTokens }),
    exchangeToken: createExchangeToken({ store, accessTokens, clock }),
    issueByAssertion: createIssueByAssertion({
      store,
      accessTokens,
      clientRules,
      publishedKeys,
      clock,
      issuer: mcpBaseUrl,
    }),
    publishedKeys,
    identityProviders: createIdentityProviders({ store, fetchDocument, publishedKeys, clock }),
    introspect: createIntrospect({ store, accessTokens, mcpBaseUrl }),
    clientDocuments: createClientDocuments({ store, fetchDocument, clock, budget: documentBudget }),
    clientRules,
    organisationDeletion: createOrganisationDeletion({ store, clock }),
    organisationSecurity: createOrganisationSecurity({ store, clientRules, clock }),
    approvals: createApprovals({
      store,
      clientRules,
      clock,
      codeKey: deriveKey(masterSecret, 'codes'),
      issuer: mcpBaseUrl,
    }),
    redeemCode: createRedeemCode({ store, clientRules, clock, mint }),
    refresh: createRefresh({ store, clock, mint }),
    revokeToken: createRevokeToken({ store, clock, accessTokens }),
  };
}
