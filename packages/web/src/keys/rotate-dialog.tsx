import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { rotateKey, type KeyDetail } from '../api/keys.ts';
import { allKeys } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { rotateText as text } from '../text/key.ts';
import { Dialog } from '../ui/dialog.tsx';
import { FormActions } from '../ui/form-actions.tsx';
import { Moment } from '../ui/moment.tsx';
import { Option } from '../ui/option.tsx';
import { Problem } from '../ui/problem.tsx';
import { SecretOnce } from './secret-once.tsx';

const OVERLAPS = [24, 1, 0] as const;

interface RotateDialogProps {
  detail: KeyDetail;
  onDone: () => void;
  onClose: () => void;
}

/** Asks how long the old secret goes on, then shows the new one, once: it is kept in no cache and goes with the dialog. */
export function RotateDialog({ detail, onClose, onDone }: RotateDialogProps) {
  const { slug: org } = useOrganisation();
  const [overlap, setOverlap] = useState<(typeof OVERLAPS)[number]>(24);
  const rotating = useMutation({
    mutationFn: () => rotateKey(org, detail, overlap),
    // Also after a refusal: somebody else replaced it or ended it meanwhile.
    onSettled: () => void queryClient.invalidateQueries(allKeys(org)),
  });
  const made = rotating.data;
  if (made !== undefined) {
    return (
      <Dialog key="secret" title={text.copy} dismissable={false} onClose={onDone}>
        <SecretOnce secret={made.secret} what={text.what} ifLost={text.ifLost} onDone={onDone}>
          <p>
            {made.old_secret_until === null ? (
              text.ended
            ) : (
              <>
                {text.until}
                <Moment at={made.old_secret_until} />.
              </>
            )}
          </p>
        </SecretOnce>
      </Dialog>
    );
  }
  return (
    <Dialog
      key="question"
      title={
        <>
          {text.title}“<bdi>{detail.name}</bdi>”
        </>
      }
      // Who leaves while it is being made would never see it.
      dismissable={!rotating.isPending}
      onClose={onClose}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          rotating.mutate();
        }}
      >
        <p>{text.lead}</p>
        <fieldset className="field">
          <legend>{text.overlap}</legend>
          {OVERLAPS.map((hours) => (
            <Option
              key={hours}
              name="overlap"
              value={String(hours)}
              checked={overlap === hours}
              onChoose={() => setOverlap(hours)}
            >
              <b>{text.overlaps[hours].name}</b>
              <span className="quiet">{text.overlaps[hours].more}</span>
            </Option>
          ))}
        </fieldset>
        {detail.old_secret_until === null ? null : <p className="small">{text.still}</p>}
        {rotating.isError ? <Problem error={rotating.error} /> : null}
        <FormActions
          act={text.act}
          acting={text.acting}
          pending={rotating.isPending}
          holds
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}
