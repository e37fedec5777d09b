import type { Rejection } from '../catalogue/types.ts';
import { isObject, own, ownText, setOwn } from '../json.ts';
import { load } from '../openapi/load.ts';
import type { Notes } from '../openapi/notes.ts';
import { below } from '../openapi/pointer.ts';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';
import { parseJsonPath } from './json-path.ts';
import type { Query } from './json-path.ts';
import { BudgetSpent, childAt, selectNodes } from './select-nodes.ts';
import type { Budget, Located } from './select-nodes.ts';

const ACTIONS_MAX = 5_000;
const NODES_MAX = 3_000_000;
const MERGE_DEPTH_MAX = 100;

const REMOVED = Symbol('removed');

interface Action {
  readonly number: number;
  readonly target: string;
  readonly query: Query;
  readonly removes: boolean;
  readonly update: unknown;
}

/**
 * A document with an OpenAPI Overlay 1.0 (JSON or YAML) applied: its actions one after the other, each to what the one
 * before it left. The document itself stays as it is. An action that selects nothing is noted.
 */
export function applyOverlay(
  document: unknown,
  overlay: string | Uint8Array,
  notes: Notes,
): Result<unknown, Rejection> {
  const actions = readActions(overlay);
  if (!actions.ok) return actions;
  const budget: Budget = { nodes: NODES_MAX };
  const draft = createDraft(document);
  for (const action of actions.value) {
    try {
      const fault = act(action, draft, budget, notes);
      if (fault !== undefined) return invalid(`Action ${action.number} (${shown(action.target)}): ${fault}`);
    } catch (thrown) {
      // Values that are nested by the thousand end the stack.
      if (!(thrown instanceof BudgetSpent) && !(thrown instanceof RangeError)) throw thrown;
      return invalid(
        `Action ${action.number} (${shown(action.target)}) goes past ${NODES_MAX} nodes of the document, or too deep.`,
      );
    }
  }
  return ok(draft.root());
}

function readActions(overlay: string | Uint8Array): Result<Action[], Rejection> {
  const loaded = load(overlay);
  if (!loaded.ok) {
    const { line, column, message } = loaded.error;
    const where = line === undefined || column === undefined ? {} : { line, column };
    return invalid(message.replace('The document', 'The overlay'), where);
  }
  const written = loaded.value;
  const version = isObject(written) ? own(written, 'overlay') : undefined;
  if (!isObject(written) || version === undefined) {
    return invalid('An overlay is an object with "overlay: 1.0.0", "info" and "actions".');
  }
  // Without quotes YAML makes a number of it.
  const isSupported = version === 1 || (typeof version === 'string' && /^1\.0(?:\.\d+)?$/.test(version));
  if (!isSupported) return invalid(`Overlay ${shown(JSON.stringify(version))} is not supported; 1.0 is.`);
  const stated = own(written, 'actions');
  if (!Array.isArray(stated) || stated.length === 0) return invalid('An overlay has at least one action.');
  if (stated.length > ACTIONS_MAX) return invalid(`An overlay has at most ${ACTIONS_MAX} actions.`);
  const actions: Action[] = [];
  for (const [index, one] of (stated as readonly unknown[]).entries()) {
    const action = readAction(one, index + 1);
    if (!action.ok) return action;
    actions.push(action.value);
  }
  return ok(actions);
}

function readAction(one: unknown, number: number): Result<Action, Rejection> {
  const target = isObject(one) ? ownText(one, 'target') : undefined;
  if (!isObject(one) || target === undefined) return invalid(`Action ${number} has no target.`);
  const query = parseJsonPath(target);
  if (!query.ok) return invalid(`Action ${number} (${shown(target)}): ${query.error}`);
  const removes = own(one, 'remove') === true;
  if (!removes && !Object.hasOwn(one, 'update')) {
    return invalid(`Action ${number} (${shown(target)}) has neither update nor remove.`);
  }
  return ok({ number, target, query: query.value, removes, update: own(one, 'update') });
}

/** The failure is a sentence. */
function act(
  { number, query, removes, target, update }: Action,
  draft: Draft,
  budget: Budget,
  notes: Notes,
): string | undefined {
  const selected = onlyOnce(selectNodes(draft.root(), query, budget), budget);
  if (selected.length === 0) {
    notes.warn('VALUE_IGNORED', '', `Action ${number} of the overlay, ${shown(target)}, selects nothing.`);
    return undefined;
  }
  if (removes) {
    if (selected.some(({ parent }) => parent === undefined)) return 'the document itself cannot be removed.';
    draft.remove(selected);
    return undefined;
  }
  for (const node of selected) {
    const container = draft.own(node);
    if (Array.isArray(container)) {
      // The text speaks of one entry; authors who write a list mean its entries.
      container.push(...(Array.isArray(update) ? (update as unknown[]) : [update]));
    } else if (isObject(container)) {
      if (!isObject(update)) return 'an object is updated with an object.';
      mergeInto(container as Record<string, unknown>, update, budget, 0);
    } else if (container !== undefined) {
      return 'only objects and lists are updated; select the object that contains the value.';
    }
  }
  return undefined;
}

/** `target` is ours; what it contains is shared with the document and is copied before it is changed. */
function mergeInto(
  target: Record<string, unknown>,
  update: Readonly<Record<string, unknown>>,
  budget: Budget,
  depth: number,
): void {
  for (const [key, value] of Object.entries(update)) {
    budget.nodes -= 1;
    if (budget.nodes < 0 || depth > MERGE_DEPTH_MAX) throw new BudgetSpent();
    const known = own(target, key);
    if (isObject(known) && isObject(value)) {
      const copy = copyOf(known) as Record<string, unknown>;
      mergeInto(copy, value, budget, depth + 1);
      setOwn(target, key, copy);
    } else if (Array.isArray(known) && Array.isArray(value)) {
      setOwn(target, key, [...(known as unknown[]), ...(value as unknown[])]);
    } else {
      setOwn(target, key, value);
    }
  }
}

interface Draft {
  root(): unknown;
  /** The node as it is now, of which nobody else has a part: it may be changed. Undefined: it is gone. */
  own(node: Located): unknown;
  remove(nodes: readonly Located[]): void;
}

/** Copies what is changed and what leads to it, once. Aliases of YAML may share the rest. */
function createDraft(document: unknown): Draft {
  let root = document;
  const ours = new Set<unknown>();

  const ownNode = (node: Located): unknown => {
    if (node.parent === undefined || node.key === undefined) {
      if (!ours.has(root)) root = kept(root);
      return root;
    }
    const parent = ownNode(node.parent);
    const value = childAt(parent, node.key);
    if (value === undefined || ours.has(value) || typeof value !== 'object' || value === null) return value;
    const copy = kept(value);
    put(parent, node.key, copy);
    return copy;
  };

  const kept = (value: unknown): unknown => {
    const copy = copyOf(value);
    ours.add(copy);
    return copy;
  };

  return {
    root: () => root,
    own: ownNode,
    remove(nodes) {
      const lists = new Set<unknown[]>();
      for (const { key, parent } of nodes) {
        const container = parent && ownNode(parent);
        if (Array.isArray(container)) {
          lists.add(container);
          // What follows keeps its index until all are marked.
          if (Number(key) < container.length) container[Number(key)] = REMOVED;
        } else if (isObject(container)) delete (container as Record<string, unknown>)[String(key)];
      }
      for (const list of lists) {
        const left = list.filter((item) => item !== REMOVED);
        list.length = 0;
        for (const item of left) list.push(item);
      }
    },
  };
}

function put(container: unknown, key: string | number, value: unknown): void {
  if (Array.isArray(container)) container[Number(key)] = value;
  else if (isObject(container)) setOwn(container as Record<string, unknown>, String(key), value);
}

function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return [...(value as unknown[])];
  if (!isObject(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const [key, child] of Object.entries(value)) setOwn(copy, key, child);
  return copy;
}

function onlyOnce(nodes: readonly Located[], budget: Budget): Located[] {
  const byPlace = new Map(nodes.map((node) => [placeOf(node, budget), node]));
  return [...byPlace.values()];
}

function placeOf({ key, parent }: Located, budget: Budget): string {
  const steps: (string | number)[] = [];
  if (key !== undefined) steps.push(key);
  for (let node = parent; node?.key !== undefined; node = node.parent) steps.push(node.key);
  budget.nodes -= steps.length;
  if (budget.nodes < 0) throw new BudgetSpent();
  return steps.reverse().reduce<string>((pointer, step) => below(pointer, step), '');
}

function shown(text: string): string {
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}

function invalid(message: string, where: Pick<Rejection, 'line' | 'column'> = {}): Result<never, Rejection> {
  return fail({ code: 'OVERLAY_INVALID', message, ...where });
}
