import { crc32 } from 'node:zlib';
import { randomOctets } from '../kernel/random.ts';
import { hashSecret } from '../kernel/secret.ts';

/** `live` for a service, `test` for the demo: a leaked demo key should alarm nobody. */
export type KeyEnvironment = 'live' | 'test';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const RANDOM_CHARACTERS = 43; // 62^43 > 2^256
const CHECKSUM_CHARACTERS = 6; // 62^6 > 2^32
const HINT_CHARACTERS = 4;
const PATTERN = new RegExp(`^lk_(?:live|test)_[0-9A-Za-z]{${RANDOM_CHARACTERS + CHECKSUM_CHARACTERS}}$`);

/** A new secret: `lk_live_` + 256 random bits in base62 + a checksum, so that secret scanners find no false ones. */
export function newKeySecret(environment: KeyEnvironment): { secret: string; hash: string; hint: string } {
  const random = toBase62(BigInt(`0x${randomOctets(32).toString('hex')}`), RANDOM_CHARACTERS);
  const body = `lk_${environment}_${random}`;
  const secret = `${body}${checksumOf(body)}`;
  return { secret, hash: hashSecret(secret), hint: `lk_${environment}_${random.slice(0, HINT_CHARACTERS)}…` };
}

/** Whether it can be a key at all. Tells typing mistakes and noise apart without a look at the database. */
export function isWellFormedKey(secret: string): boolean {
  return PATTERN.test(secret) && secret.endsWith(checksumOf(secret.slice(0, -CHECKSUM_CHARACTERS)));
}

export function looksLikeKey(credential: string): boolean {
  return credential.startsWith('lk_');
}

function checksumOf(body: string): string {
  return toBase62(BigInt(crc32(body)), CHECKSUM_CHARACTERS);
}

function toBase62(number: bigint, characters: number): string {
  let rest = number;
  let text = '';
  for (let index = 0; index < characters; index += 1) {
    text = (ALPHABET[Number(rest % 62n)] ?? '') + text;
    rest /= 62n;
  }
  return text;
}
