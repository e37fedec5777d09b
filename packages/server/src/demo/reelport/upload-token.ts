import { randomBytes } from 'node:crypto';

import { z } from 'zod';

import type { Clock } from '../../kernel/clock.ts';
import { equalSecrets, hmac } from '../../kernel/secret.ts';

const payloadSchema = z.strictObject({ orgId: z.string(), mediaId: z.string(), expiresAtMs: z.number() });
type UploadPermit = z.infer<typeof payloadSchema>;

export interface UploadTokens {
  issue(permit: UploadPermit): string;
  /** Undefined for what we did not sign, and for what has expired. */
  read(token: string): UploadPermit | undefined;
}

/** The key lives as long as the process: a restart ends the open upload URLs, and no secret is stored. */
export function createUploadTokens(clock: Clock): UploadTokens {
  const key = randomBytes(32);
  return {
    issue(permit) {
      const payload = Buffer.from(JSON.stringify(permit)).toString('base64url');
      return `${payload}.${hmac(key, payload)}`;
    },
    read(token) {
      const [payload = '', signature = ''] = token.split('.');
      if (!equalSecrets(hmac(key, payload), signature)) return undefined;
      const permit = payloadSchema.parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
      return permit.expiresAtMs > clock.nowMs() ? permit : undefined;
    },
  };
}
