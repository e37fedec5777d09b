import type { AppOptions } from './app-options.ts';
import { createSendToWebhook } from './audit/forward/to-webhook.ts';
import { createWebhookDeliverer } from './audit/webhooks/deliver.ts';
import { createWebhookSecrets, WEBHOOK_PURPOSE } from './audit/webhooks/secrets.ts';
import { createSendWebhook } from './audit/webhooks/send.ts';
import { createSignWebhook } from './audit/webhooks/sign.ts';
import type { GuardedOpenOptions } from './kernel/guarded-open.ts';
import { deriveKey } from './kernel/seal.ts';
import { createOrganisationWebhooks } from './people/organisations/webhooks.ts';
import { wireForwarding, type ForwardingDeps } from './wire-forwarding.ts';

/** Who is told of what happens: what admins say of it, and who makes the deliveries. */
export function wireWebhooks({
  clock,
  forwarding,
  guard,
  log,
  masterSecret,
  maySeal,
  store,
}: Pick<AppOptions, 'clock' | 'log' | 'masterSecret' | 'store'> & {
  /** Where else audit rows go, and who counts them. Unset: by a test. */
  forwarding?: Pick<ForwardingDeps, 'logs' | 'registry' | 'resource'>;
  /** How receivers are reached. */
  guard: GuardedOpenOptions | undefined;
  /** False: the secret is not the one that the database was sealed with. */
  maySeal: () => boolean;
}) {
  const secrets = createWebhookSecrets(deriveKey(masterSecret, WEBHOOK_PURPOSE));
  const send = createSendWebhook(guard);
  const sign = createSignWebhook({ clock, log, secrets, store });
  const deliverer = createWebhookDeliverer({ store, sign, send, maySeal, clock, log });
  const sendToWebhook = createSendToWebhook({ clock, send, sign });
  const forwarder = wireForwarding({ ...forwarding, log, maySeal, sendToWebhook, store });
  return {
    deliverer,
    forwarder,
    start(): void {
      deliverer.start();
      forwarder.start();
    },
    async close(): Promise<void> {
      await Promise.all([deliverer.close(), forwarder.close()]);
    },
    portal: {
      organisationWebhooks: createOrganisationWebhooks({
        store,
        secrets,
        maySeal,
        soon: deliverer.soon,
        clock,
      }),
    },
  };
}
