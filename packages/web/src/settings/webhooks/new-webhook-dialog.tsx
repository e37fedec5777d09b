import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { queryClient } from '../../api/query-client.ts';
import { createWebhook, webhooksKey, type WebhookSettings } from '../../api/webhooks.ts';
import { SecretOnce } from '../../keys/secret-once.tsx';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { webhooksText as text } from '../../text/webhooks.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { FormActions } from '../../ui/form-actions.tsx';
import { Problem } from '../../ui/problem.tsx';
import { WebhookFields } from './webhook-fields.tsx';

const NOTHING: WebhookSettings = { url: '', description: '', events: ['keys', 'connections'] };

/** Asks where and of what, then shows the secret, once: it is kept in no cache and goes with the dialog. */
export function NewWebhookDialog({ onClose, onDone }: { onClose: () => void; onDone: () => void }) {
  const { slug: org } = useOrganisation();
  const [wanted, setWanted] = useState(NOTHING);
  const creating = useMutation({
    mutationFn: () => createWebhook(org, wanted),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: webhooksKey(org) }),
  });
  const made = creating.data;
  return (
    <Dialog
      key={made === undefined ? 'form' : 'secret'}
      title={made === undefined ? text.form.create : text.secret.title}
      // Who leaves while it is being made would never see its secret.
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
          <WebhookFields settings={wanted} onChange={setWanted} />
          {creating.isError ? <Problem error={creating.error} /> : null}
          <FormActions
            act={text.form.act}
            acting={text.form.acting}
            pending={creating.isPending}
            idle={wanted.events.length === 0}
            holds
            onCancel={onClose}
          />
        </form>
      ) : (
        <WebhookSecret secret={made.secret} onDone={onDone} />
      )}
    </Dialog>
  );
}

export function WebhookSecret({ onDone, secret }: { secret: string; onDone: () => void }) {
  return (
    <SecretOnce secret={secret} what={text.secret.what} ifLost={text.secret.ifLost} onDone={onDone}>
      <p className="small quiet">{text.secret.usage}</p>
    </SecretOnce>
  );
}
