import { compareText, isObject, own, setOwn } from '../json.ts';
import type { JsonObject } from '../json.ts';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';
import type { Catalogue } from './types.ts';

/** For how long a former name is accepted at least. */
const FORMER_NAME_DAYS = 90;

const DAY_MS = 24 * 60 * 60 * 1_000;
const FORMER_NAMES_MAX = 20;
const NAME = /^[a-z][a-z0-9_]{0,63}$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** The names that tools were given, so that they go on meaning what they meant. Kept beside the document. */
export interface NameLock {
  readonly version: 1;
  /** By `METHOD /path`. */
  readonly names: Readonly<Record<string, NameLockEntry>>;
}

export interface NameLockEntry {
  readonly name: string;
  /** Names that it had before, each with the last day (UTC, `2027-02-28`) on which it is accepted. */
  readonly former?: Readonly<Record<string, string>>;
  /** The operation is no tool any more; it is remembered until this day. */
  readonly gone?: string;
}

interface Operation {
  readonly method: string;
  readonly path: string;
}

export function entryOf(lock: NameLock, operation: Operation): NameLockEntry | undefined {
  return own(lock.names, keyOf(operation)) as NameLockEntry | undefined;
}

/** Names that an operation was given so far. */
export function formerNamesOf(lock: NameLock | undefined, operation: Operation): readonly string[] {
  const entry = lock && entryOf(lock, operation);
  return entry === undefined ? [] : [entry.name, ...Object.keys(entry.former ?? {})];
}

/**
 * Reads a lock as it was written, by us and perhaps by hand since, without what has expired at `nowMs`. The failure
 * is a sentence that names the entry.
 */
export function readLock(source: string, nowMs: number): Result<NameLock, string> {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch {
    return fail('The lock is not valid JSON.');
  }
  const stated = isObject(value) ? own(value, 'names') : undefined;
  if (!isObject(value) || own(value, 'version') !== 1 || !isObject(stated)) {
    return fail('A lock is an object with "version": 1 and "names".');
  }
  const today = dayOf(nowMs);
  const names: Record<string, NameLockEntry> = {};
  for (const [key, written] of Object.entries(stated)) {
    const entry = readEntry(written, today);
    if (entry === undefined) {
      return fail(`The lock's entry ${JSON.stringify(key.slice(0, 200))} is not of its form.`);
    }
    if (entry.gone === undefined || entry.gone >= today) setOwn(names, key, entry);
  }
  return ok({ version: 1, names });
}

function readEntry(written: unknown, today: string): NameLockEntry | undefined {
  if (!isObject(written)) return undefined;
  const { name, former = {}, gone } = written;
  if (typeof name !== 'string' || !NAME.test(name) || !isObject(former)) return undefined;
  if (gone !== undefined && !isDay(gone)) return undefined;
  const live: Record<string, string> = {};
  for (const [old, until] of Object.entries(former)) {
    if (!NAME.test(old) || !isDay(until)) return undefined;
    if (until >= today) setOwn(live, old, until);
  }
  return entry(name, live, gone);
}

/** The lock after a compilation with `previous`: what is new in it is accepted for 90 days from `nowMs` on. */
export function lockOf(
  { tools }: Pick<Catalogue, 'tools'>,
  previous: NameLock | undefined,
  nowMs: number,
): NameLock {
  const until = dayOf(nowMs + (FORMER_NAME_DAYS + 1) * DAY_MS);
  const entries = new Map<string, NameLockEntry>();
  for (const { aliases = [], binding, name } of tools) {
    const before = previous && entryOf(previous, binding);
    const former = aliases.map((alias) => [alias, own(before?.former ?? {}, alias) ?? until] as const);
    entries.set(keyOf(binding), entry(name, Object.fromEntries(former) as JsonObject));
  }
  for (const [key, before] of Object.entries(previous?.names ?? {})) {
    if (!entries.has(key)) entries.set(key, { ...before, gone: before.gone ?? until });
  }
  const sorted = [...entries].sort(([a], [b]) => compareText(a, b));
  return { version: 1, names: Object.fromEntries(sorted) };
}

/**
 * Former names of each tool, by its current name. A name that a tool has now is nobody's alias, nor is one that two
 * tools had: what it means would be a guess.
 */
export function aliasesOf(
  tools: readonly (Operation & { readonly name: string })[],
  lock: NameLock | undefined,
  reserved: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const aliases = new Map<string, readonly string[]>();
  if (lock === undefined) return aliases;
  const taken = new Set([...tools.map(({ name }) => name), ...reserved]);
  const claims = new Map<string, string[]>();
  for (const tool of tools) {
    const entry = entryOf(lock, tool);
    for (const old of entry === undefined ? [] : newestFirst(entry)) {
      if (!taken.has(old)) claims.set(old, [...(claims.get(old) ?? []), tool.name]);
    }
  }
  for (const [old, names] of claims) {
    const [name] = names;
    if (name === undefined || names.length > 1) continue;
    const known = aliases.get(name) ?? [];
    if (known.length < FORMER_NAMES_MAX) aliases.set(name, [...known, old]);
  }
  return aliases;
}

function newestFirst({ name, former = {} }: NameLockEntry): string[] {
  const dated = Object.entries(former).sort(
    ([a, one], [b, two]) => compareText(two, one) || compareText(a, b),
  );
  return [name, ...dated.map(([old]) => old)];
}

function entry(name: string, former: JsonObject, gone?: string): NameLockEntry {
  return {
    name,
    ...(Object.keys(former).length === 0 ? {} : { former: former as Readonly<Record<string, string>> }),
    ...(gone === undefined ? {} : { gone }),
  };
}

function keyOf({ method, path }: Operation): string {
  return `${method} ${path}`;
}

function isDay(value: unknown): value is string {
  return typeof value === 'string' && DAY.test(value);
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
