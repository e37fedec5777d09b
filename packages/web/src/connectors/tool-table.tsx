import type { ConnectorTool } from '../api/types.ts';
import { ROLE_NAMES } from '../roles.ts';
import { AccessBadge, StatusBadge } from '../ui/badges.tsx';

const ROLES_IN_ALL = Object.keys(ROLE_NAMES).length;

/** The roles are written out for the same reason as in the table of keys. */
export function ToolTable({
  tools,
  onEdit,
}: {
  tools: readonly ConnectorTool[];
  onEdit: (tool: ConnectorTool) => void;
}) {
  return (
    <div className="sheet table-frame">
      <table className="table" role="table">
        <caption className="for-screen-readers">Tools</caption>
        <thead role="rowgroup">
          <tr role="row">
            {['Tool', 'Access', 'Offered to', 'Confirmation'].map((name) => (
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
        </tbody>
      </table>
    </div>
  );
}

function Audience({ tool: { effective } }: { tool: ConnectorTool }) {
  if (!effective.enabled) return <StatusBadge tone="quiet">Off</StatusBadge>;
  if (effective.roles.length === ROLES_IN_ALL) return 'Everybody';
  return effective.roles.map((role) => ROLE_NAMES[role]).join(', ');
}
