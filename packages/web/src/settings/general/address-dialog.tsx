import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError } from '../../api/api-error.ts';
import { addressQuery, changeAddress, type Address } from '../../api/address.ts';
import { meQuery } from '../../api/queries.ts';
import { queryClient } from '../../api/query-client.ts';
import { carryWords } from '../../shell/carried-words.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { settingsText } from '../../text/settings.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { FormActions } from '../../ui/form-actions.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Day } from './day.tsx';
import { GENERAL_PAGE } from './general-page.ts';

const { address: text } = settingsText;
const SLUG_CHARACTERS_MAX = 40;
const DAY_MS = 86_400_000;

/** What the new address would be and what becomes of the old one, and the new one typed twice. */
export function AddressDialog({ address, onClose }: { address: Address; onClose: () => void }) {
  const { slug: org } = useOrganisation();
  const [wanted, setWanted] = useState('');
  const [again, setAgain] = useState('');
  const slug = wanted.trim();
  const [worksUntil] = useState(() => new Date(Date.now() + address.alias_days * DAY_MS).toISOString());

  async function move(changed: Address): Promise<void> {
    carryWords(GENERAL_PAGE, text.changed(changed.slug));
    queryClient.setQueryData(addressQuery(changed.slug).queryKey, changed);
    // The page of the former address leads to that of the new one as soon as it knows of both.
    queryClient.setQueryData(
      meQuery.queryKey,
      (me) =>
        me && {
          ...me,
          organisations: me.organisations.map((one) =>
            one.slug === org ? { ...one, slug: changed.slug, former_slugs: [...one.former_slugs, org] } : one,
          ),
        },
    );
    await queryClient.invalidateQueries(meQuery);
  }

  const changing = useMutation({
    mutationFn: () => changeAddress(org, { slug, was: address.slug }),
    onSuccess: (changed) => void move(changed),
    onError: async (error) => {
      if (error instanceof ApiError && error.code === 'conflict')
        await queryClient.invalidateQueries(addressQuery(org));
    },
  });
  return (
    <Dialog title={text.dialogTitle} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          changing.mutate();
        }}
      >
        <div className="field">
          <label htmlFor="new-slug">{text.wanted}</label>
          <input
            id="new-slug"
            className="input"
            required
            maxLength={SLUG_CHARACTERS_MAX}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            data-focus-first
            aria-describedby="new-slug-hint"
            value={wanted}
            onChange={(event) => setWanted(event.target.value)}
          />
          <p id="new-slug-hint" className="hint">
            {text.wantedHint}
          </p>
        </div>
        <dl className="known">
          <dt>{text.now}</dt>
          <dd>
            <code>{address.connector_url}</code>
          </dd>
          <dt>{text.becomes}</dt>
          <dd>
            <code>{address.connector_base}</code>
            {slug === '' ? <span className="quiet">…</span> : <code className="strong">{slug}</code>}
          </dd>
        </dl>
        <p>
          {text.uses(address.connections, address.apps)} {text.goesOn} <Day at={worksUntil} />. {text.tell}
        </p>
        <p className="small quiet">
          {text.never} {text.left(address.changes_left)}
        </p>
        <div className="field">
          <label htmlFor="new-slug-again">{text.again}</label>
          <input
            id="new-slug-again"
            className="input"
            required
            maxLength={SLUG_CHARACTERS_MAX}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            value={again}
            onChange={(event) => setAgain(event.target.value)}
          />
        </div>
        {changing.isError ? <Problem error={changing.error} /> : null}
        <FormActions
          act={text.act}
          acting={text.acting}
          pending={changing.isPending}
          idle={slug === '' || slug === address.slug || again.trim() !== slug}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}
