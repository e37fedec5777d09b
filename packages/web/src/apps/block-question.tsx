import { allAppRules, allApps, setAppRule } from '../api/apps.ts';
import { allKeys } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { ruleText as text } from '../text/apps.ts';
import { Question } from '../ui/question.tsx';
import { hostOf } from './read-subject.ts';
import { RuleSubject } from './rule-subject.tsx';

interface BlockQuestionProps {
  subject: string;
  /** Of the app, by its own word; absent: the rule names it. */
  name?: string | undefined;
  keep: string;
  onDone: (endedConnections: number) => void;
  onClose: () => void;
}

export function BlockQuestion({ subject, name, keep, onDone, onClose }: BlockQuestionProps) {
  const { slug: org } = useOrganisation();
  return (
    <Question
      title={
        <>
          {text.blockTitle}
          {name === undefined ? <RuleSubject subject={subject} /> : <bdi>“{name}”</bdi>}?
        </>
      }
      keep={keep}
      act={text.block}
      acting={text.blocking}
      run={() => setAppRule(org, subject, 'blocked')}
      refresh={() =>
        Promise.all([
          queryClient.invalidateQueries(allAppRules(org)),
          queryClient.invalidateQueries(allApps(org)),
          queryClient.invalidateQueries(allKeys(org)),
        ])
      }
      onDone={({ connections_ended: ended }) => onDone(ended)}
      onClose={onClose}
    >
      <p>
        {hostOf(subject) === undefined ? text.blockApp : text.blockHost} {text.notBack}
      </p>
    </Question>
  );
}
