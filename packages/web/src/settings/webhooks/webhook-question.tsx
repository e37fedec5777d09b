import { queryClient } from '../../api/query-client.ts';
import {
  deleteWebhook,
  disableWebhook,
  enableWebhook,
  rotateWebhookSecret,
  webhooksKey,
  webhooksQuery,
  type Webhook,
} from '../../api/webhooks.ts';
import { useOrganisation } from '../../shell/organisation-context.ts';
import { webhooksText } from '../../text/webhooks.ts';
import { Question } from '../../ui/question.tsx';
import { nameOf } from './webhook-table.tsx';

const RUN = {
  disable: disableWebhook,
  enable: enableWebhook,
  delete: deleteWebhook,
  rotate: rotateWebhookSecret,
} as const;

export type WebhookAct = keyof typeof RUN;

interface WebhookQuestionProps {
  webhook: Webhook;
  act: WebhookAct;
  /** With the new secret, where one was made. */
  onDone: (secret: string | undefined) => void;
  onClose: () => void;
}

export function WebhookQuestion({ act, onClose, onDone, webhook }: WebhookQuestionProps) {
  const { slug: org } = useOrganisation();
  const words = webhooksText.acts[act];
  return (
    <Question<{ id: string; secret?: string }>
      title={
        <>
          {words.ask} “<bdi>{nameOf(webhook)}</bdi>”?
        </>
      }
      keep={words.keep}
      act={words.yes}
      acting={words.acting}
      danger={act === 'disable' || act === 'delete'}
      run={() => RUN[act](org, webhook.id)}
      refresh={async () => {
        if (act !== 'delete') await queryClient.invalidateQueries({ queryKey: webhooksKey(org) });
      }}
      onDone={({ secret }) => {
        // Its deliveries are asked for no more: the page leaves it with the list.
        if (act === 'delete') void queryClient.invalidateQueries(webhooksQuery(org));
        onDone(secret);
      }}
      onClose={onClose}
    >
      <p>{words.effect}</p>
    </Question>
  );
}
