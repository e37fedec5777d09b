import { createHmac } from 'node:crypto';
import { bytesOfWebhookSecret } from './secrets.ts';

/**
 * What proves that a delivery is ours: HMAC-SHA256 of its id, its time and its body, by each secret that signs now
 * (Standard Webhooks, "Signature scheme").
 */
export function signatureOf(
  secrets: readonly string[],
  { body, id, timestamp }: { readonly body: string; readonly id: string; readonly timestamp: number },
): string {
  return secrets
    .map((secret) => {
      const mac = createHmac('sha256', bytesOfWebhookSecret(secret)).update(`${id}.${timestamp}.${body}`);
      return `v1,${mac.digest('base64')}`;
    })
    .join(' ');
}
