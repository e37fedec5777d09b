import { useInfiniteQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { appsPages, type App } from '../api/apps.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { appsText } from '../text/apps.ts';
import { endedInWords } from '../ui/ended-in-words.ts';
import { SHORT_LIST_MAX } from '../ui/find-items.ts';
import { ListFilter } from '../ui/list-filter.tsx';
import { Paged } from '../ui/paged.tsx';
import { Part } from '../ui/part.tsx';
import { AppTable } from './app-table.tsx';
import { DeleteAppQuestion } from './delete-app-question.tsx';
import { ExchangeQuestion } from './exchange-question.tsx';
import { NewAppDialog } from './new-app-dialog.tsx';
import { NoneFound } from './none-found.tsx';
import { useAppsSearch } from './use-apps-search.ts';

const text = appsText.made;
const SORTS = (['created', 'name'] as const).map((value) => ({ value, name: text.sorts[value] }));

export function AppList({ say }: { say: (words: ReactNode) => void }) {
  const { slug: org } = useOrganisation();
  const [{ q, sort }, go] = useAppsSearch();
  const wanted = { ...(q === undefined ? {} : { q }), ...(sort === undefined ? {} : { sort }) };
  const apps = useInfiniteQuery(appsPages(org, wanted));
  const [creating, setCreating] = useState(false);
  const [deleting, setDeleting] = useState<App | undefined>(undefined);
  const [exchanging, setExchanging] = useState<App | undefined>(undefined);
  return (
    <Part
      title={text.title}
      lead={text.lead}
      action={
        <button type="button" className="button" onClick={() => setCreating(true)}>
          {text.create}
        </button>
      }
    >
      <Paged
        pages={apps}
        loading={text.loading}
        rows={3}
        isNarrowed={q !== undefined}
        empty={<p>{text.empty}</p>}
        filter={(shown, { total }) =>
          total <= SHORT_LIST_MAX && q === undefined ? null : (
            <ListFilter
              q={q}
              onFind={(found) => go({ q: found })}
              label={text.find}
              placeholder={text.findPlaceholder}
              found={text.shownOf(shown, total)}
              sort={{
                label: appsText.sort,
                chosen: sort ?? 'created',
                choices: SORTS,
                onChoose: (chosen) => go({ sort: chosen === 'name' ? chosen : undefined }),
              }}
            />
          )
        }
        noneFound={<NoneFound words={text.noneFound} onClear={() => go({ q: undefined })} />}
      >
        {(items) => <AppTable apps={items} onExchange={setExchanging} onDelete={setDeleting} />}
      </Paged>

      {creating ? (
        <NewAppDialog
          onClose={() => setCreating(false)}
          onMade={(name) => {
            setCreating(false);
            say(text.isThere(name));
          }}
        />
      ) : null}
      {exchanging === undefined ? null : (
        <ExchangeQuestion
          app={exchanging}
          onClose={() => setExchanging(undefined)}
          onDone={(allowed) => {
            setExchanging(undefined);
            say(allowed ? text.mayTrade(exchanging.name) : text.mayNotTrade(exchanging.name));
          }}
        />
      )}
      {deleting === undefined ? null : (
        <DeleteAppQuestion
          app={deleting}
          onClose={() => setDeleting(undefined)}
          onDone={(ended) => {
            setDeleting(undefined);
            say(text.deleted(deleting.name, endedInWords(ended)));
          }}
        />
      )}
    </Part>
  );
}
