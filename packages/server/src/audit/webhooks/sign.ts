import type { Clock } from '../../kernel/clock.ts';
import { deepestCause } from '../../kernel/deepest-cause.ts';
import type { OrganisationId, WebhookId } from '../../kernel/ids.ts';
import type { Log } from '../../kernel/log.ts';
import type { Queries } from '../../store/store.ts';
import type { WebhookSecrets } from './secrets.ts';
import { signatureOf } from './signature.ts';

/** The headers of a message. Undefined: the secrets are sealed under another secret than ours. */
export type SignWebhook = (
  webhook: { readonly orgId: OrganisationId; readonly webhookId: WebhookId },
  id: string,
  body: string,
) => Promise<Record<string, string> | undefined>;

export function createSignWebhook({
  clock,
  log,
  secrets,
  store,
}: {
  clock: Clock;
  log: Log;
  secrets: WebhookSecrets;
  store: { readonly webhooks: Pick<Queries['webhooks'], 'secretsOf'> };
}): SignWebhook {
  async function openSecrets(orgId: OrganisationId, webhookId: WebhookId): Promise<string[] | undefined> {
    const stored = await store.webhooks.secretsOf(orgId, webhookId);
    try {
      return stored.map(({ id, sealed }) => secrets.open(id, sealed));
    } catch (error) {
      log.warn({ error: deepestCause(error).message }, 'the secret of a webhook could not be opened');
      return undefined;
    }
  }

  return async ({ orgId, webhookId }, id, body) => {
    const keys = await openSecrets(orgId, webhookId);
    if (keys === undefined) return undefined;
    const timestamp = Math.floor(clock.nowMs() / 1000);
    return {
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signatureOf(keys, { id, timestamp, body }),
    };
  };
}
