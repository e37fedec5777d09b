import { createHash } from 'node:crypto';

/** What clients accept as the name of an argument. One illegal key makes some refuse the whole list of tools. */
const LEGAL_KEY = /^[a-zA-Z0-9_.-]{1,64}$/;
const KEY_CHARACTERS = 64;

export interface Wish {
  /** As the API names it. */
  readonly name: string;
  /** What tells two of the same name apart, the same whatever the order: place and name. */
  readonly identity: string;
}

/** A legal key for each wish, unique whatever the case of the letters. Keys do not depend on the order of the wishes. */
export function assignKeys(wishes: readonly Wish[]): string[] {
  const legal = wishes.map(({ name }) => legalKey(name));
  const uses = new Map<string, Wish[]>();
  wishes.forEach((wish, index) => {
    const key = (legal[index] ?? '').toLowerCase();
    uses.set(key, [...(uses.get(key) ?? []), wish]);
  });
  return wishes.map((wish, index) => {
    const key = legal[index] ?? '';
    const rivals = uses.get(key.toLowerCase()) ?? [];
    const isOwner = key === wish.name && rivals.filter(({ name }) => legalKey(name) === name).length === 1;
    if (rivals.length === 1 || isOwner) return key;
    const hash = createHash('sha256').update(wish.identity).digest('hex').slice(0, 6);
    return `${key.slice(0, KEY_CHARACTERS - 7)}_${hash}`;
  });
}

function legalKey(name: string): string {
  if (LEGAL_KEY.test(name) && name !== '__proto__') return name;
  const key = name
    .replaceAll('<', '_lt')
    .replaceAll('>', '_gt')
    .replace(/[^a-zA-Z0-9_.-]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, KEY_CHARACTERS);
  return key === '' ? 'value' : key;
}
