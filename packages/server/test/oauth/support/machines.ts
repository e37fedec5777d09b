import { randomUUID, type JsonWebKey, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { newKeyPair } from '../../../src/kernel/key-pair.ts';
import type { TokenMode } from '../../../src/store/schema.ts';
import type { Member, Organisation, World } from './world.ts';

export interface PortalClient {
  client_id: string;
  client_secret: string;
}

export interface Signer {
  privateKey: KeyObject;
  publicJwk: JsonWebKey;
}

/** An organisation with an admin, new or known, who makes clients through the portal as the dashboard does. */
export async function openWorkshop(world: World, tokenMode: TokenMode = 'token', known?: Member) {
  const organisation = await world.newOrganisation(tokenMode);
  const admin = known ?? (await world.newMember([organisation, 'admin']));
  if (known !== undefined) {
    await world.latchkey.store.people.addMember(organisation.orgId, known.userId, 'admin');
  }
  const send = sendAs(world, admin, organisation);
  let made = 0;

  async function newClient(body: Record<string, unknown> = {}): Promise<PortalClient> {
    made += 1;
    const response = await send('POST', '/clients', {
      name: `Machine ${made}`,
      auth_method: 'client_secret_post',
      ...('redirect_uris' in body ? {} : { agent_role: 'member' }),
      ...body,
    });
    if (response.status !== 201) throw new Error(`client: ${response.status} ${await response.text()}`);
    return (await response.json()) as PortalClient;
  }

  return {
    organisation,
    admin,
    send,
    newClient,

    async newSigningClient(body: Record<string, unknown> = {}): Promise<PortalClient & Signer> {
      const signer = newSigner();
      const jwks = { keys: [signer.publicJwk] };
      const client = await newClient({ auth_method: 'private_key_jwt', jwks, ...body });
      return { ...client, ...signer };
    },
  };
}

export type Workshop = Awaited<ReturnType<typeof openWorkshop>>;

function sendAs(world: World, member: Member, { slug }: Organisation) {
  return (method: string, path: string, body?: unknown): Promise<Response> =>
    fetch(`${world.url}/portal/v1/organisations/${slug}${path}`, {
      method,
      headers: {
        cookie: [...member.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        origin: world.url,
        'content-type': 'application/json',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
}

export function newSigner(curve: 'P-256' | 'P-384' = 'P-256'): Signer {
  const { privateKey, publicKey } = newKeyPair(curve);
  return { privateKey, publicJwk: { ...publicKey.export({ format: 'jwk' }) } };
}

/** What a client signs to prove itself (RFC 7523 section 3), bent as a test wants. */
export function signAssertion(
  client: { client_id: string; privateKey: KeyObject | Uint8Array },
  audience: string,
  claims: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({
    iss: client.client_id,
    sub: client.client_id,
    aud: audience,
    iat: now,
    exp: now + 60,
    jti: randomUUID(),
    ...claims,
  })
    .setProtectedHeader({ alg: 'ES256', ...header })
    .sign(client.privateKey);
}

export const assertionForm = (assertion: string) => ({
  client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  client_assertion: assertion,
});
