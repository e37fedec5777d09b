import { once } from 'node:events';
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export const ISSUER = 'https://latchkey.test';
export const AUDIENCE = 'https://reelport.test';
/** The tests' time stands still at this second. */
export const NOW_SECONDS = Date.parse('2026-11-20T12:00:00Z') / 1_000;

type Key = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

export interface Claims {
  [name: string]: unknown;
}

export interface Issuer {
  jwksUrl: string;
  privateKey: Key;
  publicKey: Key;
  sign(claims: Claims, header?: { typ?: string; kid?: string }, key?: Key): Promise<string>;
  close(): Promise<void>;
}

/** Claims that Reelport takes. */
export function goodClaims(more: Claims = {}): Claims {
  return {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: 'user_1',
    org: 'acme',
    org_id: 'org_acme',
    role: 'owner',
    access: 'full',
    iat: NOW_SECONDS,
    exp: NOW_SECONDS + 60,
    ...more,
  };
}

/** Stands where Latchkey stands: a key pair, and a real server that publishes the public half. */
export async function startIssuer(): Promise<Issuer> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwks = JSON.stringify({
    keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' }],
  });
  const server = createServer((_req, res) => {
    res.setHeader('Content-Type', 'application/json');
    res.end(jwks);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    jwksUrl: `http://127.0.0.1:${address.port}/jwks.json`,
    privateKey,
    publicKey,
    sign: (claims, header = {}, key = privateKey) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', typ: 'latchkey-assertion+jwt', kid: 'k1', ...header })
        .sign(key),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
