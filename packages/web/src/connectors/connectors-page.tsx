import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { connectorsQuery } from '../api/queries.ts';
import type { Connector } from '../api/types.ts';
import { managesConnectors } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { StatusBadge } from '../ui/badges.tsx';
import { Listed } from '../ui/listed.tsx';
import { PageHead } from '../ui/page-head.tsx';

/** `/app/{org}/connectors`: where the tools come from. */
export function ConnectorsPage() {
  const { slug: org } = useOrganisation();
  const connectors = useQuery(connectorsQuery(org));
  return (
    <>
      <PageHead title="Connectors" lead="Where the tools come from: an API, or an MCP server." />
      <Listed
        query={connectors}
        what="the connectors"
        rows={4}
        empty={<p>No connectors yet. Whoever runs this Latchkey declares them in its configuration file.</p>}
      >
        {(items) => <ConnectorTable connectors={items} />}
      </Listed>
    </>
  );
}

const KINDS = { openapi: 'API', mcp: 'MCP server' } as const;

function ConnectorTable({ connectors }: { connectors: readonly Connector[] }) {
  return (
    <div className="sheet table-frame">
      <table className="table" role="table">
        <caption className="for-screen-readers">Connectors</caption>
        <thead role="rowgroup">
          <tr role="row">
            {['Connector', 'Kind', 'Tools', 'News'].map((name) => (
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
                {connector.shared ? <span className="row-more">Shared by all organisations</span> : null}
              </th>
              <td role="cell" data-label="Kind">
                {KINDS[connector.kind]}
              </td>
              <td role="cell" data-label="Tools">
                {connector.tools}
              </td>
              <td role="cell" data-label="News">
                {connector.waiting === 0 ? (
                  'None'
                ) : (
                  <StatusBadge tone="warning">
                    {connector.waiting === 1 ? '1 tool waits' : `${connector.waiting} tools wait`}
                  </StatusBadge>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
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
