import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { installedPages, type InstalledOrganisation } from '../api/operator.ts';
import { installedText as text } from '../text/operator.ts';
import { Foreign } from '../ui/foreign.tsx';
import { MorePages } from '../ui/more-pages.tsx';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useDelayed } from '../ui/use-delayed.ts';
import { useNotice } from '../ui/use-notice.tsx';
import { Views } from '../ui/views.tsx';
import { NewOrganisationDialog } from './new-organisation-dialog.tsx';
import { OperatorHead } from './operator-head.tsx';
import { OrganisationQuestion, type OrganisationAct } from './organisation-question.tsx';
import { OrganisationTable } from './organisation-table.tsx';
import { readInstalledSearch } from './organisations-search.ts';
import { OwnerLinkDialog } from './owner-link-dialog.tsx';

const route = getRouteApi('/_operator/');

type Asked = { act: OrganisationAct | 'link'; organisation: InstalledOrganisation };

/** `/app/_operator`: all organisations of the installation. */
export function OrganisationsPage() {
  const [creating, setCreating] = useState(false);
  const [asked, setAsked] = useState<Asked | undefined>(undefined);
  const [notice, say] = useNotice();
  const close = () => setAsked(undefined);
  return (
    <>
      <OperatorHead
        title={text.title}
        lead={text.lead}
        action={
          <button type="button" className="button" onClick={() => setCreating(true)}>
            {text.create}
          </button>
        }
      />
      {notice}
      <OrganisationList onAct={(act, organisation) => setAsked({ act, organisation })} />
      {creating ? <NewOrganisationDialog onClose={() => setCreating(false)} /> : null}
      {asked === undefined ? null : asked.act === 'link' ? (
        <OwnerLinkDialog organisation={asked.organisation} onClose={close} />
      ) : (
        <OrganisationQuestion
          act={asked.act}
          organisation={asked.organisation}
          onClose={close}
          onDone={() => {
            close();
            say(
              <>
                <Foreign text={asked.organisation.name} />
                {asked.act === 'suspend' ? text.suspended : text.resumed}
              </>,
            );
          }}
        />
      )}
    </>
  );
}

function OrganisationList({ onAct }: { onAct: (act: Asked['act'], one: InstalledOrganisation) => void }) {
  const search = route.useSearch();
  const organisations = useInfiniteQuery(installedPages(search));
  if (organisations.data === undefined) {
    return organisations.isError ? (
      <Problem error={organisations.error} onRetry={() => void organisations.refetch()} />
    ) : (
      <Skeleton rows={6} label={text.loading} />
    );
  }
  const shown = organisations.data.pages.flatMap(({ items }) => items);
  const total = organisations.data.pages.at(-1)?.total ?? shown.length;
  const isFiltered = search.q !== undefined || search.state !== undefined;
  return (
    <>
      <Filter found={text.shownOf(shown.length, total)} />
      {shown.length > 0 ? (
        <OrganisationTable organisations={shown} onAct={onAct} />
      ) : (
        <div className="sheet empty">
          <p>{isFiltered ? text.noneFound : text.empty}</p>
          {isFiltered ? (
            <Link to="/_operator" className="button secondary">
              {text.showAll}
            </Link>
          ) : null}
        </div>
      )}
      <MorePages pages={organisations} more={text.more} loading={text.loadingMore} />
    </>
  );
}

/** Which to show. It stands in the address. */
function Filter({ found }: { found: string }) {
  const { q = '', state } = route.useSearch();
  const navigate = route.useNavigate();
  const show = (wanted: Record<string, unknown>) =>
    void navigate({ search: readInstalledSearch(wanted), replace: true });
  const { text: typed, type } = useDelayed(q, (wanted) => show({ q: wanted.trim(), state }));
  return (
    <div className="filter">
      <Views
        label={text.which}
        chosen={state ?? ''}
        views={[
          { value: '', name: text.all },
          { value: 'active', name: text.states.active },
          { value: 'suspended', name: text.states.suspended },
        ]}
        onChoose={(wanted) => show({ q: typed.trim(), state: wanted })}
      />
      <input
        type="search"
        className="input"
        aria-label={text.find}
        placeholder={text.findPlaceholder}
        value={typed}
        maxLength={200}
        onChange={(event) => type(event.target.value)}
      />
      <span role="status" className="small quiet filter-count">
        {found}
      </span>
    </div>
  );
}
