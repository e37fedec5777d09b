import { useMutation } from '@tanstack/react-query';
import { allApps, createApp } from '../api/apps.ts';
import { allAgents, allKeys } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import type { NewApp } from '../api/apps.ts';
import { SecretOnce } from '../keys/secret-once.tsx';
import { useOrganisation } from '../shell/organisation-context.ts';
import { newAppText as text } from '../text/apps.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Snippet } from '../ui/snippet.tsx';
import { NewAppForm } from './new-app-form.tsx';

interface NewAppDialogProps {
  onMade: (name: string) => void;
  onClose: () => void;
}

/** Asks for an app, then shows its client id, and its secret, once: it is kept in no cache and goes with the dialog. */
export function NewAppDialog({ onMade, onClose }: NewAppDialogProps) {
  const { slug: org } = useOrganisation();
  const creating = useMutation({
    mutationFn: (app: NewApp) => createApp(org, app),
    onSuccess: () => {
      for (const these of [allApps(org), allAgents(org), allKeys(org)]) {
        void queryClient.invalidateQueries(these);
      }
    },
  });
  const made = creating.data;
  if (made === undefined) {
    // Who leaves while it is being made would never see its secret.
    return (
      <Dialog key="form" title={text.title} dismissable={!creating.isPending} onClose={onClose}>
        <NewAppForm
          pending={creating.isPending}
          error={creating.error}
          onSubmit={(app) => creating.mutate(app)}
          onCancel={onClose}
        />
      </Dialog>
    );
  }
  const name = creating.variables.name;
  const clientId = (
    <>
      <h3>{text.clientId}</h3>
      <Snippet text={made.client_id} what={text.clientIdWhat} />
      <p className="hint">{text.theRest}</p>
    </>
  );
  const { client_secret: secret } = made;
  return (
    <Dialog
      key="made"
      title={<bdi>{text.isThere(name)}</bdi>}
      dismissable={secret === undefined}
      onClose={() => onMade(name)}
    >
      {secret === undefined ? (
        <>
          {clientId}
          <div className="dialog-actions">
            <button type="button" className="button secondary" onClick={() => onMade(name)}>
              {text.done}
            </button>
          </div>
        </>
      ) : (
        <>
          <h3>{text.secret}</h3>
          <SecretOnce secret={secret} what={text.secretWhat} ifLost={text.ifLost} onDone={() => onMade(name)}>
            {clientId}
          </SecretOnce>
        </>
      )}
    </Dialog>
  );
}
