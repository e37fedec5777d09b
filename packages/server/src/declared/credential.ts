import { z } from 'zod';
import { fail, type Result } from '../kernel/result.ts';
import type { Credential } from '../upstreams/credentials/credential.ts';
import { readCredential } from '../upstreams/credentials/read-credential.ts';
import { readSecretValue, secretValueSchema, type SecretValue, type Surroundings } from './secret-value.ts';

const endpoint = z.string().optional();
const scopes = z.array(z.string()).optional();
const authMethod = z.string().optional();

/** `credential` of a connector in LATCHKEY_CONFIG: docs/upstream.md. */
export const declaredCredentialSchema = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('assertion') }),
    z.strictObject({ kind: z.literal('none') }),
    z.strictObject({ kind: z.literal('bearer'), token: secretValueSchema }),
    z.strictObject({ kind: z.literal('basic'), username: z.string(), password: secretValueSchema }),
    z.strictObject({ kind: z.literal('header'), name: z.string(), value: secretValueSchema }),
    z.strictObject({ kind: z.literal('query'), name: z.string(), value: secretValueSchema }),
    z.strictObject({
      kind: z.literal('oauth'),
      issuer: endpoint,
      authorization_endpoint: endpoint,
      token_endpoint: endpoint,
      revocation_endpoint: endpoint,
      client_id: z.string().optional(),
      client_secret: secretValueSchema.optional(),
      auth_method: authMethod,
      scopes,
      resource: endpoint,
    }),
    z.strictObject({
      kind: z.literal('token_exchange'),
      token_endpoint: z.string(),
      client_id: z.string(),
      client_secret: secretValueSchema.optional(),
      auth_method: authMethod,
      audience: z.string().optional(),
      resource: endpoint,
      scopes,
    }),
  ],
  { error: 'kind must be assertion, none, bearer, basic, header, query, oauth or token_exchange' },
);

export type DeclaredCredential = z.infer<typeof declaredCredentialSchema>;

const SECRETS = ['token', 'password', 'value', 'client_secret'];

/** Fetches what is declared to be elsewhere. The failure is a sentence that names the field, never what is in it. */
export async function readDeclaredCredential(
  declared: DeclaredCredential,
  surroundings: Surroundings,
): Promise<Result<Credential, string>> {
  const read: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(declared)) {
    if (value === undefined) continue;
    if (!SECRETS.includes(name)) read[name] = value;
    else {
      const found = await readSecretValue(value as SecretValue, surroundings);
      if (!found.ok) return fail(`credential.${name}: ${found.error}`);
      if (found.value === '') return fail(`credential.${name}: there is nothing in it`);
      read[name] = found.value;
    }
  }
  return readCredential(read);
}
