import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { connectorsQuery } from '../api/queries.ts';
import type { Connector } from '../api/types.ts';
import { managesConnectors } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { connectorsText as text } from '../text/connectors.ts';
import { findItems, SHORT_LIST_MAX, SHOWN_MAX } from '../ui/find-items.ts';
import { Listed } from '../ui/listed.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { ConnectorTable } from './connector-table.tsx';
import { readConnectorsSearch, textOfConnector } from './connectors-search.ts';

const route = getRouteApi('/$org/connectors');

/** `/app/{org}/connectors`: where the tools come from. */
export function ConnectorsPage() {
  const { slug: org, role } = useOrganisation();
  const connectors = useQuery(connectorsQuery(org));
  const mayImport = managesConnectors(role);
  const importLink = (
    <Link to="/$org/connectors/import" params={{ org }} className="button">
      {text.import}
    </Link>
  );
  return (
    <>
      <PageHead title={text.title} lead={text.lead} action={mayImport ? importLink : undefined} />
      <Listed
        query={connectors}
        what={text.loading}
        rows={4}
        empty={
          <>
            <p>{mayImport ? text.emptyManager : text.empty}</p>
            {mayImport ? importLink : null}
          </>
        }
      >
        {(items) => <Found connectors={items} />}
      </Listed>
    </>
  );
}

function Found({ connectors }: { connectors: readonly Connector[] }) {
  const { q = '' } = route.useSearch();
  const navigate = route.useNavigate();
  const found = findItems(connectors, q, textOfConnector);
  const shown = found.slice(0, SHOWN_MAX);
  return (
    <>
      {connectors.length <= SHORT_LIST_MAX && q === '' ? null : (
        <div className="filter">
          <input
            type="search"
            className="input"
            aria-label={text.find}
            placeholder={text.findPlaceholder}
            value={q}
            onChange={(event) =>
              void navigate({ search: readConnectorsSearch({ q: event.target.value }), replace: true })
            }
          />
          <span role="status" className="small quiet">
            {shown.length < found.length ? text.shownOf(shown.length, found.length) : null}
          </span>
        </div>
      )}
      {shown.length === 0 ? (
        <p className="sheet empty quiet">{text.noneFound}</p>
      ) : (
        <ConnectorTable connectors={shown} />
      )}
    </>
  );
}
