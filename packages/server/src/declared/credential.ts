import { z } from 'zod';
import { fail, ok, type Result } from '../kernel/result.ts';
import { credentialSchema, type Credential } from '../upstreams/credentials/credential.ts';
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

const FIELDS: Readonly<Record<string, string>> = {
  authorization_endpoint: 'authorizationEndpoint',
  token_endpoint: 'tokenEndpoint',
  revocation_endpoint: 'revocationEndpoint',
  client_id: 'clientId',
  client_secret: 'clientSecret',
  auth_method: 'authMethod',
};
const SECRETS = ['token', 'password', 'value', 'client_secret'];

/** Fetches what is declared to be elsewhere. The failure is a sentence that names the field, never what is in it. */
export async function readDeclaredCredential(
  declared: DeclaredCredential,
  surroundings: Surroundings,
): Promise<Result<Credential, string>> {
  const read: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(declared)) {
    if (value === undefined) continue;
    const field = FIELDS[name] ?? name;
    if (!SECRETS.includes(name)) read[field] = value;
    else {
      const found = await readSecretValue(value as SecretValue, surroundings);
      if (!found.ok) return fail(`credential.${name}: ${found.error}`);
      if (found.value === '') return fail(`credential.${name}: there is nothing in it`);
      read[field] = found.value;
    }
  }
  const parsed = credentialSchema.safeParse(read);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = String(issue?.path[0] ?? '');
    const given = Object.keys(FIELDS).find((name) => FIELDS[name] === field) ?? field;
    // Texts of our own alone: what a library says of a value could repeat it.
    const isOwn = issue?.code === 'invalid_format' || issue?.code === 'custom' || issue?.code === 'too_big';
    return fail(`credential.${given} ${isOwn ? issue.message : 'is not what it must be'}`);
  }
  const fault = faultOf(parsed.data);
  return fault === undefined ? ok(parsed.data) : fail(fault);
}

/** What no single field shows. */
function faultOf(credential: Credential): string | undefined {
  if (credential.kind === 'token_exchange') return faultOfClient(credential);
  if (credential.kind !== 'oauth') return undefined;
  const { authorizationEndpoint, clientId, revocationEndpoint, tokenEndpoint } = credential;
  if ((authorizationEndpoint === undefined) !== (tokenEndpoint === undefined)) {
    return 'credential needs authorization_endpoint and token_endpoint, both or neither';
  }
  if (tokenEndpoint === undefined && revocationEndpoint !== undefined) {
    return 'credential.revocation_endpoint goes with authorization_endpoint and token_endpoint';
  }
  if (tokenEndpoint !== undefined && clientId === undefined) {
    return 'credential.client_id is needed where the endpoints are given';
  }
  return faultOfClient(credential);
}

function faultOfClient({
  authMethod: method,
  clientId,
  clientSecret,
}: {
  readonly authMethod?: string | undefined;
  readonly clientId?: string | undefined;
  readonly clientSecret?: string | undefined;
}): string | undefined {
  if (clientSecret !== undefined && clientId === undefined)
    return 'credential.client_secret goes with a client_id';
  if (method === 'none' && clientSecret !== undefined)
    return 'credential.client_secret is not used by auth_method none';
  if (method !== undefined && method !== 'none' && clientSecret === undefined) {
    return `credential.auth_method ${method} needs a client_secret`;
  }
  return undefined;
}
