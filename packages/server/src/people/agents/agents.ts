import { toAuditRow } from '../../audit/entry.ts';
import { recordEvent } from '../../audit/record-event.ts';
import type { Clock } from '../../kernel/clock.ts';
import { newId, type AgentId, type OrganisationId, type RequestId, type UserId } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { AgentFilter, AgentOrder } from '../../store/queries/agent-list.ts';
import type { Place } from '../../store/queries/place.ts';
import type { Store } from '../../store/store.ts';
import { requireRight } from '../require-right.ts';

export { AGENT_ORDERS } from '../../store/queries/agent-list.ts';

const PAGE_ITEMS = 100;

export type ListedAgent = Awaited<ReturnType<Store['agentList']['page']>>[number];

export interface NewAgent {
  orgId: OrganisationId;
  name: string;
  role: 'member' | 'viewer';
  createdBy: UserId;
  requestId: RequestId;
}

/** An admin's decision about one agent. */
export interface AgentDecision {
  orgId: OrganisationId;
  agentId: AgentId;
  decidedBy: UserId;
  requestId: RequestId;
}

/** Non-human members of an organisation. */
export function createAgents({ store, clock }: { store: Store; clock: Clock }) {
  const entryOf = ({ orgId, agentId, decidedBy, requestId }: AgentDecision, action: string) =>
    toAuditRow(
      {
        orgId,
        action,
        actor: { kind: 'user', id: decidedBy },
        target: agentId,
        requestId,
        outcome: 'ok',
      },
      'event',
      clock,
    );

  const setSuspended = (decision: AgentDecision, suspended: boolean): Promise<boolean> =>
    store.transaction(async (queries) => {
      const { orgId, agentId, decidedBy: by } = decision;
      await requireRight(queries, { orgId, by, needs: 'agents.manage' });
      if (!(await queries.people.setAgentSuspended(orgId, agentId, suspended))) return false;
      await queries.changes.add('agent', `${orgId}:${agentId}`);
      await queries.audit.insertMany([entryOf(decision, suspended ? 'agent.suspended' : 'agent.resumed')]);
      return true;
    });

  return {
    /** A hundred at a time. */
    async page(
      filter: AgentFilter,
      { after, sort }: { after: Place | undefined; sort: AgentOrder },
    ): Promise<{ items: ListedAgent[]; total: number; next: Place | undefined }> {
      const [found, total] = await Promise.all([
        store.agentList.page(filter, { sort, after, limit: PAGE_ITEMS + 1 }),
        store.agentList.count(filter),
      ]);
      const items = found.slice(0, PAGE_ITEMS);
      const last = found.length > PAGE_ITEMS ? items.at(-1) : undefined;
      return { items, total, next: last && { at: last.place, id: last.agent.id } };
    },

    find: (orgId: OrganisationId, agentId: AgentId) => store.people.findAgent(orgId, agentId),

    create: ({
      requestId,
      ...agent
    }: NewAgent): Promise<Result<{ agentId: AgentId }, { reason: 'name_taken' }>> =>
      store.transaction(async (queries) => {
        const id = newId('agt');
        await requireRight(queries, { orgId: agent.orgId, by: agent.createdBy, needs: 'agents.manage' });
        if (!(await queries.people.createAgent({ id, ...agent }))) return fail({ reason: 'name_taken' });
        await recordEvent(queries, clock, {
          orgId: agent.orgId,
          action: 'agent.created',
          actor: { kind: 'user', id: agent.createdBy },
          target: agent.name,
          requestId,
          outcome: 'ok',
          detail: { role: agent.role },
        });
        return ok({ agentId: id });
      }),

    /** Refuses what the agent's keys and tokens ask, until it is resumed. False: there is no such agent that works. */
    suspend: (decision: AgentDecision) => setSuspended(decision, true),

    resume: (decision: AgentDecision) => setSuspended(decision, false),

    /** Ends it with its keys, its grants and the client that it was made with. False: there is no such agent. */
    delete: (decision: AgentDecision): Promise<boolean> =>
      store.transaction(async (queries) => {
        const { orgId, agentId, decidedBy: by } = decision;
        await requireRight(queries, { orgId, by, needs: 'agents.manage' });
        const grantIds = await queries.grants.listLiveOfAgent(orgId, agentId);
        const ended = await queries.grants.revokeMany(orgId, grantIds, 'agent_deleted');
        await queries.changes.addMany('grant', ended);
        await queries.changes.addMany('key', await queries.keys.revokeOfAgent(orgId, agentId));
        if (!(await queries.people.deleteAgent(orgId, agentId))) return false;
        await queries.changes.add('agent', `${orgId}:${agentId}`);
        await queries.audit.insertMany([entryOf(decision, 'agent.deleted')]);
        return true;
      }),
  };
}

export type Agents = ReturnType<typeof createAgents>;
