import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError } from '../../api/api-error.ts';
import { auditRetentionQuery, changeAuditRetention, type AuditRetention } from '../../api/audit-retention.ts';
import { queryClient } from '../../api/query-client.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { auditRetentionText as text } from '../../text/audit-retention.ts';
import { Moment } from '../../ui/moment.tsx';
import { Option } from '../../ui/option.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Question } from '../../ui/question.tsx';

interface RetentionFormProps {
  onSaved: () => void;
  retention: AuditRetention;
}

export function RetentionForm({ onSaved, retention }: RetentionFormProps) {
  const { name, slug: org } = useOrganisation();
  // What was shown is what is changed, also if somebody else changes it meanwhile.
  const [was, setWas] = useState(retention.days);
  const [wanted, setWanted] = useState(retention.days);
  const [isTheirs, setIsTheirs] = useState(false);
  const [isAsking, setIsAsking] = useState(false);

  async function save(): Promise<AuditRetention> {
    try {
      return await changeAuditRetention(org, { days: wanted, was });
    } catch (error) {
      // What was chosen stays; what it is compared with is what is there now.
      if (error instanceof ApiError && error.code === 'conflict') {
        const now = await queryClient.fetchQuery({ ...auditRetentionQuery(org), staleTime: 0 });
        setWas(now.days);
        setIsTheirs(true);
      }
      throw error;
    }
  }

  function done(saved: AuditRetention): void {
    setIsAsking(false);
    setIsTheirs(false);
    setWas(saved.days);
    setWanted(saved.days);
    queryClient.setQueryData(auditRetentionQuery(org).queryKey, saved);
    onSaved();
  }

  const saving = useMutation({ mutationFn: save, onSuccess: done });
  const isShorter = wanted !== null && (was === null || wanted < was);
  return (
    <form
      className="sheet"
      onSubmit={(event) => {
        event.preventDefault();
        if (isShorter) setIsAsking(true);
        else saving.mutate();
      }}
    >
      <p>
        {retention.oldest === null ? (
          text.none
        ) : (
          <>
            {text.oldest}
            <Moment at={retention.oldest} />.
          </>
        )}
      </p>
      <fieldset className="field">
        <legend>{text.legend}</legend>
        {text.choices.map(({ days, name: choice, why }) => (
          <Option
            key={days}
            name="audit_days"
            value={String(days)}
            checked={wanted === days}
            onChoose={() => setWanted(days)}
          >
            <b>{choice}</b>
            {why === '' ? null : <span className="quiet">{why}</span>}
          </Option>
        ))}
      </fieldset>
      {saving.isError ? <Problem error={saving.error} /> : null}
      {isTheirs ? <p className="hint">{text.now(nameOf(was))}</p> : null}
      <div className="dialog-actions">
        <button type="submit" className="button" disabled={saving.isPending || wanted === was}>
          {saving.isPending ? text.saving : text.save}
        </button>
      </div>
      {isAsking ? (
        <Question
          title={text.question.title}
          keep={text.question.keep}
          act={text.question.act}
          acting={text.question.acting}
          typed={name}
          run={save}
          refresh={() => Promise.resolve()}
          onDone={done}
          onClose={() => setIsAsking(false)}
        >
          <p>{text.question.effect(nameOf(wanted))}</p>
          <p>{text.question.stays}</p>
        </Question>
      ) : null}
    </form>
  );
}

function nameOf(days: number | null): string {
  return text.choices.find((choice) => choice.days === days)?.name ?? String(days);
}
