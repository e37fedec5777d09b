import { recordEvent } from '../audit/record-event.ts';
import type { Clock } from '../kernel/clock.ts';
import type { ClientId, GrantId, OrganisationId, RequestId, UserId } from '../kernel/ids.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { revokeGrants } from '../keys/revoke.ts';
import { can } from '../people/policy.ts';
import { refusableTransaction } from '../people/refusable-transaction.ts';
import type { StoredClientRule } from '../store/queries/client-rules.ts';
import type { ClientPolicy } from '../store/schema.ts';
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

export type ClientStanding =
  | ClientTier
  /** `rule`: an admin blocked it. `policy`: the organisation's people connect none that is known no better. */
  | { readonly kind: 'blocked'; readonly by: 'rule' | 'policy' };

export interface AskingClient {
  id: ClientId;
  kind: string;
  orgId: OrganisationId | null;
}

/** What an organisation's admins decided about a client id, or about all clients of a host. */
export function createClientRules({ store, clock }: { store: Store; clock: Clock }) {
  return {
    /** A block outweighs every approval. `destination` is the host that the code goes to, which can be blocked too. */
    async standingOf(
      orgId: OrganisationId,
      client: AskingClient,
      destination: string,
      queries: Pick<Queries, 'clientRules'> = store,
    ): Promise<ClientStanding> {
      const said = await readSaid(queries, orgId, subjectsOf(client, destination));
      return judge(said, client, destination);
    },

    /** Those of a whole list, in its order, by two queries however long it is. */
    async standingsOf(
      orgId: OrganisationId,
      asked: readonly { client: AskingClient; destination: string }[],
    ): Promise<ClientStanding[]> {
      const subjects = asked.flatMap(({ client, destination }) => subjectsOf(client, destination));
      const said = await readSaid(store, orgId, [...new Set(subjects)]);
      return asked.map(({ client, destination }) => judge(said, client, destination));
    },

    /** The live connections that there would be no more under another policy, or are none under today's. */
    async forbiddenGrants(
      orgId: OrganisationId,
      policy: ClientPolicy,
      queries: Pick<Queries, 'clientRules'> = store,
    ): Promise<GrantId[]> {
      return forbiddenGrants(queries, orgId, policy);
    },

    /** A block ends what the client holds in this organisation, at once. Answers how many connections that was. */
    async set(decision: {
      orgId: OrganisationId;
      subject: string;
      rule: ClientRule;
      createdBy: UserId;
      requestId: RequestId;
    }): Promise<Result<{ ended: number }, 'forbidden'>> {
      const { requestId, ...rule } = decision;
      const { orgId, subject, createdBy } = rule;
      return refusableTransaction<{ ended: number }, 'forbidden'>(store, async (queries) => {
        // Before the rule: what is redeemed meanwhile is seen below, or sees the rule.
        await queries.people.lockMembers(orgId);
        if (!(await mayDecide(queries, orgId, createdBy))) return fail('forbidden');
        await queries.clientRules.set(rule);
        await queries.changes.add('client', actingSubject(orgId, subject));
        const live = rule.rule === 'blocked' ? await queries.clientRules.liveGrants(orgId) : [];
        const blocked = live.filter(({ client, destination }) => isAbout(subject, client.id, destination));
        const ids = blocked.map(({ id }) => id);
        await revokeGrants(queries, orgId, ids, 'client_blocked');
        await recordEvent(queries, clock, {
          orgId,
          action: `client.${rule.rule}`,
          actor: { kind: 'user', id: createdBy },
          target: subject,
          requestId,
          outcome: 'ok',
          detail: { ended: blocked.length },
        });
        return ok({ ended: blocked.length });
      });
    },

    /** Back to no rule, which ends what no rule allows. */
    async remove(decision: {
      orgId: OrganisationId;
      subject: string;
      removedBy: UserId;
      requestId: RequestId;
    }): Promise<Result<{ ended: number }, 'forbidden' | 'no_rule'>> {
      const { orgId, subject, removedBy, requestId } = decision;
      return refusableTransaction<{ ended: number }, 'forbidden' | 'no_rule'>(store, async (queries) => {
        await queries.people.lockMembers(orgId);
        if (!(await mayDecide(queries, orgId, removedBy))) return fail('forbidden');
        if (!(await queries.clientRules.remove(orgId, subject))) return fail('no_rule');
        await queries.changes.add('client', actingSubject(orgId, subject));
        // What was allowed because an admin had approved it.
        const policy = await queries.clientRules.policyOf(orgId);
        const forbidden = await forbiddenGrants(queries, orgId, policy);
        await revokeGrants(queries, orgId, forbidden, 'client_not_allowed');
        await recordEvent(queries, clock, {
          orgId,
          action: 'client.rule_removed',
          actor: { kind: 'user', id: removedBy },
          target: subject,
          requestId,
          outcome: 'ok',
          ...(forbidden.length > 0 && { detail: { ended: forbidden.length } }),
        });
        return ok({ ended: forbidden.length });
      });
    },
  };
}

export type ClientRules = ReturnType<typeof createClientRules>;

async function mayDecide(
  queries: Pick<Queries, 'people'>,
  orgId: OrganisationId,
  by: UserId,
): Promise<boolean> {
  const role = await queries.people.roleOf(orgId, by);
  return role !== undefined && can(role, 'clients.manage');
}

interface Said {
  readonly orgId: OrganisationId;
  readonly policy: ClientPolicy;
  readonly rules: readonly Pick<StoredClientRule, 'rule' | 'subject'>[];
}

async function readSaid(
  queries: Pick<Queries, 'clientRules'>,
  orgId: OrganisationId,
  subjects: readonly string[],
): Promise<Said> {
  const [policy, rules] = await Promise.all([
    queries.clientRules.policyOf(orgId),
    queries.clientRules.rulesAbout(orgId, subjects),
  ]);
  return { orgId, policy, rules };
}

function judge({ orgId, policy, rules }: Said, client: AskingClient, destination: string): ClientStanding {
  const about = subjectsOf(client, destination);
  if (rules.some(({ rule, subject }) => rule === 'blocked' && about.includes(subject)))
    return { kind: 'blocked', by: 'rule' };
  const tier = tierOf({ orgId, rules }, client);
  return ALLOWED[policy].includes(tier.kind) ? tier : { kind: 'blocked', by: 'policy' };
}

const ALLOWED: Readonly<Record<ClientPolicy, readonly ClientTier['kind'][]>> = {
  any: ['approved', 'identified', 'self_named'],
  known: ['approved', 'identified'],
  approved: ['approved'],
};

function tierOf({ orgId, rules }: Omit<Said, 'policy'>, client: AskingClient): ClientTier {
  const host = hostOf(client);
  // Where a client sends people says nothing about who it is, so a destination approves nobody.
  const own = [client.id, ...subjectsOfHost(host)];
  const approved = rules.some(({ rule, subject }) => rule === 'approved' && own.includes(subject));
  // An admin who made a client has approved it, for that organisation.
  if (approved || (client.kind === 'portal' && client.orgId === orgId)) return { kind: 'approved' };
  return host === undefined ? { kind: 'self_named' } : { kind: 'identified', host };
}

async function forbiddenGrants(
  queries: Pick<Queries, 'clientRules'>,
  orgId: OrganisationId,
  policy: ClientPolicy,
): Promise<GrantId[]> {
  if (policy === 'any') return [];
  const [rules, live] = await Promise.all([
    queries.clientRules.list(orgId),
    queries.clientRules.liveGrants(orgId),
  ]);
  const said = { orgId, policy, rules };
  return live
    .filter(({ client, destination }) => judge(said, client, destination).kind === 'blocked')
    .map(({ id }) => id);
}

function hostOf(client: AskingClient): string | undefined {
  return client.kind === 'metadata_document' ? hostOfClientId(client.id) : undefined;
}

function subjectsOf(client: AskingClient, destination: string): string[] {
  return [client.id, ...subjectsOfHost(hostOf(client)), ...subjectsOfHost(destination)];
}

/** A host's rule is about each of its ports, and about the same name with the dot of the root at its end. */
function subjectsOfHost(host: string | undefined): string[] {
  return host === undefined ? [] : [`${HOST_SUBJECT}${host.replace(/\.?(?::\d*)?$/, '')}`];
}

function isAbout(subject: string, clientId: ClientId, destination: string): boolean {
  if (!subject.startsWith(HOST_SUBJECT)) return clientId === subject;
  return [...subjectsOfHost(hostOfClientId(clientId)), ...subjectsOfHost(destination)].includes(subject);
}
