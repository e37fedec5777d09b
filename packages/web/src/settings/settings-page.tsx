import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError } from '../api/api-error.ts';
import { changeSettings, meQuery, organisationQuery, settingsQuery } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import type { OrganisationSettings } from '../api/types.ts';
import { changesSettings } from '../roles.ts';
import { useOrganisation } from '../shell/organisation-context.ts';
import { Forbidden } from '../ui/forbidden.tsx';
import { Option } from '../ui/option.tsx';
import { PageHead } from '../ui/page-head.tsx';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { useNotice } from '../ui/use-notice.tsx';

/** `/app/{org}/settings`: the organisation's name, and how long connections last. */
export function SettingsPage() {
  const { role } = useOrganisation();
  return (
    <>
      <PageHead title="Settings" lead="What holds for everybody in this organisation." />
      {changesSettings(role) ? <Settings /> : <Forbidden needed="Admin" />}
    </>
  );
}

function Settings() {
  const { slug: org } = useOrganisation();
  const settings = useQuery(settingsQuery(org));
  const [notice, say] = useNotice();
  if (settings.data === undefined) {
    return settings.isError ? (
      <Problem error={settings.error} onRetry={() => void settings.refetch()} />
    ) : (
      <Skeleton rows={4} label="Loading the settings" />
    );
  }
  return (
    <>
      {notice}
      <SettingsForm settings={settings.data} onSaved={() => say('Saved.')} />
    </>
  );
}

const NAME_CHARACTERS_MAX = 80;
const LIFETIMES = [
  { days: 1, name: '1 day', why: 'People sign in every day.' },
  { days: 7, name: '7 days', why: 'People sign in every week.' },
  { days: 30, name: '30 days', why: 'The usual choice.' },
  { days: 90, name: '90 days', why: 'People sign in four times a year.' },
] as const;

function SettingsForm({ onSaved, settings }: { settings: OrganisationSettings; onSaved: () => void }) {
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
        <label htmlFor="organisation-name">Name</label>
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
            It is “<bdi>{was.name}</bdi>” now.
          </p>
        )}
      </div>
      <fieldset className="field">
        <legend>How long a connection lasts</legend>
        <p className="hint">
          From when somebody approves an app until they have to sign in again. People may choose less. It
          holds for connections made from now on: those that there are keep their end.
        </p>
        {LIFETIMES.map(({ days, name, why }) => (
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
          {saving.isPending ? 'Saving…' : 'Save'}
        </button>
      </div>
    </form>
  );
}
