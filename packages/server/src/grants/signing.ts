import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { randomToken } from '../kernel/secret.ts';
import { seal, unseal } from '../kernel/seal.ts';
import type { Store } from '../store/store.ts';
import type { ChangeFeed } from './change-feed.ts';

// ECDSA signatures in a JWS are the two numbers one after the other, not DER (RFC 7518 section 3.4).
const JWS_SIGNATURE = { dsaEncoding: 'ieee-p1363' } as const;

const RELOAD_DELAY_MS = 250;

export interface Signing {
  /** A compact ES256 JWS over `payload`. `typ` says what kind of token it is (RFC 8725 section 3.11). */
  sign(typ: string, payload: Readonly<Record<string, unknown>>): string;
  /** The payload if one of our keys signed it as this `typ`; undefined for anything else. */
  verify(typ: string, jws: string): Record<string, unknown> | undefined;
  /** The public keys (RFC 7517). */
  jwks(): { keys: Record<string, string>[] };
  /** Another number after each change of the keys: what an earlier set verified is not verified any more. */
  generation(): number;
}

/** Our ES256 keys. The private ones are sealed in the database; all nodes sign with the same active key. */
export async function createSigning({
  store,
  feed,
  sealKey,
}: {
  store: Store;
  feed: ChangeFeed;
  sealKey: Uint8Array;
}): Promise<Signing> {
  let active: { kid: string; privateKey: KeyObject };
  let publicKeys: Map<string, { key: KeyObject; jwk: Record<string, string> }>;
  let generation = 0;

  async function load(): Promise<boolean> {
    const rows = await store.signingKeys.list();
    const activeRow = rows.find((row) => row.state === 'active');
    if (activeRow === undefined) return false;
    const privateJwk = JSON.parse(
      unseal(sealKey, activeRow.sealedPrivateJwk, `signing-key ${activeRow.kid}`),
    );
    active = { kid: activeRow.kid, privateKey: createPrivateKey({ key: privateJwk, format: 'jwk' }) };
    publicKeys = new Map(
      rows.map((row) => [
        row.kid,
        { key: createPublicKey({ key: row.publicJwk, format: 'jwk' }), jwk: row.publicJwk },
      ]),
    );
    generation += 1;
    return true;
  }

  // One after the other, or an older reading could replace a newer one. A key may have been dropped in an emergency,
  // so a reading that fails is tried until it succeeds.
  let reloading: Promise<unknown> = Promise.resolve();
  function reload(): void {
    reloading = reloading.then(load).catch(() => setTimeout(reload, RELOAD_DELAY_MS).unref());
  }

  if (!(await load())) {
    await store.signingKeys.insertActive(newSigningKey(sealKey));
    // Another node may have been first; either way the active one is there now.
    if (!(await load())) throw new Error('no signing key could be made');
  }
  feed.on('signing_key', reload);

  return {
    sign(typ, payload) {
      const header = encode({ alg: 'ES256', typ, kid: active.kid });
      const input = `${header}.${encode(payload)}`;
      const signature = sign('sha256', Buffer.from(input), { key: active.privateKey, ...JWS_SIGNATURE });
      return `${input}.${signature.toString('base64url')}`;
    },
    verify(typ, jws) {
      const [header, payload, signature, ...rest] = jws.split('.');
      if (header === undefined || payload === undefined || signature === undefined || rest.length > 0)
        return undefined;
      const kid = acceptableKid(decode(header), typ);
      const found = kid === undefined ? undefined : publicKeys.get(kid);
      if (found === undefined) return undefined;
      const genuine = verify(
        'sha256',
        Buffer.from(`${header}.${payload}`),
        { key: found.key, ...JWS_SIGNATURE },
        Buffer.from(signature, 'base64url'),
      );
      return genuine ? decode(payload) : undefined;
    },
    jwks: () => ({ keys: [...publicKeys.values()].map(({ jwk }) => jwk) }),
    generation: () => generation,
  };
}

/** RFC 8725 section 3.1: one algorithm, our own keys only, and no header that names a key from elsewhere. */
function acceptableKid(header: Record<string, unknown> | undefined, typ: string): string | undefined {
  if (header === undefined || header['alg'] !== 'ES256' || header['typ'] !== typ) return undefined;
  const foreign = ['jku', 'jwk', 'x5u', 'x5c', 'crit', 'zip', 'b64'].some((name) => name in header);
  return foreign || typeof header['kid'] !== 'string' ? undefined : header['kid'];
}

function newSigningKey(sealKey: Uint8Array) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const kid = randomToken().slice(0, 16);
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
  if (kty === undefined || crv === undefined || x === undefined || y === undefined)
    throw new Error('not an EC key');
  return {
    kid,
    publicJwk: { kty, crv, x, y, kid, use: 'sig', alg: 'ES256' },
    sealedPrivateJwk: seal(
      sealKey,
      JSON.stringify(privateKey.export({ format: 'jwk' })),
      `signing-key ${kid}`,
    ),
  };
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decode(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
