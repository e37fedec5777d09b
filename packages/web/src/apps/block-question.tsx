import { appRulesQuery, appsQuery, setAppRule } from '../api/apps.ts';
import { keysQuery } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { Question } from '../ui/question.tsx';
import { hostOf } from './read-subject.ts';
import { RuleSubject } from './rule-subject.tsx';

interface BlockQuestionProps {
  subject: string;
  keep: string;
  onDone: (endedConnections: number) => void;
  onClose: () => void;
}

export function BlockQuestion({ subject, keep, onDone, onClose }: BlockQuestionProps) {
  const { slug: org } = useOrganisation();
  return (
    <Question
      title={
        <>
          Block <RuleSubject subject={subject} />?
        </>
      }
      keep={keep}
      act="Block"
      acting="Blocking…"
      run={() => setAppRule(org, subject, 'blocked')}
      refresh={() =>
        Promise.all([
          queryClient.invalidateQueries(appRulesQuery(org)),
          queryClient.invalidateQueries(appsQuery(org)),
          queryClient.invalidateQueries(keysQuery(org)),
        ])
      }
      onDone={({ connections_ended: ended }) => onDone(ended)}
      onClose={onClose}
    >
      <p>
        {hostOf(subject) === undefined
          ? 'All connections of this app in this organisation end at once, and nobody can connect it here.'
          : 'All connections in this organisation of apps of this host, and of apps whose access goes there, end at once, and nobody can connect one here.'}{' '}
        Removing the rule later does not bring them back.
      </p>
    </Question>
  );
}
