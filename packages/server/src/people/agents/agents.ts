import { toAuditRow } from '../../audit/entry.ts';
import type { Clock } from '../../kernel/clock.ts';
import { newId, type AgentId, type OrganisationId, type RequestId, type UserId } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Store } from '../../store/store.ts';

export interface NewAgent {
  orgId: OrganisationId;
  name: string;
  role: 'member' | 'viewer';
  createdBy: UserId;
  requestId: RequestId;
}

/** Non-human members of an organisation. */
export function createAgents({ store, clock }: { store: Store; clock: Clock }) {
  return {
    list: (orgId: OrganisationId) => store.people.listAgents(orgId),

    find: (orgId: OrganisationId, agentId: AgentId) => store.people.findAgent(orgId, agentId),

    create: ({
      requestId,
      ...agent
    }: NewAgent): Promise<Result<{ agentId: AgentId }, { reason: 'name_taken' }>> =>
      store.transaction(async (queries) => {
        const id = newId('agt');
        if (!(await queries.people.createAgent({ id, ...agent }))) return fail({ reason: 'name_taken' });
        await queries.audit.insertMany([
          toAuditRow(
            {
              orgId: agent.orgId,
              action: 'agent.created',
              actor: { kind: 'user', id: agent.createdBy },
              target: agent.name,
              requestId,
              outcome: 'ok',
              detail: { role: agent.role },
            },
            'event',
            clock,
          ),
        ]);
        return ok({ agentId: id });
      }),
  };
}

export type Agents = ReturnType<typeof createAgents>;
