import { recordEvent } from '../audit/record-event.ts';
import { highestAccess } from '../kernel/access.ts';
import type { Clock } from '../kernel/clock.ts';
import {
  newId,
  type AgentId,
  type ClientId,
  type OrganisationId,
  type RequestId,
  type UserId,
} from '../kernel/ids.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { hashSecret, randomToken } from '../kernel/secret.ts';
import { revokeGrants } from '../keys/revoke.ts';
import { requireRight } from '../people/require-right.ts';
import { refusableTransaction } from '../people/refusable-transaction.ts';
import type { ClientFilter, ClientOrder, SeenOrder } from '../store/queries/client-list.ts';
import type { ClientRuleFilter } from '../store/queries/client-rule-list.ts';
import type { Client } from '../store/queries/clients.ts';
import type { Place } from '../store/queries/place.ts';
import type { Queries, Store } from '../store/store.ts';
import { actingSubject, TOKEN_EXCHANGE_GRANT } from './acting-clients.ts';
import type { PublicKeySet } from './client-keys.ts';
import { MACHINE_GRANT_DAYS } from './lifetimes.ts';

export { CLIENT_ORDERS, SEEN_ORDERS } from '../store/queries/client-list.ts';

const PAGE_ITEMS = 100;

export type PortalAuthMethod = 'none' | 'client_secret_basic' | 'client_secret_post' | 'private_key_jwt';

/** Either an app that people approve, which has redirect URIs, or a machine, which has a role instead. */
export interface NewPortalClient {
  orgId: OrganisationId;
  name: string;
  authMethod: PortalAuthMethod;
  redirectUris: string[];
  agentRole: 'member' | 'viewer' | undefined;
  /** For private_key_jwt, and only then: its keys, or where it publishes them. */
  jwks: PublicKeySet | undefined;
  jwksUri: string | undefined;
  /** Whether it may act with its organisation's other tokens (RFC 8693). */
  tokenExchange: boolean;
  createdBy: UserId;
  requestId: RequestId;
}

/** OAuth clients that an organisation's admins make. They are of use in that organisation alone. */
export function createPortalClients({ store, clock }: { store: Store; clock: Clock }) {
  return {
    /** Those that admins made, with what works by each now. A hundred at a time. */
    async page(filter: ClientFilter, { after, sort }: { after: Place | undefined; sort: ClientOrder }) {
      const [found, total] = await Promise.all([
        store.portalClients.madePage(filter, { sort, after, limit: PAGE_ITEMS + 1 }),
        store.portalClients.countMade(filter),
      ]);
      return { ...pageOf(found), total };
    },

    /** Those that came by themselves and that somebody connected here, once at least. A hundred at a time. */
    async seenPage(filter: ClientFilter, { after, sort }: { after: Place | undefined; sort: SeenOrder }) {
      const [found, total] = await Promise.all([
        store.portalClients.seenPage(filter, { sort, after, limit: PAGE_ITEMS + 1 }),
        store.portalClients.countSeen(filter),
      ]);
      return { ...pageOf(found), total };
    },

    /** What admins said of clients, by its subject, a hundred at a time. `next`: the subject to go on after. */
    async rulePage(filter: ClientRuleFilter, after: string | undefined) {
      const [found, total] = await Promise.all([
        store.portalClients.rulePage(filter, { after, limit: PAGE_ITEMS + 1 }),
        store.portalClients.countRules(filter),
      ]);
      const items = found.slice(0, PAGE_ITEMS);
      return { items, total, next: found.length > PAGE_ITEMS ? items.at(-1)?.rule.subject : undefined };
    },

    /** The secret is in this answer and nowhere else. A machine gets its agent, its one grant and that grant's key. */
    create: (
      wanted: NewPortalClient,
    ): Promise<Result<{ client: Client; secret: string | undefined }, { reason: 'name_taken' }>> =>
      refusableTransaction(store, async (queries) => {
        const { orgId, name, authMethod, agentRole, createdBy, requestId } = wanted;
        await requireRight(queries, { orgId, by: createdBy, needs: 'clients.manage' });
        const secret = authMethod.startsWith('client_secret_') ? randomToken() : undefined;
        const agentId = agentRole === undefined ? undefined : newId('agt');
        if (agentRole !== undefined && agentId !== undefined) {
          const agent = { id: agentId, orgId, name, role: agentRole, createdBy };
          if (!(await queries.people.createAgent(agent))) return fail({ reason: 'name_taken' } as const);
        }
        const client = await queries.portalClients.create({
          id: newId('cli'),
          orgId,
          name,
          authMethod,
          redirectUris: wanted.redirectUris,
          secretHash: secret === undefined ? null : hashSecret(secret),
          jwks: wanted.jwks ?? null,
          jwksUri: wanted.jwksUri ?? null,
          grantTypes: grantTypesOf(wanted),
          agentId: agentId ?? null,
        });
        if (agentRole !== undefined && agentId !== undefined) {
          await createMachineGrant(queries, { client, orgId, agentId, role: agentRole });
        }
        await recordEvent(queries, clock, {
          orgId,
          action: 'client.created',
          actor: { kind: 'user', id: createdBy },
          clientId: client.id,
          target: name,
          requestId,
          outcome: 'ok',
          detail: {
            auth_method: authMethod,
            agent_id: agentId ?? null,
            ...(wanted.tokenExchange ? { token_exchange: true } : {}),
          },
        });
        return ok({ client, secret });
      }),

    /** Counts at once, for the tokens too that it exchanged before. Undefined: there is no such client that proves itself. */
    setTokenExchange: (decision: {
      orgId: OrganisationId;
      clientId: ClientId;
      allowed: boolean;
      decidedBy: UserId;
      requestId: RequestId;
    }): Promise<{ clientId: ClientId } | undefined> =>
      store.transaction(async (queries) => {
        const { orgId, clientId, allowed, decidedBy, requestId } = decision;
        await requireRight(queries, { orgId, by: decidedBy, needs: 'clients.manage' });
        const set = await queries.portalClients.setGrantType(orgId, clientId, TOKEN_EXCHANGE_GRANT, allowed);
        if (!set) return undefined;
        await queries.changes.add('client', actingSubject(orgId, clientId));
        await recordEvent(queries, clock, {
          orgId,
          action: allowed ? 'client.exchange_allowed' : 'client.exchange_withdrawn',
          actor: { kind: 'user', id: decidedBy },
          clientId,
          requestId,
          outcome: 'ok',
        });
        return { clientId };
      }),

    /** Ends a client with all its grants, at once and on every node. Undefined: there is none, or none any more. */
    delete: (deletion: {
      orgId: OrganisationId;
      clientId: ClientId;
      deletedBy: UserId;
      requestId: RequestId;
    }): Promise<{ endedGrants: number } | undefined> =>
      store.transaction(async (queries) => {
        const { orgId, clientId, deletedBy, requestId } = deletion;
        await requireRight(queries, { orgId, by: deletedBy, needs: 'clients.manage' });
        if (!(await queries.portalClients.markDeleted(orgId, clientId))) return undefined;
        await queries.changes.add('client', actingSubject(orgId, clientId));
        const live = await queries.portalClients.listLiveGrants(orgId, clientId);
        const endedGrants = (await revokeGrants(queries, orgId, live, 'client_deleted')).length;
        await recordEvent(queries, clock, {
          orgId,
          action: 'client.deleted',
          actor: { kind: 'user', id: deletedBy },
          clientId,
          requestId,
          outcome: 'ok',
          detail: { ended_grants: endedGrants },
        });
        return { endedGrants };
      }),
  };
}

function pageOf<Item extends { client: { id: string }; place: string }>(
  found: readonly Item[],
): { items: Item[]; next: Place | undefined } {
  const items = found.slice(0, PAGE_ITEMS);
  const last = found.length > PAGE_ITEMS ? items.at(-1) : undefined;
  return { items, next: last && { at: last.place, id: last.client.id } };
}

function grantTypesOf({ redirectUris, agentRole, tokenExchange }: NewPortalClient): string[] {
  return [
    ...(redirectUris.length > 0 ? ['authorization_code', 'refresh_token'] : []),
    ...(agentRole === undefined ? [] : ['client_credentials']),
    ...(tokenExchange ? [TOKEN_EXCHANGE_GRANT] : []),
  ];
}

export type PortalClients = ReturnType<typeof createPortalClients>;

/**
 * One grant for as long as the client lives, not one for each token: so it is one row in the list of keys, revoking it
 * is final, and no machine can fill the table.
 */
async function createMachineGrant(
  queries: Queries,
  {
    client,
    orgId,
    agentId,
    role,
  }: { client: Client; orgId: OrganisationId; agentId: AgentId; role: 'member' | 'viewer' },
): Promise<void> {
  const access = highestAccess(role);
  const grant = await queries.portalClients.createMachineGrant({
    id: newId('grt'),
    orgId,
    agentId,
    clientId: client.id,
    access,
    resource: '/mcp',
    destination: 'machine',
    lifetimeDays: MACHINE_GRANT_DAYS,
  });
  await queries.keys.create({
    id: newId('key'),
    orgId,
    agentId,
    grantId: grant.id,
    name: `${client.name} (machine client)`,
    access,
    expiresAt: grant.expiresAt,
  });
}
