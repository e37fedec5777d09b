import { useInfiniteQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { allAppRules, allApps, seenAppsPages, setAppRule, type SeenApp } from '../api/apps.ts';
import { queryClient } from '../api/query-client.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { appsText } from '../text/apps.ts';
import { endedInWords } from '../ui/ended-in-words.ts';
import { SHORT_LIST_MAX } from '../ui/find-items.ts';
import { ListFilter } from '../ui/list-filter.tsx';
import { Paged } from '../ui/paged.tsx';
import { Part } from '../ui/part.tsx';
import { Question } from '../ui/question.tsx';
import { tamed } from '../ui/tamed.ts';
import { BlockQuestion } from './block-question.tsx';
import { NoneFound } from './none-found.tsx';
import { SeenTable } from './seen-table.tsx';
import { useAppsSearch } from './use-apps-search.ts';

const text = appsText.seen;
const NAME_CHARACTERS_MAX = 60;
const SORTS = (['approved', 'name'] as const).map((value) => ({ value, name: text.sorts[value] }));

/** Apps that nobody made here and that somebody connected: how each is known, and what is said of it. */
export function SeenList({ say }: { say: (words: ReactNode) => void }) {
  const { slug: org } = useOrganisation();
  const [{ came, came_sort: sort }, go] = useAppsSearch();
  const wanted = { ...(came === undefined ? {} : { q: came }), ...(sort === undefined ? {} : { sort }) };
  const apps = useInfiniteQuery(seenAppsPages(org, wanted));
  const [approving, setApproving] = useState<SeenApp | undefined>(undefined);
  const [blocking, setBlocking] = useState<SeenApp | undefined>(undefined);
  return (
    <Part title={text.title} lead={text.lead}>
      <Paged
        pages={apps}
        loading={text.loading}
        rows={3}
        isNarrowed={came !== undefined}
        empty={<p>{text.empty}</p>}
        filter={(shown, { total }) =>
          total <= SHORT_LIST_MAX && came === undefined ? null : (
            <ListFilter
              q={came}
              onFind={(q) => go({ came: q })}
              label={text.find}
              placeholder={text.findPlaceholder}
              found={text.shownOf(shown, total)}
              sort={{
                label: appsText.sort,
                chosen: sort ?? 'approved',
                choices: SORTS,
                onChoose: (chosen) => go({ came_sort: chosen === 'name' ? chosen : undefined }),
              }}
            />
          )
        }
        noneFound={<NoneFound words={text.noneFound} onClear={() => go({ came: undefined })} />}
      >
        {(items) => <SeenTable apps={items} onApprove={setApproving} onBlock={setBlocking} />}
      </Paged>

      {approving === undefined ? null : (
        <Question
          title={
            <>
              {text.approveTitle}“{nameOf(approving)}”?
            </>
          }
          keep={text.approveKeep}
          act={text.approveAct}
          acting={text.approving}
          danger={false}
          run={() => setAppRule(org, approving.client_id, 'approved')}
          refresh={() =>
            Promise.all([
              queryClient.invalidateQueries(allApps(org)),
              queryClient.invalidateQueries(allAppRules(org)),
            ])
          }
          onDone={() => {
            setApproving(undefined);
            say(text.approved(nameOf(approving)));
          }}
          onClose={() => setApproving(undefined)}
        >
          <p>{text.approveEffect}</p>
          <p className="small">
            <code>{approving.client_id}</code>
          </p>
        </Question>
      )}
      {blocking === undefined ? null : (
        <BlockQuestion
          subject={blocking.client_id}
          name={nameOf(blocking)}
          keep={text.approveKeep}
          onClose={() => setBlocking(undefined)}
          onDone={(ended) => {
            setBlocking(undefined);
            say(`“${nameOf(blocking)}”${appsText.rules.isBlocked}${endedInWords(ended)}`);
          }}
        />
      )}
    </Part>
  );
}

function nameOf({ name }: SeenApp): string {
  return tamed(name, NAME_CHARACTERS_MAX);
}
