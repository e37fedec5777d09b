import { useInfiniteQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { appRulesPages, type AppRule } from '../api/apps.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { appsText } from '../text/apps.ts';
import { endedInWords } from '../ui/ended-in-words.ts';
import { SHORT_LIST_MAX } from '../ui/find-items.ts';
import { ListFilter } from '../ui/list-filter.tsx';
import { Paged } from '../ui/paged.tsx';
import { Part } from '../ui/part.tsx';
import { BlockQuestion } from './block-question.tsx';
import { NewRuleDialog } from './new-rule-dialog.tsx';
import { NoneFound } from './none-found.tsx';
import { RemoveRuleQuestion } from './remove-rule-question.tsx';
import { RuleSubject } from './rule-subject.tsx';
import { RuleTable } from './rule-table.tsx';
import { useAppsSearch } from './use-apps-search.ts';

const text = appsText.rules;

export function RuleList({ say }: { say: (words: ReactNode) => void }) {
  const { slug: org } = useOrganisation();
  const [{ rule: q }, go] = useAppsSearch();
  const rules = useInfiniteQuery(appRulesPages(org, q === undefined ? {} : { q }));
  const [adding, setAdding] = useState(false);
  const [blocking, setBlocking] = useState<AppRule | undefined>(undefined);
  const [removing, setRemoving] = useState<AppRule | undefined>(undefined);
  const sayBlocked = (subject: string, ended: number) => {
    say(
      <>
        <RuleSubject subject={subject} />
        {text.isBlocked}
        {endedInWords(ended)}
      </>,
    );
  };
  return (
    <Part
      title={text.title}
      lead={text.lead}
      action={
        <button type="button" className="button secondary" onClick={() => setAdding(true)}>
          {text.add}
        </button>
      }
    >
      <Paged
        pages={rules}
        loading={text.loading}
        rows={2}
        isNarrowed={q !== undefined}
        empty={<p>{text.empty}</p>}
        filter={(shown, { total }) =>
          total <= SHORT_LIST_MAX && q === undefined ? null : (
            <ListFilter
              q={q}
              onFind={(rule) => go({ rule })}
              label={text.find}
              placeholder={text.findPlaceholder}
              found={text.shownOf(shown, total)}
            />
          )
        }
        noneFound={<NoneFound words={text.noneFound} onClear={() => go({ rule: undefined })} />}
      >
        {(items) => <RuleTable rules={items} onBlock={setBlocking} onRemove={setRemoving} />}
      </Paged>

      {adding ? (
        <NewRuleDialog
          onClose={() => setAdding(false)}
          onApproved={(subject) => {
            setAdding(false);
            say(
              <>
                <RuleSubject subject={subject} />
                {text.isApproved}
              </>,
            );
          }}
          onBlocked={(subject, ended) => {
            setAdding(false);
            sayBlocked(subject, ended);
          }}
        />
      ) : null}
      {blocking === undefined ? null : (
        <BlockQuestion
          subject={blocking.subject}
          keep={text.leave}
          onClose={() => setBlocking(undefined)}
          onDone={(ended) => {
            setBlocking(undefined);
            sayBlocked(blocking.subject, ended);
          }}
        />
      )}
      {removing === undefined ? null : (
        <RemoveRuleQuestion
          rule={removing}
          onClose={() => setRemoving(undefined)}
          onDone={(ended) => {
            setRemoving(undefined);
            say(
              <>
                {text.noRule}
                <RuleSubject subject={removing.subject} />
                {text.anyMore}
                {ended === 0 ? null : endedInWords(ended)}
              </>,
            );
          }}
        />
      )}
    </Part>
  );
}
