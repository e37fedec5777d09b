import { useMutation } from '@tanstack/react-query';
import { appsQuery, createApp } from '../api/apps.ts';
import { agentsQuery, keysQuery } from '../api/queries.ts';
import { queryClient } from '../api/query-client.ts';
import type { NewApp } from '../api/apps.ts';
import { SecretOnce } from '../keys/secret-once.tsx';
import { useOrganisation } from '../shell/organisation-context.ts';
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
      for (const { queryKey } of [appsQuery(org), agentsQuery(org), keysQuery(org)]) {
        void queryClient.invalidateQueries({ queryKey });
      }
    },
  });
  const made = creating.data;
  if (made === undefined) {
    // Who leaves while it is being made would never see its secret.
    return (
      <Dialog key="form" title="Create an app" dismissable={!creating.isPending} onClose={onClose}>
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
      <h3>Client id</h3>
      <Snippet text={made.client_id} what="the client id" />
      <p className="hint">The app finds the rest at the connector URL by itself.</p>
    </>
  );
  const { client_secret: secret } = made;
  return (
    <Dialog
      key="made"
      title={
        <>
          “<bdi>{name}</bdi>” is there
        </>
      }
      dismissable={secret === undefined}
      onClose={() => onMade(name)}
    >
      {secret === undefined ? (
        <>
          {clientId}
          <div className="dialog-actions">
            <button type="button" className="button secondary" onClick={() => onMade(name)}>
              Done
            </button>
          </div>
        </>
      ) : (
        <>
          <h3>Client secret</h3>
          <SecretOnce
            secret={secret}
            what="the client secret"
            ifLost="delete the app and create another"
            onDone={() => onMade(name)}
          >
            {clientId}
          </SecretOnce>
        </>
      )}
    </Dialog>
  );
}
