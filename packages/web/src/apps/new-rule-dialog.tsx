import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { allAppRules, allApps, appRuleQuery, setAppRule, type AppRule } from '../api/apps.ts';
import { queryClient } from '../api/query-client.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { ruleText as text } from '../text/apps.ts';
import { Dialog } from '../ui/dialog.tsx';
import { useSettled } from '../ui/use-settled.ts';
import { Option } from '../ui/option.tsx';
import { Problem } from '../ui/problem.tsx';
import { BlockQuestion } from './block-question.tsx';
import { readSubject } from './read-subject.ts';
import { FormActions } from '../ui/form-actions.tsx';

const SUBJECT_CHARACTERS_MAX = 2048;

interface NewRuleDialogProps {
  onApproved: (subject: string) => void;
  onBlocked: (subject: string, endedConnections: number) => void;
  onClose: () => void;
}

/** Asks for a rule. A block is asked about once more; who thinks better of it finds what was typed. */
export function NewRuleDialog({ onApproved, onBlocked, onClose }: NewRuleDialogProps) {
  const { slug: org } = useOrganisation();
  const [typed, setTyped] = useState('');
  const [rule, setRule] = useState<AppRule['rule']>('approved');
  const [asking, setAsking] = useState(false);
  const subject = readSubject(typed);
  const settled = useSettled(subject);
  const known = useQuery({ ...appRuleQuery(org, settled), enabled: settled !== '' && typed.trim() !== '' });
  const replaced = known.data?.subject === subject ? known.data : undefined;
  const approving = useMutation({
    mutationFn: async () => {
      await setAppRule(org, subject, 'approved');
      await Promise.all([
        queryClient.invalidateQueries(allAppRules(org)),
        queryClient.invalidateQueries(allApps(org)),
      ]);
    },
    onSuccess: () => onApproved(subject),
  });
  if (asking) {
    return (
      <BlockQuestion
        subject={subject}
        keep={text.back}
        onDone={(ended) => onBlocked(subject, ended)}
        onClose={() => setAsking(false)}
      />
    );
  }
  return (
    <Dialog title={text.addTitle} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (rule === 'blocked') setAsking(true);
          else approving.mutate();
        }}
      >
        <div className="field">
          <label htmlFor="rule-subject">{text.subject}</label>
          <input
            id="rule-subject"
            className="input"
            required
            pattern=".*\S.*"
            title={text.subjectTitle}
            maxLength={SUBJECT_CHARACTERS_MAX}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            data-focus-first
            aria-describedby="rule-subject-hint"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
          <p id="rule-subject-hint" className="hint">
            {text.subjectHint}
          </p>
        </div>
        <fieldset className="field">
          <legend>{text.legend}</legend>
          <Option
            name="rule"
            value="approved"
            checked={rule === 'approved'}
            onChoose={() => setRule('approved')}
          >
            <b>{text.approve}</b>
            <span className="quiet">{text.approveMore}</span>
          </Option>
          <Option
            name="rule"
            value="blocked"
            checked={rule === 'blocked'}
            onChoose={() => setRule('blocked')}
          >
            <b>{text.block}</b>
            <span className="quiet">{text.blockMore}</span>
          </Option>
        </fieldset>
        {replaced === undefined ? null : <p className="small quiet">{text.replaces(replaced.rule)}</p>}
        {approving.isError ? <Problem error={approving.error} /> : null}
        <FormActions
          act={rule === 'blocked' ? text.ask : text.approve}
          acting={text.saving}
          pending={approving.isPending}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}
