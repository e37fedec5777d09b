import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { createOrganisation, installedKey, operatorLogKey } from '../api/operator.ts';
import { queryClient } from '../api/query-client.ts';
import { newOrganisationText as text } from '../text/operator.ts';
import { Dialog } from '../ui/dialog.tsx';
import { FormActions } from '../ui/form-actions.tsx';
import { Problem } from '../ui/problem.tsx';
import { OwnerLinkOnce } from './owner-link-once.tsx';
import { slugOf } from './slug-of.ts';

const NAME_CHARACTERS_MAX = 80;
const SLUG_CHARACTERS_MAX = 40;

/** Asks for name and address, then shows the link for the first owner, once. */
export function NewOrganisationDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('');
  /** Until somebody types one, it follows the name. */
  const [typedSlug, setTypedSlug] = useState<string | undefined>(undefined);
  const slug = typedSlug ?? slugOf(name);
  const creating = useMutation({
    mutationFn: () => createOrganisation({ name, slug }),
    onSuccess: () =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: installedKey }),
        queryClient.invalidateQueries({ queryKey: operatorLogKey }),
      ]),
  });
  const made = creating.data;
  return (
    <Dialog
      key={made === undefined ? 'form' : 'link'}
      title={made === undefined ? text.title : text.madeTitle}
      // Who leaves while it is being made would never see the link.
      dismissable={made === undefined && !creating.isPending}
      onClose={onClose}
    >
      {made === undefined ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            creating.mutate();
          }}
        >
          <p>{text.lead}</p>
          <div className="field">
            <label htmlFor="organisation-name">{text.nameLabel}</label>
            <input
              id="organisation-name"
              className="input"
              required
              maxLength={NAME_CHARACTERS_MAX}
              autoComplete="off"
              data-focus-first
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          </div>
          <div className="field">
            <label htmlFor="organisation-slug">{text.slugLabel}</label>
            <input
              id="organisation-slug"
              className="input"
              required
              maxLength={SLUG_CHARACTERS_MAX}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              aria-describedby="organisation-slug-hint"
              value={slug}
              onChange={(event) => setTypedSlug(event.target.value)}
            />
            <p id="organisation-slug-hint" className="hint">
              {text.slugHint}
              <b>{slug === '' ? '…' : slug}</b>
            </p>
          </div>
          {creating.isError ? <Problem error={creating.error} /> : null}
          <FormActions
            act={text.act}
            acting={text.acting}
            pending={creating.isPending}
            holds
            onCancel={onClose}
          />
        </form>
      ) : (
        <OwnerLinkOnce link={made} lead={text.made} onDone={onClose} />
      )}
    </Dialog>
  );
}
