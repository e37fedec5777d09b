import { randomBytes } from 'node:crypto';
import { seal, unseal } from '../../kernel/seal.ts';
import { WrongMasterSecretError } from '../../kernel/wrong-master-secret.ts';

export const WEBHOOK_PURPOSE = 'webhooks';
const SECRET_BYTES = 32;
const PREFIX = 'whsec_';

/** What is sealed in `webhook_secrets` is sealed for this. */
export function contextOfWebhookSecret(id: string): string {
  return `webhook-secret ${id}`;
}

/** As receivers' libraries take it: the prefix, and random bytes in base64 (Standard Webhooks). */
export function newWebhookSecret(): string {
  return PREFIX + randomBytes(SECRET_BYTES).toString('base64');
}

/** What is signed with: the bytes behind the prefix. */
export function bytesOfWebhookSecret(secret: string): Uint8Array {
  return Buffer.from(secret.slice(PREFIX.length), 'base64');
}

export function createWebhookSecrets(sealKey: Uint8Array) {
  return {
    seal: (id: string, secret: string): string => seal(sealKey, secret, contextOfWebhookSecret(id)),
    open(id: string, sealed: string): string {
      try {
        return unseal(sealKey, sealed, contextOfWebhookSecret(id));
      } catch (error) {
        throw new WrongMasterSecretError(error);
      }
    },
  };
}

export type WebhookSecrets = ReturnType<typeof createWebhookSecrets>;
