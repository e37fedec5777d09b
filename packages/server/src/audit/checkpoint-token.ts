import { sign, verify } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { CHECKPOINT_TYPE } from '../kernel/checkpoint-line.ts';
import { encodePart, readPart } from '../kernel/jws-part.ts';
import { publicJwkOf, type CheckpointKey } from './checkpoint-key.ts';

/** What a checkpoint says: at this time that chain ended with this block, whose hash stands for everything before. */
export interface Checkpoint {
  /** The installation: its public base URL. */
  readonly iss: string;
  /** The organisation's id; empty: the rows that belong to none. */
  readonly chain: string;
  readonly seq: number;
  /** Base64url of SHA-256. */
  readonly hash: string;
  /** Seconds since 1970. */
  readonly iat: number;
}

const TOKEN_CHARACTERS_MAX = 4096;

/** A compact JWS (RFC 7515) with EdDSA (RFC 8037). The public key stands in its header, so that others can check it. */
export function signCheckpoint(
  { kid, privateKey, publicKey }: CheckpointKey,
  checkpoint: Checkpoint,
): string {
  const { iss, chain, seq, hash, iat } = checkpoint;
  const header = encodePart({ alg: 'EdDSA', typ: CHECKPOINT_TYPE, kid, jwk: publicJwkOf(publicKey) });
  const signed = `${header}.${encodePart({ iss, chain, seq, hash, iat })}`;
  return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`;
}

export type TokenFault = 'not_a_checkpoint' | 'unknown_key' | 'forged';

/** Believes the keys it is given, and none that the token brings along. */
export function readCheckpoint(
  token: string,
  keys: ReadonlyMap<string, CheckpointKey>,
): Checkpoint | TokenFault {
  const [header = '', payload = '', signature = '', ...rest] = token.split('.');
  const read = token.length > TOKEN_CHARACTERS_MAX || rest.length > 0 ? undefined : readPart(header);
  const said = readPart(payload);
  if (read?.['typ'] !== CHECKPOINT_TYPE || read['alg'] !== 'EdDSA' || !isCheckpoint(said))
    return 'not_a_checkpoint';
  const key = typeof read['kid'] === 'string' ? keys.get(read['kid']) : undefined;
  if (key === undefined) return 'unknown_key';
  const isOurs =
    isDeepStrictEqual(read['jwk'], publicJwkOf(key.publicKey)) &&
    verify(null, Buffer.from(`${header}.${payload}`), key.publicKey, Buffer.from(signature, 'base64url'));
  return isOurs ? said : 'forged';
}

function isCheckpoint(said: unknown): said is Checkpoint {
  if (typeof said !== 'object' || said === null) return false;
  const { chain, hash, iat, iss, seq } = said as Record<string, unknown>;
  return (
    [chain, hash, iss].every((text) => typeof text === 'string') &&
    Number.isSafeInteger(seq) &&
    Number.isSafeInteger(iat)
  );
}
