import { getRouteApi, Link } from '@tanstack/react-router';
import type { ConnectorTool } from '../api/types.ts';
import { ROLE_NAMES } from '../roles.ts';
import { toolsText as text } from '../text/connectors.ts';
import { AccessBadge, StatusBadge } from '../ui/badges.tsx';
import { Foreign } from '../ui/foreign.tsx';
import { LongRows } from '../ui/long-rows.tsx';
import { Table } from '../ui/table.tsx';

const route = getRouteApi('/$org/connectors/$connector');
const ROLES_IN_ALL = Object.keys(ROLE_NAMES).length;
const ROW_PIXELS = 64;
const DESCRIPTION_MAX = 120;
const NUMBERS = new Intl.NumberFormat('en');
const SHARES = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });

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
                  <Credits credits={tool.credits} />
                </span>
                {tool.rule.description === null ? null : (
                  <span className="row-more">
                    <span className="badge">{text.described}</span>{' '}
                    <Foreign text={tool.rule.description} max={DESCRIPTION_MAX} />
                  </span>
                )}
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
              <td role="cell" data-label={text.columns[4]}>
                <Use calls={tool.calls} errors={tool.errors} />
              </td>
              <td role="cell" className="row-action">
                <span className="row-buttons">
                  {tool.effective.enabled ? <TryIt tool={tool} /> : null}
                  <button
                    type="button"
                    className="button secondary small-button"
                    onClick={() => onEdit(tool)}
                  >
                    {text.change}
                    <span className="for-screen-readers">{text.changeOf(tool.title)}</span>
                  </button>
                </span>
              </td>
            </tr>
          )}
        </LongRows>
      }
      rows={tools.length}
    />
  );
}

function TryIt({ tool: { name, title } }: { tool: ConnectorTool }) {
  const { connector, org } = route.useParams();
  return (
    <Link
      to="/$org/playground"
      params={{ org }}
      search={{ tool: name, connector }}
      className="button secondary small-button"
    >
      {text.tryIt}
      <span className="for-screen-readers">{text.tryItOf(title)}</span>
    </Link>
  );
}

function Use({ calls, errors }: Pick<ConnectorTool, 'calls' | 'errors'>) {
  return (
    <>
      {NUMBERS.format(calls)}
      {errors === 0 ? null : (
        <span className="row-more status-warning">
          {text.errors(SHARES.format(errors / Math.max(calls, errors)))}
        </span>
      )}
    </>
  );
}

function Credits({ credits }: Pick<ConnectorTool, 'credits'>) {
  if (credits === false) return null;
  return <span>{credits === true ? text.someCredits : text.credits(credits)}</span>;
}

function Audience({ tool: { effective } }: { tool: ConnectorTool }) {
  if (!effective.enabled) return <StatusBadge tone="quiet">{text.off}</StatusBadge>;
  if (effective.roles.length === ROLES_IN_ALL) return text.everybody;
  return effective.roles.map((role) => ROLE_NAMES[role]).join(', ');
}
