import { toAuditRow } from '../audit/entry.ts';
import type { Clock } from '../kernel/clock.ts';
import type { ClientId, OrganisationId, RequestId, UserId } from '../kernel/ids.ts';
import { revokeGrants } from '../keys/revoke.ts';
import type { StoredClientRule } from '../store/queries/client-rules.ts';
import type { Queries, Store } from '../store/store.ts';
import { actingSubject } from './acting-clients.ts';
import { hostOfClientId } from './client-documents/client-id-url.ts';

export type ClientRule = StoredClientRule['rule'];

const HOST_SUBJECT = 'host:';

/** How a client is known to an organisation. `identified`: by the host of its metadata document. */
export type ClientTier =
  | { readonly kind: 'approved' }
  | { readonly kind: 'identified'; readonly host: string }
  | { readonly kind: 'self_named' };

export type ClientStanding = ClientTier | { readonly kind: 'blocked' };

export interface AskingClient {
  id: ClientId;
  kind: string;
  orgId: OrganisationId | null;
}

/** What an organisation's admins decided about a client id, or about all clients of a host. */
export function createClientRules({ store, clock }: { store: Store; clock: Clock }) {
  return {
    list: store.clientRules.list,

    /** A block outweighs every approval. `destination` is the host that the code goes to, which can be blocked too. */
    async standingOf(
      orgId: OrganisationId,
      client: AskingClient,
      destination: string,
      queries: Pick<Queries, 'clientRules'> = store,
    ): Promise<ClientStanding> {
      const host = client.kind === 'metadata_document' ? hostOfClientId(client.id) : undefined;
      const subjects = [client.id, ...subjectsOfHost(host), ...subjectsOfHost(destination)];
      const rules = await queries.clientRules.rulesAbout(orgId, subjects);
      if (rules.some(({ rule }) => rule === 'blocked')) return { kind: 'blocked' };
      // Where a client sends people says nothing about who it is, so a destination approves nobody.
      const own = [client.id, ...subjectsOfHost(host)];
      const approved = rules.some(({ rule, subject }) => rule === 'approved' && own.includes(subject));
      // An admin who made a client has approved it, for that organisation.
      if (approved || (client.kind === 'portal' && client.orgId === orgId)) return { kind: 'approved' };
      return host === undefined ? { kind: 'self_named' } : { kind: 'identified', host };
    },

    /** A block ends what the client holds in this organisation, at once. Answers how many connections that was. */
    async set(decision: {
      orgId: OrganisationId;
      subject: string;
      rule: ClientRule;
      createdBy: UserId;
      requestId: RequestId;
    }): Promise<{ ended: number }> {
      const { requestId, ...rule } = decision;
      const { orgId, subject, createdBy } = rule;
      return store.transaction(async (queries) => {
        // Before the rule: what is redeemed meanwhile is seen below, or sees the rule.
        await queries.people.lockMembers(orgId);
        await queries.clientRules.set(rule);
        await queries.changes.add('client', actingSubject(orgId, subject));
        const live = rule.rule === 'blocked' ? await queries.clientRules.liveGrants(orgId) : [];
        const blocked = live.filter(({ clientId, destination }) => isAbout(subject, clientId, destination));
        const ids = blocked.map(({ id }) => id);
        await revokeGrants(queries, orgId, ids, 'client_blocked');
        await queries.audit.insertMany([
          toAuditRow(
            {
              orgId,
              action: `client.${rule.rule}`,
              actor: { kind: 'user', id: createdBy },
              target: subject,
              requestId,
              outcome: 'ok',
              detail: { ended: blocked.length },
            },
            'event',
            clock,
          ),
        ]);
        return { ended: blocked.length };
      });
    },

    /** Back to no rule. False: there was none. */
    async remove(decision: {
      orgId: OrganisationId;
      subject: string;
      removedBy: UserId;
      requestId: RequestId;
    }): Promise<boolean> {
      const { orgId, subject, removedBy, requestId } = decision;
      return store.transaction(async (queries) => {
        if (!(await queries.clientRules.remove(orgId, subject))) return false;
        await queries.changes.add('client', actingSubject(orgId, subject));
        await queries.audit.insertMany([
          toAuditRow(
            {
              orgId,
              action: 'client.rule_removed',
              actor: { kind: 'user', id: removedBy },
              target: subject,
              requestId,
              outcome: 'ok',
            },
            'event',
            clock,
          ),
        ]);
        return true;
      });
    },
  };
}

export type ClientRules = ReturnType<typeof createClientRules>;

/** A host's rule is about each of its ports. */
function subjectsOfHost(host: string | undefined): string[] {
  return host === undefined ? [] : [`${HOST_SUBJECT}${host.replace(/:\d*$/, '')}`];
}

function isAbout(subject: string, clientId: ClientId, destination: string): boolean {
  if (!subject.startsWith(HOST_SUBJECT)) return clientId === subject;
  return [...subjectsOfHost(hostOfClientId(clientId)), ...subjectsOfHost(destination)].includes(subject);
}
