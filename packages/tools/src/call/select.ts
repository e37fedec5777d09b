import { isObject, setOwn } from '../json.ts';
import type { ToolResult } from '../mcp/tool-result.ts';
import { errorResult } from './diagnose.ts';
import { SELECT_ARGUMENT } from './select-argument.ts';

const STEPS_MAX = 12;
const NAMES_SHOWN = 20;

export interface Selection {
  readonly value: unknown;
  /** Paths that led to nothing. */
  readonly missed: readonly string[];
  readonly isEmpty: boolean;
}

/**
 * The parts of a value that the paths lead to, in the shape that they have in it. A path goes into each item of a list
 * by itself; a number, `*` or `[]` may say so, or say which item. A path that begins with a slash is RFC 6901.
 */
export function select(value: unknown, paths: readonly string[]): Selection {
  const tree: Wanted = { all: false, below: new Map() };
  const leaves = paths.map((path) => {
    const steps = stepsOf(path);
    let at = tree;
    for (const step of steps) {
      const next = at.below.get(step) ?? { all: false, below: new Map<string, Wanted>() };
      at.below.set(step, next);
      at = next;
    }
    at.all = true;
    return { path, at };
  });
  const found = new Set<Wanted>();
  const selected = project(value, tree, found);
  const missed = leaves.filter(({ at }) => !found.has(at)).map(({ path }) => path);
  return { value: selected, missed, isEmpty: missed.length === paths.length };
}

interface Wanted {
  all: boolean;
  readonly below: Map<string, Wanted>;
}

function stepsOf(path: string): string[] {
  const steps = path.startsWith('/')
    ? path
        .slice(1)
        .split('/')
        .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    : path
        .replace(/^\$\.?/, '')
        .replace(/\[['"]?([^\]'"]*)['"]?\]/g, '.$1')
        .split('.');
  return steps.filter((step) => step !== '' && step !== '*').slice(0, STEPS_MAX);
}

function project(value: unknown, wanted: Wanted, found: Set<Wanted>): unknown {
  if (wanted.all) {
    // What is asked for beside a whole is a part of it.
    markAll(wanted, found);
    return value;
  }
  if (Array.isArray(value)) return projectList(value, wanted, found);
  if (!isObject(value)) return undefined;
  const copy: Record<string, unknown> = {};
  for (const [name, next] of wanted.below) {
    if (!Object.hasOwn(value, name)) continue;
    const part = project(value[name], next, found);
    if (part !== undefined) setOwn(copy, name, part);
  }
  return Object.keys(copy).length === 0 ? undefined : copy;
}

function projectList(list: readonly unknown[], wanted: Wanted, found: Set<Wanted>): unknown {
  // An empty list has whatever is asked of its items.
  if (list.length === 0) {
    markAll(wanted, found);
    return [];
  }
  const chosen = [...wanted.below.keys()].filter((step) => /^\d{1,9}$/.test(step));
  if (chosen.length > 0) {
    const items = chosen.flatMap((step) => {
      const next = wanted.below.get(step);
      const part = next && Number(step) < list.length ? project(list[Number(step)], next, found) : undefined;
      return part === undefined ? [] : [part];
    });
    return items.length === 0 ? undefined : items;
  }
  const items = list.map((item) => project(item, wanted, found));
  // An item without any of it stays in its place.
  return items.every((item) => item === undefined) ? undefined : items.map((item) => item ?? {});
}

function markAll(wanted: Wanted, found: Set<Wanted>): void {
  if (wanted.all) found.add(wanted);
  for (const next of wanted.below.values()) markAll(next, found);
}

/** For a read that gave nothing of what was asked for: the answer's own names, so that the next call is a better one. */
export function nothingSelected(value: unknown, paths: readonly string[], requestId: string): ToolResult {
  const names = namesOf(value);
  const there = names.length === 0 ? '' : ` The answer has: ${names.join(', ')}.`;
  return errorResult({
    status: 400,
    code: 'nothing_selected',
    message: `${SELECT_ARGUMENT} selects nothing: the answer has no ${paths
      .map((path) => JSON.stringify(path))
      .join(', ')
      .slice(0, 500)}.${there}`,
    request_id: requestId,
    hint: `Correct ${SELECT_ARGUMENT}, or leave it out to see the whole answer.`,
  });
}

function namesOf(value: unknown): string[] {
  if (Array.isArray(value)) return namesOf(value.find(isObject));
  if (!isObject(value)) return [];
  return Object.entries(value)
    .slice(0, NAMES_SHOWN)
    .flatMap(([name, item]) => {
      const short = name.replace(/[^\w.@$-]/g, '').slice(0, 60);
      const inner = Array.isArray(item) ? item.find(isObject) : item;
      if (!isObject(inner)) return short === '' ? [] : [short];
      return Object.keys(inner)
        .slice(0, 8)
        .map((key) => `${short}.${key.replace(/[^\w.@$-]/g, '').slice(0, 60)}`);
    })
    .slice(0, NAMES_SHOWN);
}
