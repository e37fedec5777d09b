import type { Agent } from '../api/types.ts';
import { ROLE_NAMES } from '../roles.ts';
import { StatusBadge } from '../ui/badges.tsx';
import { When } from '../ui/when.tsx';

/** The roles are written out for the same reason as in the table of keys. */
export function AgentTable({
  agents,
  onCreateKey,
}: {
  agents: readonly Agent[];
  onCreateKey: (agent: Agent) => void;
}) {
  return (
    <div className="sheet table-frame">
      <table className="table" role="table">
        <caption className="for-screen-readers">Agents</caption>
        <thead role="rowgroup">
          <tr role="row">
            {['Agent', 'Role', 'Created', 'Status'].map((name) => (
              <th key={name} role="columnheader" scope="col">
                {name}
              </th>
            ))}
            <th role="columnheader" scope="col">
              <span className="for-screen-readers">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody role="rowgroup">
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
                <button
                  type="button"
                  className="button secondary small-button"
                  onClick={() => onCreateKey(agent)}
                >
                  Create key<span className="for-screen-readers"> for {agent.name}</span>
                </button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
