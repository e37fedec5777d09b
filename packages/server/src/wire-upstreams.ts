import { createSender, type SenderOptions } from '@latchkey/tools';
import type { AppOptions } from './app-options.ts';
import { USUAL_CALLS, type CallSettings } from './config-calls.ts';
import { createMcpServers } from './connectors/mcp-servers.ts';
import { createPublishMcp } from './connectors/publish-mcp.ts';
import { createAssertions } from './grants/assertions.ts';
import type { ChangeFeed } from './grants/change-feed.ts';
import type { createGrants } from './grants/grants.ts';
import type { AddressGuardOptions } from './kernel/address-guard.ts';
import { createGuardedConnect } from './kernel/guarded-connect.ts';
import { monotonicClock } from './kernel/clock.ts';
import { deriveKey } from './kernel/seal.ts';
import { createChannels } from './upstreams/channels.ts';
import { createMcpClients } from './upstreams/client/clients.ts';
import { createAssertionCache } from './upstreams/credentials/assertions.ts';
import { createUpstreamCredentials } from './upstreams/credentials/create-credentials.ts';
import { createExchange } from './upstreams/credentials/exchange.ts';
import { createUpstreamAccounts } from './upstreams/credentials/upstream-accounts.ts';
import { createVault } from './upstreams/credentials/vault.ts';
import { createSealedEnvironment } from './upstreams/sealed-environment.ts';

/** A stream that is open takes one. */
const RELAYED_CONNECTIONS_PER_SERVER = 4_096;

/** The part of the wiring that is about what stands behind us: how it is reached, and what it is shown. */
export function wireUpstreams({
  calls = USUAL_CALLS,
  clock,
  feed,
  grants,
  guard,
  log,
  masterSecret,
  maySeal,
  mcpBaseUrl,
  privateNetworks,
  store,
  webBaseUrl,
}: Pick<AppOptions, 'clock' | 'log' | 'masterSecret' | 'mcpBaseUrl' | 'store' | 'webBaseUrl'> & {
  calls?: Pick<CallSettings, 'atOnce'> | undefined;
  feed: ChangeFeed;
  grants: Pick<Awaited<ReturnType<typeof createGrants>>, 'signing'>;
  /** How addresses that others named are reached. */
  guard: AddressGuardOptions | undefined;
  /** False: the secret is not the one that the database was sealed with. */
  maySeal: () => boolean;
  /** Networks of our own that connectors made on the dashboard may reach. */
  privateNetworks: readonly string[];
}) {
  const environments = createSealedEnvironment(deriveKey(masterSecret, 'upstream environments'));
  const publishMcp = createPublishMcp({ store, environment: environments, clock });
  const publicConnector: SenderOptions['publicConnector'] = (reading) =>
    createGuardedConnect({ ...guard, privateNetworks, reading });
  // Who was let in has a connection: waiting is where turns are by organisation, and nowhere behind that.
  const sender = createSender({ connectionsMax: calls.atOnce, publicConnector });
  const relaySender = createSender({ connectionsMax: RELAYED_CONNECTIONS_PER_SERVER, publicConnector });
  const channels = createChannels({
    clock: monotonicClock,
    environment: environments,
    log,
    sender: relaySender,
  });
  const vault = createVault({
    store,
    sealKey: deriveKey(masterSecret, 'upstream credentials'),
    clock,
    mayCache: feed.isCurrent,
  });
  const signAssertion = createAssertions({ signing: grants.signing, clock, issuer: mcpBaseUrl });
  const upstreamAccounts = createUpstreamAccounts({
    store,
    vault,
    masterSecret,
    mcpBaseUrl,
    webBaseUrl,
    guard,
    maySeal,
    clock,
    log,
  });
  const assertions = createAssertionCache(signAssertion, clock);
  const credentials = createUpstreamCredentials({
    vault,
    assertions,
    accounts: upstreamAccounts.accounts,
    exchange: createExchange({ send: upstreamAccounts.send, assertions, clock, log }),
    webBaseUrl,
    log,
  });
  feed.on('credential', vault.forget);
  feed.onMissed(() => vault.forget('*'));
  feed.on('grant', (subject) => upstreamAccounts.revoking.ended('grants', subject));
  feed.on('key', (subject) => upstreamAccounts.revoking.ended('keys', subject));
  feed.on('member', (subject) => upstreamAccounts.revoking.ended('members', subject));
  const mcpClients = createMcpClients({
    clock,
    credentials,
    onToolsChanged: ({ id }, principal) => mcpServers.changed(id, principal),
    openChannel: channels.to,
    sender: relaySender,
  });
  const mcpServers = createMcpServers({ clients: mcpClients, clock, log, store });
  return {
    assertions,
    channels,
    credentials,
    mcpClients,
    mcpServers,
    publishMcp,
    relaySender,
    sender,
    upstreamAccounts,
    vault,

    /** Once no call is under way any more. */
    async close(): Promise<void> {
      await mcpServers.close();
      mcpClients.close();
      await channels.close();
      await sender.close();
      await relaySender.close();
    },
  };
}
