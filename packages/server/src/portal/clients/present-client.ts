import { TOKEN_EXCHANGE_GRANT } from '../../grants/acting-clients.ts';
import type { ClientRules, ClientStanding } from '../../grants/client-rules.ts';
import type { PortalClients } from '../../grants/portal-clients.ts';
import type { OrganisationId } from '../../kernel/ids.ts';

export function presentClient({
  client,
  agentName,
  agentRole,
  connections,
  people,
  refreshTokens,
}: Awaited<ReturnType<PortalClients['page']>>['items'][number]) {
  return {
    client_id: client.id,
    name: client.name,
    auth_method: client.authMethod,
    redirect_uris: client.redirectUris,
    agent: client.agentId === null ? null : { id: client.agentId, name: agentName, role: agentRole },
    connections,
    people,
    refresh_tokens: refreshTokens,
    token_exchange: client.grantTypes.includes(TOKEN_EXCHANGE_GRANT),
    jwks_uri: client.jwksUri,
    key_ids: client.jwks?.keys.map(({ kid }) => kid ?? null) ?? null,
    created_at: client.createdAt.toISOString(),
  };
}

type Seen = Awaited<ReturnType<PortalClients['seenPage']>>['items'][number];

/** A page of clients with how each is known: one may send people to several hosts, of which each may be blocked. */
export async function presentAllSeen(
  orgId: OrganisationId,
  items: readonly Seen[],
  clientRules: Pick<ClientRules, 'standingsOf'>,
) {
  const asked = items.flatMap(({ client, destinations }) =>
    destinations.map((destination) => ({ client, destination })),
  );
  const standings = await clientRules.standingsOf(orgId, asked);
  let taken = 0;
  return items.map((seen) => {
    const own = standings.slice(taken, taken + seen.destinations.length);
    taken += own.length;
    return presentSeen(seen, own.find(({ kind }) => kind === 'blocked') ?? own[0] ?? SELF_NAMED);
  });
}

function presentSeen(
  { approvedAt, client, connections, destinations, grants, people }: Seen,
  standing: ClientStanding,
) {
  return {
    client_id: client.id,
    name: client.name,
    tier: standing.kind,
    host: standing.kind === 'identified' ? standing.host : null,
    registered_by: client.kind === 'metadata_document' ? ('document' as const) : ('itself' as const),
    redirect_uris: client.redirectUris,
    destinations,
    grants,
    connections,
    people,
    approved_at: approvedAt.toISOString(),
    registered_at: client.createdAt.toISOString(),
  };
}

const SELF_NAMED = { kind: 'self_named' } as const;
