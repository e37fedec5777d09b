import { isObject, own, ownText } from '../json.ts';
import type { JsonObject } from '../json.ts';
import type { AuthorHints } from './ir.ts';
import { LIMITS } from './limits.ts';
import type { Notes } from './notes.ts';
import { below } from './pointer.ts';
import type { Place } from './resolve.ts';
import { plainText } from './text.ts';

type SharedHints = Pick<AuthorHints, 'hidden' | 'access' | 'destructive' | 'consumesCredits' | 'toolset'>;

/**
 * What the author says of an operation's use as a tool: what stands nearest to it wins, and beside one another `x-mcp`
 * over `x-speakeasy-mcp` over `x-gram`. For a whole path item or document only what several tools can have in common
 * is read; documents describe other things in an `x-mcp` of theirs besides.
 */
export function readHints(operation: Place, owners: readonly Place[], notes: Notes): AuthorHints {
  const shared = owners.map((owner) => sharedOf(ownHints(owner, notes)));
  // From the outermost to the operation.
  return Object.assign({}, ...shared.reverse(), ownHints(operation, notes)) as AuthorHints;
}

function sharedOf({ access, consumesCredits, destructive, hidden, toolset }: AuthorHints): SharedHints {
  return defined({ access, consumesCredits, destructive, hidden, toolset });
}

function ownHints({ at, node }: Place, notes: Notes): AuthorHints {
  if (!isObject(node)) return {};
  return {
    ...gramHints(own(node, 'x-gram')),
    ...speakeasyHints(own(node, 'x-speakeasy-mcp')),
    ...mcpHints(own(node, 'x-mcp'), below(at, 'x-mcp'), notes),
  };
}

function mcpHints(value: unknown, at: string, notes: Notes): AuthorHints {
  if (typeof value === 'boolean') return { hidden: !value };
  if (!isObject(value)) {
    if (value !== undefined)
      notes.warn('VALUE_IGNORED', at, '`x-mcp` is false or an object; it was ignored.');
    return {};
  }
  const access = own(value, 'access');
  if (access !== undefined && access !== 'read' && access !== 'full') {
    notes.warn('VALUE_IGNORED', below(at, 'access'), 'Access is `read` or `full`; this value was ignored.');
  }
  const toolset = plainText(ownText(value, 'toolset') ?? '', LIMITS.titleCharacters, at, notes);
  return defined({
    hidden: flag(value, 'hidden'),
    name: ownText(value, 'name') || undefined,
    title: ownText(value, 'title'),
    description: ownText(value, 'description'),
    toolset: toolset === '' ? undefined : toolset,
    access: access === 'read' || access === 'full' ? access : undefined,
    destructive: flag(value, 'destructive'),
    consumesCredits: costs(own(value, 'cost'), below(at, 'cost'), notes),
  });
}

/** How many, where the author says so. */
function costs(cost: unknown, at: string, notes: Notes): boolean | number | undefined {
  if (typeof cost === 'boolean') return cost;
  if (typeof cost === 'number' && cost > LIMITS.credits) {
    notes.warn('VALUE_IGNORED', at, `A call costs at most ${LIMITS.credits} credits; that many are counted.`);
    return LIMITS.credits;
  }
  if (typeof cost === 'number') return cost > 0 && Number.isFinite(cost) ? cost : false;
  return typeof cost === 'string' && cost !== '' ? true : undefined;
}

/** Its hints are read as hints alone: that a tool only reads is a matter of access, which they cannot give. */
function speakeasyHints(value: unknown): AuthorHints {
  if (!isObject(value)) return {};
  return defined({
    hidden: flag(value, 'disabled'),
    name: ownText(value, 'name') || undefined,
    title: ownText(value, 'title'),
    description: ownText(value, 'description'),
    destructive: flag(value, 'destructiveHint'),
    saysItReads: flag(value, 'readOnlyHint'),
  });
}

function gramHints(value: unknown): AuthorHints {
  if (!isObject(value)) return {};
  return defined({
    name: ownText(value, 'name') || undefined,
    title: ownText(value, 'summary'),
    description: ownText(value, 'description'),
  });
}

function flag(object: JsonObject, key: string): boolean | undefined {
  const value = own(object, key);
  return typeof value === 'boolean' ? value : undefined;
}

function defined<T extends object>(values: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}
