import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { Workshop } from './machines.ts';

export const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const ID_JAG = 'oauth-id-jag+jwt';

/** So that a test can name it as critical (RFC 7515 section 4.1.11), although nobody knows it. */
export const UNKNOWN_EXTENSION = 'https://extension.test/unknown';

export interface Bend {
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
}

/** A company's identity provider, which signs what a test wants. Nothing of it is ours. */
export async function newIdentityProvider(issuer: string, alg = 'ES256', kid = 'idp-1') {
  const { privateKey, publicKey } = await generateKeyPair(alg);
  const publicJwk = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
  return {
    issuer,
    publicJwk,
    jwks: { keys: [publicJwk] },

    /** An ID-JAG as draft-ietf-oauth-identity-assertion-authz-grant shows it, bent as a test wants. */
    assert(
      about: { subject: string; clientId: string; audience: string },
      { claims = {}, header = {} }: Bend = {},
      key: Parameters<SignJWT['sign']>[0] = privateKey,
    ): Promise<string> {
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({
        iss: issuer,
        sub: about.subject,
        aud: about.audience,
        client_id: about.clientId,
        jti: randomUUID(),
        iat: now,
        exp: now + 300,
        ...claims,
      })
        .setProtectedHeader({ alg, kid, typ: ID_JAG, ...header })
        .sign(key, { crit: { [UNKNOWN_EXTENSION]: true } });
    },
  };
}

export type IdentityProvider = Awaited<ReturnType<typeof newIdentityProvider>>;

/** Through the portal, as an admin's dashboard does. */
export async function trust(
  workshop: Pick<Workshop, 'send'>,
  provider: Pick<IdentityProvider, 'issuer'>,
  keys: Record<string, unknown>,
  access: 'read' | 'full' = 'full',
): Promise<void> {
  const response = await workshop.send('POST', '/trusted-issuers', {
    issuer: provider.issuer,
    access,
    ...keys,
  });
  if (response.status !== 201) throw new Error(`trust: ${response.status} ${await response.text()}`);
}

export async function link(
  workshop: Pick<Workshop, 'send'>,
  provider: Pick<IdentityProvider, 'issuer'>,
  subject: string,
  member: string,
): Promise<void> {
  const response = await workshop.send('POST', '/identity-links', {
    issuer: provider.issuer,
    subject,
    member,
  });
  if (response.status !== 201) throw new Error(`link: ${response.status} ${await response.text()}`);
}
