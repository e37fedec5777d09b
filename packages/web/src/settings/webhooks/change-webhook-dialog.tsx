import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError } from '../../api/api-error.ts';
import { queryClient } from '../../api/query-client.ts';
import {
  changeWebhook,
  webhooksKey,
  webhooksQuery,
  type Webhook,
  type WebhookSettings,
} from '../../api/webhooks.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { kindInWords, webhooksText } from '../../text/webhooks.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Foreign } from '../../ui/foreign.tsx';
import { FormActions } from '../../ui/form-actions.tsx';
import { Problem } from '../../ui/problem.tsx';
import { WebhookFields } from './webhook-fields.tsx';

const text = webhooksText.form;

interface ChangeWebhookDialogProps {
  webhook: Webhook;
  onClose: () => void;
  onDone: () => void;
}

export function ChangeWebhookDialog({ onClose, onDone, webhook }: ChangeWebhookDialogProps) {
  const { slug: org } = useOrganisation();
  // What was shown is what is changed, also if somebody else changes it meanwhile.
  const [was, setWas] = useState(settingsOf(webhook));
  const [wanted, setWanted] = useState(was);
  const [theirs, setTheirs] = useState<WebhookSettings | undefined>(undefined);
  const saving = useMutation({
    mutationFn: () => changeWebhook(org, webhook.id, { ...wanted, was }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: webhooksKey(org) });
      onDone();
    },
    onError: async (error) => {
      if (!(error instanceof ApiError && error.code === 'conflict')) return;
      // What was typed stays; what it is compared with is what is there now.
      const { items } = await queryClient.fetchQuery({ ...webhooksQuery(org), staleTime: 0 });
      const now = items.find(({ id }) => id === webhook.id);
      if (now === undefined) return;
      setWas(settingsOf(now));
      setTheirs(settingsOf(now));
    },
  });
  return (
    <Dialog title={text.change} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          saving.mutate();
        }}
      >
        <WebhookFields settings={wanted} onChange={setWanted} />
        {saving.isError ? <Problem error={saving.error} /> : null}
        {saving.isError && theirs !== undefined ? (
          <p className="hint">
            {text.now}
            <Foreign text={`${theirs.url} ${theirs.description}`} max={500} /> (
            {theirs.events.map(kindInWords).join(', ')})
          </p>
        ) : null}
        <FormActions
          act={text.save}
          acting={text.saving}
          pending={saving.isPending}
          idle={wanted.events.length === 0 || JSON.stringify(wanted) === JSON.stringify(was)}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}

function settingsOf({ description, events, url }: Webhook): WebhookSettings {
  return { url, description, events };
}
