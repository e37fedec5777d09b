import { appRulesQuery, setAppRule, type AppRule } from '../api/apps.ts';
import { queryClient } from '../api/query-client.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { Question } from '../ui/question.tsx';
import { RuleSubject } from './rule-subject.tsx';

interface RemoveRuleQuestionProps {
  rule: AppRule;
  onDone: () => void;
  onClose: () => void;
}

export function RemoveRuleQuestion({ rule: { subject, rule }, onDone, onClose }: RemoveRuleQuestionProps) {
  const { slug: org } = useOrganisation();
  return (
    <Question
      title={
        <>
          Remove the rule about <RuleSubject subject={subject} />?
        </>
      }
      keep="Keep rule"
      act="Remove rule"
      acting="Removing…"
      run={() => setAppRule(org, subject, null)}
      refresh={() => queryClient.invalidateQueries(appRulesQuery(org))}
      onDone={onDone}
      onClose={onClose}
    >
      <p>
        {rule === 'blocked'
          ? 'Members can connect it again, as far as no other rule is against it. What ended with the block stays ended.'
          : 'The consent page no longer says that an admin approved it. Its connections stay.'}
      </p>
    </Question>
  );
}
