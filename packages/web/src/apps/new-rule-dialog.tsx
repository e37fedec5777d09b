import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { appRulesQuery, setAppRule, type AppRule } from '../api/apps.ts';
import { queryClient } from '../api/query-client.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Option } from '../ui/option.tsx';
import { Problem } from '../ui/problem.tsx';
import { BlockQuestion } from './block-question.tsx';
import { readSubject } from './read-subject.ts';
import { FormActions } from '../ui/form-actions.tsx';

const SUBJECT_CHARACTERS_MAX = 2048;

interface NewRuleDialogProps {
  rules: readonly AppRule[];
  onApproved: (subject: string) => void;
  onBlocked: (subject: string, endedConnections: number) => void;
  onClose: () => void;
}

/** Asks for a rule. A block is asked about once more; who thinks better of it finds what was typed. */
export function NewRuleDialog({ rules, onApproved, onBlocked, onClose }: NewRuleDialogProps) {
  const { slug: org } = useOrganisation();
  const [typed, setTyped] = useState('');
  const [rule, setRule] = useState<AppRule['rule']>('approved');
  const [asking, setAsking] = useState(false);
  const subject = readSubject(typed);
  const replaced = rules.find((one) => one.subject === subject);
  const approving = useMutation({
    mutationFn: async () => {
      await setAppRule(org, subject, 'approved');
      await queryClient.invalidateQueries(appRulesQuery(org));
    },
    onSuccess: () => onApproved(subject),
  });
  if (asking) {
    return (
      <BlockQuestion
        subject={subject}
        keep="Back"
        onDone={(ended) => onBlocked(subject, ended)}
        onClose={() => setAsking(false)}
      />
    );
  }
  return (
    <Dialog title="Add a rule" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (rule === 'blocked') setAsking(true);
          else approving.mutate();
        }}
      >
        <div className="field">
          <label htmlFor="rule-subject">Host or client id</label>
          <input
            id="rule-subject"
            className="input"
            required
            pattern=".*\S.*"
            title="The name of a host, or a client id"
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
            A host, such as claude.ai, is about all its apps. A client id is about one: it begins with cli_ or
            https://.
          </p>
        </div>
        <fieldset className="field">
          <legend>Rule</legend>
          <Option
            name="rule"
            value="approved"
            checked={rule === 'approved'}
            onChoose={() => setRule('approved')}
          >
            <b>Approve</b>
            <span className="quiet">
              The consent page says that an admin approved it. A host approves only apps that prove to be of
              it.
            </span>
          </Option>
          <Option
            name="rule"
            value="blocked"
            checked={rule === 'blocked'}
            onChoose={() => setRule('blocked')}
          >
            <b>Block</b>
            <span className="quiet">Its connections here end at once, and nobody can connect it.</span>
          </Option>
        </fieldset>
        {replaced === undefined ? null : (
          <p className="small quiet">There is a rule about it ({replaced.rule}), which this replaces.</p>
        )}
        {approving.isError ? <Problem error={approving.error} /> : null}
        <FormActions
          act={rule === 'blocked' ? 'Block…' : 'Approve'}
          acting="Saving…"
          pending={approving.isPending}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}
