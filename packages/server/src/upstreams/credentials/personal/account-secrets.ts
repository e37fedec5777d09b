import { z } from 'zod';
import { seal } from '../../../kernel/seal.ts';
import type { AccountRef } from '../../../store/queries/upstream-accounts.ts';
import { openSealed } from '../open-sealed.ts';

const clientSchema = z.object({
  clientId: z.string(),
  clientSecret: z.string().optional(),
  authMethod: z.enum(['none', 'client_secret_basic', 'client_secret_post']),
  source: z.enum(['declared', 'document', 'registered']),
});

/** Where the tokens are from. It stays with them: what is set up for the connector later is not theirs. */
const originSchema = z.object({
  declared: z.object({
    audience: z.string(),
    urls: z.array(z.string()),
    reach: z.literal('public').optional(),
  }),
  tokenEndpoint: z.string(),
  revocationEndpoint: z.string().optional(),
  issuer: z.string().optional(),
  resource: z.string().optional(),
  client: clientSchema,
});

const secretsSchema = originSchema.extend({
  accessToken: z.string(),
  refreshToken: z.string().optional(),
});
/** All that is known of a person's account at an upstream. */
export type AccountSecrets = z.infer<typeof secretsSchema>;

const pendingSchema = originSchema.extend({ verifier: z.string(), namesItself: z.boolean() });
/** What is kept while a person is at the authorization server. */
export type PendingSecrets = z.infer<typeof pendingSchema>;

/** Accounts and their revocations are sealed for this. */
export function contextOfAccount({ connectorId, orgId, userId }: AccountRef): string {
  return `upstream-account ${orgId} ${connectorId} ${userId}`;
}

/** What is sealed in `upstream_authorizations` is sealed for this. */
export function contextOfPending(stateHash: string): string {
  return `upstream-authorization ${stateHash}`;
}

export function sealAccount(sealKey: Uint8Array, ref: AccountRef, secrets: AccountSecrets): string {
  return seal(sealKey, JSON.stringify(secrets), contextOfAccount(ref));
}

export function openAccount(sealKey: Uint8Array, ref: AccountRef, sealed: string): AccountSecrets {
  return secretsSchema.parse(openSealed(sealKey, sealed, contextOfAccount(ref)));
}

export function sealPending(sealKey: Uint8Array, stateHash: string, secrets: PendingSecrets): string {
  return seal(sealKey, JSON.stringify(secrets), contextOfPending(stateHash));
}

export function openPending(sealKey: Uint8Array, stateHash: string, sealed: string): PendingSecrets {
  return pendingSchema.parse(openSealed(sealKey, sealed, contextOfPending(stateHash)));
}
