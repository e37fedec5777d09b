import { useQuery } from '@tanstack/react-query';
import { allAppRules, allApps, setAppRule, type AppRule } from '../api/apps.ts';
import { allKeys } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import { securityQuery } from '../api/security.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { ruleText as text } from '../text/apps.ts';
import { Question } from '../ui/question.tsx';
import { RuleSubject } from './rule-subject.tsx';

interface RemoveRuleQuestionProps {
  rule: AppRule;
  onDone: (endedConnections: number) => void;
  onClose: () => void;
}

export function RemoveRuleQuestion({ rule: { subject, rule }, onDone, onClose }: RemoveRuleQuestionProps) {
  const { slug: org } = useOrganisation();
  const security = useQuery({ ...securityQuery(org), enabled: rule === 'approved' });
  return (
    <Question
      title={
        <>
          {text.removeTitle}
          <RuleSubject subject={subject} />?
        </>
      }
      keep={text.keep}
      act={text.remove}
      acting={text.removing}
      run={() => setAppRule(org, subject, null)}
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
      <p>{rule === 'blocked' ? text.removeBlocked : text.removeApproved(security.data?.client_policy)}</p>
    </Question>
  );
}
