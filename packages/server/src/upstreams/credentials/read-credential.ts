import { fail, ok, type Result } from '../../kernel/result.ts';
import { credentialSchema, type Credential } from './credential.ts';

const FIELDS: Readonly<Record<string, string>> = {
  authorization_endpoint: 'authorizationEndpoint',
  token_endpoint: 'tokenEndpoint',
  revocation_endpoint: 'revocationEndpoint',
  client_id: 'clientId',
  client_secret: 'clientSecret',
  auth_method: 'authMethod',
};

/** As people write it, `snake_case`. The failure is a sentence that names the field, never what is in it. */
export function readCredential(given: Readonly<Record<string, unknown>>): Result<Credential, string> {
  const fields = Object.entries(given).filter(([, value]) => value !== undefined);
  const parsed = credentialSchema.safeParse(
    Object.fromEntries(fields.map(([name, value]) => [FIELDS[name] ?? name, value])),
  );
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = String(issue?.path[0] ?? '');
    const name = Object.keys(FIELDS).find((key) => FIELDS[key] === field) ?? field;
    // Texts of our own alone: what a library says of a value could repeat it.
    const isOwn = issue?.code === 'invalid_format' || issue?.code === 'custom' || issue?.code === 'too_big';
    return fail(`credential.${name} ${isOwn ? issue.message : 'is not what it must be'}`);
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
