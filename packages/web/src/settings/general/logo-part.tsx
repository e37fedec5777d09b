import { useMutation, useQuery } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { logoQuery, removeLogo, setLogo } from '../../api/logo.ts';
import { meQuery } from '../../api/queries.ts';
import { queryClient } from '../../api/query-client.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { settingsText } from '../../text/settings.ts';
import { OrganisationLogo } from '../../ui/organisation-logo.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Question } from '../../ui/question.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { base64Of, scaledPicture } from './scaled-picture.ts';

const { logo: text } = settingsText;

/** The picture that stands beside the organisation's name. */
export function LogoPart({ onSaid }: { onSaid: (words: string) => void }) {
  const { slug: org } = useOrganisation();
  const logo = useQuery(logoQuery(org));
  return (
    <section className="sheet" aria-labelledby="logo">
      <h2 id="logo">{text.title}</h2>
      <p>{text.lead}</p>
      {logo.data === undefined ? (
        logo.isError ? (
          <Problem error={logo.error} onRetry={() => void logo.refetch()} />
        ) : (
          <Skeleton rows={2} label={text.loading} />
        )
      ) : (
        <LogoForm path={logo.data.logo} onSaid={onSaid} />
      )}
    </section>
  );
}

function LogoForm({ onSaid, path }: { path: string | null; onSaid: (words: string) => void }) {
  const { name, slug: org } = useOrganisation();
  /** As it will be: a `data:` address. */
  const [chosen, setChosen] = useState<string>();
  const [isUnreadable, setUnreadable] = useState(false);
  const [asking, setAsking] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const refresh = () =>
    Promise.all([queryClient.invalidateQueries(logoQuery(org)), queryClient.invalidateQueries(meQuery)]);

  function empty(): void {
    setChosen(undefined);
    if (field.current !== null) field.current.value = '';
  }

  async function choose(file: File | undefined): Promise<void> {
    setUnreadable(false);
    setChosen(undefined);
    if (file === undefined) return;
    await scaledPicture(file).then(setChosen, () => setUnreadable(true));
  }

  const saving = useMutation({
    mutationFn: (picture: string) => setLogo(org, base64Of(picture)),
    onSuccess: async () => {
      await refresh();
      empty();
      onSaid(text.saved);
    },
  });
  const shown = chosen ?? path;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (chosen !== undefined) saving.mutate(chosen);
      }}
    >
      <div className="logo-now">
        {shown === null ? (
          <span className="quiet">{text.none}</span>
        ) : (
          <>
            <OrganisationLogo path={shown} large />
            <bdi className="strong">{name}</bdi>
            <span className="small quiet">{chosen === undefined ? null : text.preview}</span>
          </>
        )}
      </div>
      <div className="field">
        <label htmlFor="logo-file">{text.file}</label>
        <input
          id="logo-file"
          ref={field}
          type="file"
          className="input"
          accept="image/png,image/jpeg,image/webp"
          aria-describedby="logo-hint"
          aria-invalid={isUnreadable}
          onChange={(event) => void choose(event.currentTarget.files?.[0])}
        />
        <p id="logo-hint" className="hint">
          {text.fileHint}
        </p>
      </div>
      {isUnreadable ? (
        <div role="alert" className="problem">
          {text.unreadable}
        </div>
      ) : null}
      {saving.isError ? <Problem error={saving.error} /> : null}
      <div className="dialog-actions">
        {path === null ? null : (
          <button type="button" className="button danger-quiet" onClick={() => setAsking(true)}>
            {text.remove}
          </button>
        )}
        <button type="submit" className="button" disabled={chosen === undefined || saving.isPending}>
          {saving.isPending ? text.saving : text.save}
        </button>
      </div>
      {asking ? (
        <Question
          title={text.removeTitle}
          keep={text.keep}
          act={text.removeAct}
          acting={text.removing}
          run={() => removeLogo(org)}
          refresh={refresh}
          onClose={() => setAsking(false)}
          onDone={() => {
            setAsking(false);
            empty();
            onSaid(text.removed);
          }}
        >
          <p>{text.removeEffect}</p>
        </Question>
      ) : null}
    </form>
  );
}
