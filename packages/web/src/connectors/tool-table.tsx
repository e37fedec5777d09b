import type { ConnectorTool } from '../api/types.ts';
import { ROLE_NAMES } from '../roles.ts';
import { AccessBadge, StatusBadge } from '../ui/badges.tsx';
import { Table } from '../ui/table.tsx';

const ROLES_IN_ALL = Object.keys(ROLE_NAMES).length;

export function ToolTable({
  tools,
  onEdit,
}: {
  tools: readonly ConnectorTool[];
  onEdit: (tool: ConnectorTool) => void;
}) {
  return (
    <Table caption="Tools" columns={['Tool', 'Access', 'Offered to', 'Confirmation']}>
      {tools.map((tool) => (
        <tr key={tool.name} role="row">
          <th role="rowheader" scope="row">
            <bdi className="row-name">{tool.title}</bdi>
            <span className="row-more">
              <code>{tool.name}</code>
            </span>
          </th>
          <td role="cell" data-label="Access">
            <AccessBadge access={tool.effective.access} />
          </td>
          <td role="cell" data-label="Offered to">
            <Audience tool={tool} />
          </td>
          <td role="cell" data-label="Confirmation">
            {tool.effective.confirmation === null ? 'None' : <bdi>{tool.effective.confirmation}</bdi>}
          </td>
          <td role="cell" className="row-action">
            <button type="button" className="button secondary small-button" onClick={() => onEdit(tool)}>
              Change<span className="for-screen-readers"> what becomes of {tool.title}</span>
            </button>
          </td>
        </tr>
      ))}
    </Table>
  );
}

function Audience({ tool: { effective } }: { tool: ConnectorTool }) {
  if (!effective.enabled) return <StatusBadge tone="quiet">Off</StatusBadge>;
  if (effective.roles.length === ROLES_IN_ALL) return 'Everybody';
  return effective.roles.map((role) => ROLE_NAMES[role]).join(', ');
}
