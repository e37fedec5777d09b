import type { Agent } from '../api/types.ts';
import { ROLE_NAMES } from '../roles.ts';
import { StatusBadge } from '../ui/badges.tsx';
import { Table } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';
import type { AgentAct } from './agent-question.tsx';

interface AgentTableProps {
  agents: readonly Agent[];
  onCreateKey: (agent: Agent) => void;
  onAct: (agent: Agent, act: AgentAct) => void;
}

export function AgentTable({ agents, onCreateKey, onAct }: AgentTableProps) {
  return (
    <Table caption="Agents" columns={['Agent', 'Role', 'Created', 'Status']}>
      {agents.map((agent) => (
        <tr key={agent.id} role="row">
          <th role="rowheader" scope="row">
            <bdi className="row-name">{agent.name}</bdi>
          </th>
          <td role="cell" data-label="Role">
            {ROLE_NAMES[agent.role]}
          </td>
          <td role="cell" data-label="Created">
            <When at={agent.created_at} absent="" />
          </td>
          <td role="cell" data-label="Status">
            {agent.status === 'active' ? (
              <StatusBadge tone="good">Active</StatusBadge>
            ) : (
              <StatusBadge tone="warning">Suspended</StatusBadge>
            )}
          </td>
          <td role="cell" className="row-action">
            <span className="row-buttons">
              <button
                type="button"
                className="button secondary small-button"
                onClick={() => onCreateKey(agent)}
              >
                Create key<span className="for-screen-readers"> for {agent.name}</span>
              </button>
              <ActButton agent={agent} act={agent.status === 'active' ? 'suspend' : 'resume'} onAct={onAct} />
              <ActButton agent={agent} act="delete" onAct={onAct} />
            </span>
          </td>
        </tr>
      ))}
    </Table>
  );
}

const ACTS = {
  suspend: { name: 'Suspend', look: 'button danger-quiet' },
  resume: { name: 'Resume', look: 'button secondary small-button' },
  delete: { name: 'Delete', look: 'button danger-quiet' },
} as const;

function ActButton({ agent, act, onAct }: Pick<AgentTableProps, 'onAct'> & { agent: Agent; act: AgentAct }) {
  const { name, look } = ACTS[act];
  return (
    <button type="button" className={look} onClick={() => onAct(agent, act)}>
      {name}
      <span className="for-screen-readers"> {agent.name}</span>
    </button>
  );
}
