import { createHash } from 'node:crypto';
import type { OperationHead } from '../openapi/ir.ts';

/** Ours in search mode; an operation may not take them. */
export const RESERVED_NAMES: readonly string[] = [
  'search_tools',
  'describe_tools',
  'call_read_tool',
  'call_write_tool',
];

const NAME_CHARACTERS = 48;

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
 * A legal, unique name for every operation. A name depends on the operations as a set, never on their order:
 * if two want the same one, each gets a hash of its method and path.
 */
export function nameOperations(heads: readonly OperationHead[]): Map<OperationHead, Named> {
  const wanted = new Map(heads.map((head) => [head, baseName(head)]));
  const named = new Map<OperationHead, Named>();
  const taken = new Map<string, OperationHead[]>();
  for (const [head, { name }] of wanted) taken.set(name, [...(taken.get(name) ?? []), head]);
  for (const [name, group] of taken) {
    const alone = group.length === 1 && !RESERVED_NAMES.includes(name);
    for (const head of group) {
      const changed = !alone || (wanted.get(head)?.shortened ?? false);
      named.set(head, { name: alone ? name : hashed(name, head, 6), changed });
    }
  }
  return apart(named);
}

// A hashed name can meet another one only by an accident of 24 bits, or by intent; more bits end both.
function apart(named: Map<OperationHead, Named>): Map<OperationHead, Named> {
  const groups = new Map<string, OperationHead[]>();
  for (const [head, { name }] of named) groups.set(name, [...(groups.get(name) ?? []), head]);
  for (const [name, group] of groups) {
    if (group.length === 1) continue;
    for (const head of group) named.set(head, { name: hashed(name, head, 20), changed: true });
  }
  return named;
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
  return { name: short.length <= NAME_CHARACTERS ? short : hashed(short, head, 6), shortened: true };
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
