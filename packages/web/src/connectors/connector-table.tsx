import { Link } from '@tanstack/react-router';
import type { Connector } from '../api/types.ts';
import { managesConnectors } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { connectorsText as text } from '../text/connectors.ts';
import { StatusBadge } from '../ui/badges.tsx';

export function ConnectorTable({ connectors }: { connectors: readonly Connector[] }) {
  return (
    <div className="sheet table-frame">
      <table className="table" role="table">
        <caption className="for-screen-readers">{text.title}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {text.columns.map((name) => (
              <th key={name} role="columnheader" scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {connectors.map((connector) => (
            <tr key={connector.slug} role="row">
              <th role="rowheader" scope="row">
                <ConnectorName connector={connector} />
                {connector.shared ? <span className="row-more">{text.shared}</span> : null}
              </th>
              <td role="cell" data-label={text.columns[1]}>
                {text.kinds[connector.kind]}
              </td>
              <td role="cell" data-label={text.columns[2]}>
                {connector.tools}
              </td>
              <td role="cell" data-label={text.columns[3]}>
                <Status connector={connector} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Status({ connector: { rule, waiting } }: { connector: Connector }) {
  if (rule.enabled === false) return <StatusBadge tone="quiet">{text.off}</StatusBadge>;
  if (waiting === 0) return <StatusBadge tone="good">{text.on}</StatusBadge>;
  return <StatusBadge tone="warning">{text.waiting(waiting)}</StatusBadge>;
}

function ConnectorName({ connector: { name, slug } }: { connector: Connector }) {
  const { slug: org, role } = useOrganisation();
  const shown = <bdi className="row-name">{name}</bdi>;
  if (!managesConnectors(role)) return shown;
  return (
    <Link to="/$org/connectors/$connector" params={{ org, connector: slug }}>
      {shown}
    </Link>
  );
}
