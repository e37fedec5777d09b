import { createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { WrongMasterSecretError } from '../kernel/wrong-master-secret.ts';
import { inTime } from '../kernel/in-time.ts';
import { encodePart, readPart } from '../kernel/jws-part.ts';
import type { Soon } from '../kernel/soon.ts';
import type { Store } from '../store/store.ts';
import type { ChangeFeed } from './change-feed.ts';
import { newSigningKey, openSigningKey } from './signing-key.ts';

// ECDSA signatures in a JWS are the two numbers one after the other, not DER (RFC 7518 section 3.4).
const JWS_SIGNATURE = { dsaEncoding: 'ieee-p1363' } as const;

const RELOAD_DELAY_MS = 250;
/** Only a restart helps; until then the log says so now and again. */
const WRONG_SECRET_DELAY_MS = 60_000;
/** Anybody can make up an unknown `kid`: only so often does one make us ask the database. */
const UNKNOWN_KEY_PAUSE_MS = 3000;

export interface Signing {
  /** A compact ES256 JWS over `payload`. `typ` says what kind of token it is (RFC 8725 section 3.11). */
  sign(typ: string, payload: Readonly<Record<string, unknown>>): string;
  /** The payload if one of our keys signed it as this `typ`; undefined for anything else. */
  verify(typ: string, jws: string): Record<string, unknown> | undefined;
  /**
   * To be awaited before `verify`, where a token may be signed by a key that this node has not heard of, or by one that
   * was dropped while this node could not hear. Costs nothing when neither is the case.
   */
  prepare(jws: string): Soon<void>;
  /** Reads the keys again. */
  reload(): Promise<void>;
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
  onWrongSecret,
}: {
  store: Store;
  feed: ChangeFeed;
  sealKey: Uint8Array;
  /** The keys were sealed anew, under a secret that this process does not have. It goes on signing with those it holds. */
  onWrongSecret?: ((error: WrongMasterSecretError) => void) | undefined;
}): Promise<Signing> {
  let active: { kid: string; privateKey: KeyObject };
  let publicKeys = new Map<string, { key: KeyObject; jwk: Record<string, string> }>();
  let generation = 0;
  /** Nearly all tokens of a time have the same header; one whose key is known need not be read again. */
  let familiarHeader: string | undefined;

  async function load(): Promise<boolean> {
    const rows = await store.signingKeys.list();
    const activeRow = rows.find((row) => row.state === 'active');
    if (activeRow === undefined) return false;
    active = { kid: activeRow.kid, privateKey: openSigningKey(sealKey, activeRow) };
    const known = new Set(publicKeys.keys());
    publicKeys = new Map(
      rows.map((row) => [
        row.kid,
        { key: createPublicKey({ key: row.publicJwk, format: 'jwk' }), jwk: row.publicJwk },
      ]),
    );
    if (known.size === publicKeys.size && rows.every(({ kid }) => known.has(kid))) return true;
    generation += 1;
    familiarHeader = undefined;
    return true;
  }

  // One after the other, or an older reading could replace a newer one. A key may have been dropped in an emergency,
  // so a reading that fails is tried until it succeeds.
  let reloading: Promise<unknown> = Promise.resolve();
  function reload(): void {
    loadInTurn().catch((error: unknown) => {
      const isWrong = error instanceof WrongMasterSecretError;
      if (isWrong) onWrongSecret?.(error);
      setTimeout(reload, isWrong ? WRONG_SECRET_DELAY_MS : RELOAD_DELAY_MS).unref();
    });
  }
  /** A reading that has not begun is good for all who ask until it does: however many they are, two are under way. */
  let next: Promise<unknown> | undefined;
  function loadInTurn(): Promise<unknown> {
    if (next !== undefined) return next;
    const loading = reloading.then(() => {
      next = undefined;
      return load();
    });
    next = loading;
    reloading = loading.catch(() => undefined);
    return loading;
  }

  let meeting: Promise<unknown> = Promise.resolve();
  let metAtMs = Number.NEGATIVE_INFINITY;
  /** Callers that come while the keys are read wait for that reading. */
  function meetNewKeys(): Promise<unknown> {
    if (performance.now() - metAtMs < UNKNOWN_KEY_PAUSE_MS) return meeting;
    metAtMs = performance.now();
    meeting = loadInTurn();
    return meeting;
  }

  async function meet(header: string): Promise<void> {
    const kid = readPart(header)?.['kid'];
    if (typeof kid !== 'string') return;
    if (!publicKeys.has(kid)) await inTime(meetNewKeys());
    if (publicKeys.has(kid)) familiarHeader = header;
  }

  if (!(await load())) {
    await store.signingKeys.insertActive(newSigningKey(sealKey));
    // Another node may have been first; either way the active one is there now.
    if (!(await load())) throw new Error('no signing key could be made');
  }
  feed.on('signing_key', reload);
  feed.onMissed(reload);

  return {
    sign(typ, payload) {
      const header = encodePart({ alg: 'ES256', typ, kid: active.kid });
      const input = `${header}.${encodePart(payload)}`;
      const signature = sign('sha256', Buffer.from(input), { key: active.privateKey, ...JWS_SIGNATURE });
      return `${input}.${signature.toString('base64url')}`;
    },
    prepare(jws) {
      // The feed is interrupted: a key may have been dropped.
      if (!feed.isCurrent()) return inTime(loadInTurn()).then(() => undefined);
      const header = jws.slice(0, jws.indexOf('.'));
      return header === familiarHeader ? undefined : meet(header);
    },
    async reload() {
      await loadInTurn();
    },
    verify(typ, jws) {
      const [header, payload, signature, ...rest] = jws.split('.');
      if (header === undefined || payload === undefined || signature === undefined || rest.length > 0)
        return undefined;
      const kid = acceptableKid(readPart(header), typ);
      const found = kid === undefined ? undefined : publicKeys.get(kid);
      if (found === undefined) return undefined;
      const genuine = verify(
        'sha256',
        Buffer.from(`${header}.${payload}`),
        { key: found.key, ...JWS_SIGNATURE },
        Buffer.from(signature, 'base64url'),
      );
      return genuine ? readPart(payload) : undefined;
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
