import { createHash } from 'node:crypto';
import type { OperationHead } from '../openapi/ir.ts';
import { entryOf } from './lock.ts';
import type { NameLock } from './lock.ts';

/** Ours in search mode; an operation may not take them. */
export const RESERVED_NAMES: readonly string[] = [
  'search_tools',
  'describe_tools',
  'call_read_tool',
  'call_write_tool',
];

const NAME_CHARACTERS = 48;
const HASH_DIGITS = 6;
const LONG_HASH_DIGITS = 20;

const STOP_WORDS = new Set([
  'a',
  'an',
  'the',
  'of',
  'for',
  'to',
  'in',
  'on',
  'by',
  'and',
  'with',
  'from',
  'that',
]);

const SHORT: ReadonlyMap<string, string> = new Map([
  ['administration', 'admin'],
  ['application', 'app'],
  ['applications', 'apps'],
  ['authentication', 'auth'],
  ['authorization', 'authz'],
  ['configuration', 'config'],
  ['configurations', 'configs'],
  ['description', 'desc'],
  ['environment', 'env'],
  ['environments', 'envs'],
  ['identifier', 'id'],
  ['information', 'info'],
  ['management', 'mgmt'],
  ['notification', 'notif'],
  ['notifications', 'notifs'],
  ['organization', 'org'],
  ['organizations', 'orgs'],
  ['permission', 'perm'],
  ['permissions', 'perms'],
  ['reference', 'ref'],
  ['references', 'refs'],
  ['repositories', 'repos'],
  ['repository', 'repo'],
  ['subscription', 'sub'],
  ['subscriptions', 'subs'],
  ['transaction', 'txn'],
  ['transactions', 'txns'],
]);

export interface Named {
  readonly name: string;
  /** The name is not simply the one that the document gives: it was shortened or told apart. */
  readonly changed: boolean;
}

/**
 * A legal, unique name for every operation. A name depends on the operations as a set, never on their order: if two
 * want the same one, each gets a hash of its method and path. A name that the lock has for an operation stays as long
 * as the operation asks for that name, whoever else asks for it now; a name that another operation had lately is not
 * given away.
 */
export function nameOperations(heads: readonly OperationHead[], lock?: NameLock): Map<OperationHead, Named> {
  const wanted = new Map(heads.map((head) => [head, baseName(head)]));
  const kept = keptNames(wanted, lock);
  const keptNow = new Set([...kept.values()].map(({ name }) => name));
  const claims = claimsOf(heads, lock);
  const named = new Map(kept);
  const groups = groupBy(
    heads.filter((head) => !named.has(head)),
    (head) => wanted.get(head)?.name ?? '',
  );
  for (const [name, group] of groups) {
    for (const head of group) {
      const isFree =
        group.length === 1 && !isSpokenFor(name) && !keptNow.has(name) && isOwnClaim(claims, name, head);
      const changed = !isFree || (wanted.get(head)?.shortened ?? false);
      named.set(head, { name: isFree ? name : hashed(name, head, HASH_DIGITS), changed });
    }
  }
  return apart(named, kept, wanted);
}

/** Names that the lock has for operations that still ask for them. */
function keptNames(
  wanted: ReadonlyMap<OperationHead, { readonly name: string; readonly shortened: boolean }>,
  lock: NameLock | undefined,
): Map<OperationHead, Named> {
  const kept = new Map<OperationHead, Named>();
  if (lock === undefined) return kept;
  for (const [head, { name, shortened }] of wanted) {
    const locked = entryOf(lock, head)?.name;
    if (locked === undefined) continue;
    const isPlain = locked === name && !isSpokenFor(name);
    const isHashed = [HASH_DIGITS, LONG_HASH_DIGITS].some((digits) => locked === hashed(name, head, digits));
    if (isPlain || isHashed) kept.set(head, { name: locked, changed: isHashed || shortened });
  }
  // A lock that was edited by hand may give one name to two.
  for (const group of groupBy([...kept.keys()], (head) => kept.get(head)?.name ?? '').values()) {
    if (group.length > 1) for (const head of group) kept.delete(head);
  }
  return kept;
}

/** Whose each name was, by what the lock says of operations that are still there. */
function claimsOf(
  heads: readonly OperationHead[],
  lock: NameLock | undefined,
): Map<string, Set<OperationHead>> {
  const claims = new Map<string, Set<OperationHead>>();
  for (const head of lock === undefined ? [] : heads) {
    const entry = lock && entryOf(lock, head);
    for (const name of entry === undefined ? [] : [entry.name, ...Object.keys(entry.former ?? {})]) {
      claims.set(name, (claims.get(name) ?? new Set()).add(head));
    }
  }
  return claims;
}

function isOwnClaim(
  claims: ReadonlyMap<string, ReadonlySet<OperationHead>>,
  name: string,
  head: OperationHead,
): boolean {
  const claimants = claims.get(name);
  return claimants === undefined || (claimants.size === 1 && claimants.has(head));
}

/** Ours, or of the form of those that only a hash tells apart, which nobody may imitate. */
function isSpokenFor(name: string): boolean {
  return RESERVED_NAMES.includes(name) || /_[0-9a-f]{20}$/.test(name);
}

// A hashed name can meet another one only by an accident of 24 bits, or by intent; more bits end both.
function apart(
  named: Map<OperationHead, Named>,
  kept: ReadonlyMap<OperationHead, Named>,
  wanted: ReadonlyMap<OperationHead, { readonly name: string }>,
): Map<OperationHead, Named> {
  for (const group of groupBy([...named.keys()], (head) => named.get(head)?.name ?? '').values()) {
    if (group.length === 1) continue;
    for (const head of group) {
      if (kept.has(head)) continue;
      const name = hashed(wanted.get(head)?.name ?? '', head, LONG_HASH_DIGITS);
      named.set(head, { name, changed: true });
    }
  }
  return named;
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

function baseName(head: OperationHead): { readonly name: string; readonly shortened: boolean } {
  const given = snakeCase(head.hints.name ?? head.operationId ?? '');
  const full = led(given === '' ? fromPath(head) : given, head);
  if (full.length <= NAME_CHARACTERS) return { name: full, shortened: false };
  const terse = led(
    full
      .split('_')
      .filter((word) => !STOP_WORDS.has(word))
      .join('_'),
    head,
  );
  if (terse.length <= NAME_CHARACTERS) return { name: terse, shortened: true };
  const tagless = led(withoutTag(terse, head), head);
  if (tagless.length <= NAME_CHARACTERS) return { name: tagless, shortened: true };
  const short = tagless
    .split('_')
    .map((word) => SHORT.get(word) ?? word)
    .join('_');
  return {
    name: short.length <= NAME_CHARACTERS ? short : hashed(short, head, HASH_DIGITS),
    shortened: true,
  };
}

/** `listUsers`, `users/list` and `Users.List` as lower snake; empty if nothing of it is ASCII. */
export function snakeCase(text: string): string {
  return text
    .slice(0, 1_000)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .toLowerCase();
}

/** `GET /users/{id}` as `get_users_by_id`. */
function fromPath({ method, path }: OperationHead): string {
  const words = path
    .split('/')
    .map((segment) => snakeCase(segment.replace(/\{([^{}]*)\}/g, '_by_$1_')))
    .filter((word) => word !== '');
  return [method.toLowerCase(), ...words].join('_');
}

function led(name: string, { method }: OperationHead): string {
  if (name === '') return method.toLowerCase();
  return /^[a-z]/.test(name) ? name : `${method.toLowerCase()}_${name}`;
}

function withoutTag(name: string, head: OperationHead): string {
  for (const tag of head.tags) {
    const prefix = `${snakeCase(tag)}_`;
    if (prefix.length > 1 && name.startsWith(prefix) && name.slice(prefix.length).includes('_')) {
      return name.slice(prefix.length);
    }
  }
  return name;
}

function hashed(name: string, { method, path }: OperationHead, digits: number): string {
  const hash = createHash('sha256').update(`${method} ${path}`).digest('hex').slice(0, digits);
  const room = NAME_CHARACTERS - digits - 1;
  const head = name.slice(0, room);
  const end = head.length < name.length ? head.lastIndexOf('_') : -1;
  return `${(end > room / 2 ? head.slice(0, end) : head).replace(/_+$/, '')}_${hash}`;
}
