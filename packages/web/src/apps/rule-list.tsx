import { useQuery } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { appRulesQuery, type AppRule } from '../api/apps.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { endedInWords } from '../ui/ended-in-words.ts';
import { Find } from '../ui/find.tsx';
import { Listed } from '../ui/listed.tsx';
import { Part } from '../ui/part.tsx';
import { BlockQuestion } from './block-question.tsx';
import { NewRuleDialog } from './new-rule-dialog.tsx';
import { RemoveRuleQuestion } from './remove-rule-question.tsx';
import { RuleSubject } from './rule-subject.tsx';
import { RuleTable } from './rule-table.tsx';

export function RuleList({ say }: { say: (words: ReactNode) => void }) {
  const { slug: org } = useOrganisation();
  const rules = useQuery(appRulesQuery(org));
  const [adding, setAdding] = useState(false);
  const [blocking, setBlocking] = useState<AppRule | undefined>(undefined);
  const [removing, setRemoving] = useState<AppRule | undefined>(undefined);
  const sayBlocked = (subject: string, ended: number) => {
    say(
      <>
        <RuleSubject subject={subject} /> is blocked. {endedInWords(ended)}
      </>,
    );
  };
  return (
    <Part
      title="Rules"
      lead="About apps that came by themselves. Without a rule, members decide: the consent page shows them who asks."
      action={
        <button type="button" className="button secondary" onClick={() => setAdding(true)}>
          Add rule
        </button>
      }
    >
      <Listed
        query={rules}
        what="the rules"
        rows={2}
        empty={<p>No rules yet. Members may connect any app that they approve.</p>}
      >
        {(items) => (
          <Find
            items={items}
            label="Find a rule"
            placeholder="Find by host or client id"
            textOf={({ subject }) => subject}
          >
            {(found) => <RuleTable rules={found} onBlock={setBlocking} onRemove={setRemoving} />}
          </Find>
        )}
      </Listed>

      {adding ? (
        <NewRuleDialog
          rules={rules.data ?? []}
          onClose={() => setAdding(false)}
          onApproved={(subject) => {
            setAdding(false);
            say(
              <>
                <RuleSubject subject={subject} /> is approved.
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
          keep="Leave it approved"
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
          onDone={() => {
            setRemoving(undefined);
            say(
              <>
                There is no rule about <RuleSubject subject={removing.subject} /> any more.
              </>,
            );
          }}
        />
      )}
    </Part>
  );
}
