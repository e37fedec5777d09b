import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError } from '../../api/api-error.ts';
import { changeSettings, meQuery, organisationQuery, settingsQuery } from '../../api/queries.ts';
import { queryClient } from '../../api/query-client.ts';
import type { OrganisationSettings } from '../../api/types.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { settingsText } from '../../text/settings.ts';
import { Option } from '../../ui/option.tsx';
import { Problem } from '../../ui/problem.tsx';

const { general: text } = settingsText;
const NAME_CHARACTERS_MAX = 80;

interface SettingsFormProps {
  onSaved: () => void;
  settings: OrganisationSettings;
}

export function SettingsForm({ onSaved, settings }: SettingsFormProps) {
  const { slug: org } = useOrganisation();
  // What was shown is what is changed, also if somebody else changes it meanwhile.
  const [was, setWas] = useState(settings);
  const [wanted, setWanted] = useState(settings);
  const saving = useMutation({
    mutationFn: () => changeSettings(org, { ...wanted, was }),
    onSuccess: async (saved) => {
      setWas(saved);
      setWanted(saved);
      queryClient.setQueryData(settingsQuery(org).queryKey, saved);
      await Promise.all([
        queryClient.invalidateQueries(meQuery),
        queryClient.invalidateQueries(organisationQuery(org)),
      ]);
      onSaved();
    },
    onError: async (error) => {
      if (!(error instanceof ApiError && error.code === 'conflict')) return;
      // What was typed stays; what it is compared with is what is there now.
      setWas(await queryClient.fetchQuery({ ...settingsQuery(org), staleTime: 0 }));
    },
  });
  const isSame = wanted.name === was.name && wanted.refresh_days === was.refresh_days;
  return (
    <form
      className="sheet"
      onSubmit={(event) => {
        event.preventDefault();
        saving.mutate();
      }}
    >
      <div className="field">
        <label htmlFor="organisation-name">{text.name}</label>
        <input
          id="organisation-name"
          className="input"
          required
          maxLength={NAME_CHARACTERS_MAX}
          autoComplete="off"
          value={wanted.name}
          onChange={(event) => setWanted({ ...wanted, name: event.target.value })}
        />
        {!saving.isError || was.name === wanted.name ? null : (
          <p className="hint">
            {text.nameNowBefore}
            <bdi>{was.name}</bdi>
            {text.nameNowAfter}
          </p>
        )}
      </div>
      <fieldset className="field">
        <legend>{text.lasts}</legend>
        <p className="hint">{text.lastsHint}</p>
        {text.lifetimes.map(({ days, name, why }) => (
          <Option
            key={days}
            name="refresh_days"
            value={String(days)}
            checked={wanted.refresh_days === days}
            onChoose={() => setWanted({ ...wanted, refresh_days: days })}
          >
            <b>{name}</b>
            <span className="quiet">{why}</span>
          </Option>
        ))}
      </fieldset>
      {saving.isError ? <Problem error={saving.error} /> : null}
      <div className="dialog-actions">
        <button type="submit" className="button" disabled={saving.isPending || isSame}>
          {saving.isPending ? text.saving : text.save}
        </button>
      </div>
    </form>
  );
}
