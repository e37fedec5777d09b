import type { ConnectorTool } from '../api/types.ts';
import { ROLE_NAMES } from '../roles.ts';
import { toolsText as text } from '../text/connectors.ts';
import { AccessBadge, StatusBadge } from '../ui/badges.tsx';
import { LongRows } from '../ui/long-rows.tsx';
import { Table } from '../ui/table.tsx';

const ROLES_IN_ALL = Object.keys(ROLE_NAMES).length;
const ROW_PIXELS = 64;

export function ToolTable({
  tools,
  onEdit,
}: {
  tools: readonly ConnectorTool[];
  onEdit: (tool: ConnectorTool) => void;
}) {
  return (
    <Table
      caption={text.caption}
      columns={text.columns}
      body={
        <LongRows
          items={tools}
          keyOf={({ name }) => name}
          height={ROW_PIXELS}
          columns={text.columns.length + 1}
        >
          {(tool, place) => (
            <tr key={tool.name} role="row" {...place}>
              <th role="rowheader" scope="row">
                <bdi className="row-name">{tool.title}</bdi>
                <span className="row-more">
                  <code>{tool.name}</code>
                </span>
              </th>
              <td role="cell" data-label={text.columns[1]}>
                <AccessBadge access={tool.effective.access} />
              </td>
              <td role="cell" data-label={text.columns[2]}>
                <Audience tool={tool} />
              </td>
              <td role="cell" data-label={text.columns[3]}>
                {tool.effective.confirmation === null ? (
                  text.noConfirmation
                ) : (
                  <bdi>{tool.effective.confirmation}</bdi>
                )}
              </td>
              <td role="cell" className="row-action">
                <button type="button" className="button secondary small-button" onClick={() => onEdit(tool)}>
                  {text.change}
                  <span className="for-screen-readers">{text.changeOf(tool.title)}</span>
                </button>
              </td>
            </tr>
          )}
        </LongRows>
      }
      rows={tools.length}
    />
  );
}

function Audience({ tool: { effective } }: { tool: ConnectorTool }) {
  if (!effective.enabled) return <StatusBadge tone="quiet">{text.off}</StatusBadge>;
  if (effective.roles.length === ROLES_IN_ALL) return text.everybody;
  return effective.roles.map((role) => ROLE_NAMES[role]).join(', ');
}
