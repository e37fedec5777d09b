import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, CompactSign, exportJWK, generateKeyPair, type JWK } from 'jose';

export interface ProofRequest {
  method?: string;
  url: string;
  accessToken?: string;
  nonce?: string | undefined;
}

/** What a test bends: claims and header parameters that replace the right ones; undefined takes one away. */
export interface Bend {
  claims?: Record<string, unknown>;
  header?: Record<string, unknown>;
}

/** A client's DPoP key (RFC 9449), with which it signs proofs, honest ones and others. */
export async function newProofKey(alg = 'ES256') {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(publicKey);
  return {
    alg,
    jwk,
    privateJwk: (await exportJWK(privateKey)) as JWK,
    thumbprint: await calculateJwkThumbprint(jwk),

    proof({ method = 'POST', url, accessToken, nonce }: ProofRequest, bend: Bend = {}): Promise<string> {
      const claims = {
        jti: crypto.randomUUID(),
        htm: method,
        htu: url,
        iat: Math.floor(Date.now() / 1000),
        nonce,
        ath:
          accessToken === undefined
            ? undefined
            : createHash('sha256').update(accessToken).digest('base64url'),
        ...bend.claims,
      };
      return new CompactSign(Buffer.from(JSON.stringify(claims)))
        .setProtectedHeader({ typ: 'dpop+jwt', jwk, ...bend.header, alg })
        .sign(privateKey);
    },
  };
}

export type ProofKey = Awaited<ReturnType<typeof newProofKey>>;

/** A token request with a proof, which is made anew with the nonce if the server asks for one. */
export async function postProvenToken(
  url: string,
  form: Record<string, string>,
  key: ProofKey,
  bend?: Bend,
): Promise<Response> {
  const send = async (nonce?: string) =>
    fetch(`${url}/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { dpop: await key.proof({ url: `${url}/token`, nonce }, bend) },
    });
  const first = await send();
  const nonce = first.headers.get('dpop-nonce');
  const { error } = (await first.clone().json()) as { error?: string };
  return error === 'use_dpop_nonce' && nonce !== null ? send(nonce) : first;
}

/** The nonce that the token endpoint gives to anybody who uses DPoP. */
export async function fetchNonce(url: string): Promise<string> {
  const response = await fetch(`${url}/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'refresh_token' }),
    headers: { dpop: 'none yet' },
  });
  return response.headers.get('dpop-nonce') ?? '';
}
