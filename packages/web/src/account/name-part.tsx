import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { accountQuery, renameYourself } from '../api/account.ts';
import { meQuery } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import { accountText } from '../text/account.ts';
import { Part } from '../ui/part.tsx';
import { Problem } from '../ui/problem.tsx';
import type { AccountPartProps } from './part-props.ts';

const text = accountText.name;
const NAME_CHARACTERS_MAX = 80;

export function NamePart({ account, say }: AccountPartProps) {
  const { email, name } = account.user;
  const [wanted, setWanted] = useState(name);
  const saving = useMutation({
    mutationFn: () => renameYourself(wanted),
    onSuccess: async (saved) => {
      setWanted(saved.name);
      await Promise.all([
        queryClient.invalidateQueries({ queryKey: accountQuery.queryKey, exact: true }),
        queryClient.invalidateQueries(meQuery),
      ]);
      say(text.saved);
    },
  });
  return (
    <Part title={text.title} lead={text.lead}>
      <form
        className="sheet"
        onSubmit={(event) => {
          event.preventDefault();
          saving.mutate();
        }}
      >
        <div className="field">
          <label htmlFor="account-name">{text.label}</label>
          <input
            id="account-name"
            className="input"
            autoComplete="name"
            required
            maxLength={NAME_CHARACTERS_MAX}
            value={wanted}
            onChange={(event) => setWanted(event.target.value)}
          />
          <p className="hint">
            {text.email}: <bdi>{email}</bdi>
          </p>
        </div>
        {saving.isError ? <Problem error={saving.error} /> : null}
        <div className="dialog-actions">
          <button type="submit" className="button" disabled={saving.isPending || wanted === name}>
            {saving.isPending ? accountText.saving : accountText.save}
          </button>
        </div>
      </form>
    </Part>
  );
}
