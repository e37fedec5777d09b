import { Link } from '@tanstack/react-router';
import type { Agent } from '../api/types.ts';
import { ROLE_NAMES } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { agentsText as text } from '../text/agents.ts';
import { StatusBadge } from '../ui/badges.tsx';
import { LongRows } from '../ui/long-rows.tsx';
import { Table } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';
import type { AgentAct } from './agent-question.tsx';

const ROW_PIXELS = 66;

interface AgentTableProps {
  agents: readonly Agent[];
  onCreateKey: (agent: Agent) => void;
  onAct: (agent: Agent, act: AgentAct) => void;
}

export function AgentTable({ agents, onCreateKey, onAct }: AgentTableProps) {
  const { slug: org } = useOrganisation();
  const [, role, keys, lastRun, status] = text.columns;
  return (
    <Table
      caption={text.caption}
      columns={text.columns}
      rows={agents.length}
      body={
        <LongRows items={agents} keyOf={({ id }) => id} height={ROW_PIXELS} columns={text.columns.length + 1}>
          {(agent, place) => (
            <tr role="row" {...place}>
              <th role="rowheader" scope="row">
                <bdi className="row-name">{agent.name}</bdi>
                <span className="row-more">
                  {agent.created_by === null ? (
                    text.madeByNobody
                  ) : (
                    <>
                      {text.madeBy}
                      <bdi>{agent.created_by}</bdi>
                    </>
                  )}
                  {', '}
                  <When at={agent.created_at} absent="" />
                </span>
              </th>
              <td role="cell" data-label={role}>
                {ROLE_NAMES[agent.role]}
              </td>
              <td role="cell" data-label={keys}>
                {agent.keys === 0 ? (
                  <span className="quiet">{text.noKeys}</span>
                ) : (
                  <>
                    <Link to="/$org/keys" params={{ org }} search={{ q: agent.name }}>
                      {text.keys(agent.keys)}
                      <span className="for-screen-readers">{text.seeKeysOf(agent.name)}</span>
                    </Link>
                    <span className="row-more">
                      {text.access(agent.role === 'viewer' ? 0 : agent.full_keys)}
                    </span>
                  </>
                )}
              </td>
              <td role="cell" data-label={lastRun}>
                <When at={agent.last_used_at} absent={text.notYet} />
              </td>
              <td role="cell" data-label={status}>
                <StatusBadge tone={agent.status === 'active' ? 'good' : 'warning'}>
                  {text.statuses[agent.status]}
                </StatusBadge>
              </td>
              <td role="cell" className="row-action">
                <span className="row-buttons">
                  <button
                    type="button"
                    className="button secondary small-button"
                    onClick={() => onCreateKey(agent)}
                  >
                    {text.createKey}
                    <span className="for-screen-readers">{text.createKeyFor(agent.name)}</span>
                  </button>
                  <ActButton
                    agent={agent}
                    act={agent.status === 'active' ? 'suspend' : 'resume'}
                    onAct={onAct}
                  />
                  <ActButton agent={agent} act="delete" onAct={onAct} />
                </span>
              </td>
            </tr>
          )}
        </LongRows>
      }
    />
  );
}

function ActButton({ agent, act, onAct }: Pick<AgentTableProps, 'onAct'> & { agent: Agent; act: AgentAct }) {
  return (
    <button
      type="button"
      className={act === 'resume' ? 'button secondary small-button' : 'button danger-quiet'}
      onClick={() => onAct(agent, act)}
    >
      {text.acts[act].ask}
      <span className="for-screen-readers"> {agent.name}</span>
    </button>
  );
}
