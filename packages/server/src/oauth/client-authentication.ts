import type { Client, Clients } from '../grants/clients.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import type { Parameters } from './parameters.ts';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

export interface ClientFault {
  error: 'invalid_client' | 'invalid_request';
  description: string;
  /** Basic was tried, so the answer names it (RFC 6749 section 5.2). */
  usedBasic: boolean;
}

/** Who is asking, at the token and the revocation endpoint: exactly one method, the registered one (RFC 6749 section 2.3). */
export async function authenticateClient(
  clients: Clients,
  authorization: string | undefined,
  parameters: Parameters,
): Promise<Result<Client, ClientFault>> {
  const usedBasic = /^basic /i.test(authorization ?? '');
  const secret = parameters.get('client_secret');
  const assertion = parameters.get('client_assertion');
  const assertionType = parameters.get('client_assertion_type');
  const methods = [usedBasic, secret !== undefined, (assertion ?? assertionType) !== undefined];
  if (methods.filter(Boolean).length > 1) {
    return fail({
      error: 'invalid_request',
      description: 'two client authentications in one request',
      usedBasic,
    });
  }
  if (assertion !== undefined || assertionType !== undefined) {
    const client =
      assertion === undefined || assertionType !== ASSERTION_TYPE
        ? undefined
        : await clients.authenticateByAssertion(assertion, parameters.get('client_id'));
    return client === undefined ? fail(unknownClient(usedBasic)) : ok(client);
  }
  const basic = usedBasic ? readBasic(authorization ?? '') : undefined;
  const clientId = usedBasic ? basic?.clientId : parameters.get('client_id');
  const contradicts =
    basic !== undefined && (parameters.get('client_id') ?? basic.clientId) !== basic.clientId;
  if (clientId === undefined || contradicts) {
    return fail({ error: 'invalid_client', description: 'the client is not identified', usedBasic });
  }
  const client = await clients.authenticate({
    clientId,
    secret: basic?.secret ?? secret,
    method: usedBasic ? 'client_secret_basic' : secret === undefined ? 'none' : 'client_secret_post',
  });
  return client === undefined ? fail(unknownClient(usedBasic)) : ok(client);
}

function unknownClient(usedBasic: boolean): ClientFault {
  return {
    error: 'invalid_client',
    description: 'unknown client, or not its way to authenticate',
    usedBasic,
  };
}

// Node's decoder skips what is not base64, and so would take the first of two headers, which arrive with a comma between.
const BASIC = /^basic +([A-Za-z0-9+/_-]+={0,2}) *$/i;

/** The parts are form-encoded before they are base64-encoded (RFC 6749 section 2.3.1). */
function readBasic(authorization: string): { clientId: string; secret: string } | undefined {
  const encoded = BASIC.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 0) return undefined;
  try {
    return { clientId: formDecode(decoded.slice(0, colon)), secret: formDecode(decoded.slice(colon + 1)) };
  } catch {
    return undefined;
  }
}

function formDecode(part: string): string {
  return decodeURIComponent(part.replaceAll('+', ' '));
}
