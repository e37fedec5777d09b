import { isObject, own } from '../json.ts';
import type { JsonObject } from '../json.ts';
import type { Operand, Query, Segment, Selector, Test } from './json-path.ts';

/** A selected node: what it is called in which other one. The root has no parent. */
export interface Located {
  readonly value: unknown;
  readonly parent?: Located;
  readonly key?: string | number;
}

/** Counts down with each node that is looked at. */
export interface Budget {
  nodes: number;
}

/** Thrown when a query looks at more nodes than it may. */
export class BudgetSpent extends Error {}

/** The nodes that a query selects, in the order of RFC 9535; a node that is selected twice is there twice. */
export function selectNodes(root: unknown, query: Query, budget: Budget): Located[] {
  return walk({ value: root }, query.segments, root, budget);
}

function walk(from: Located, segments: readonly Segment[], root: unknown, budget: Budget): Located[] {
  let nodes: readonly Located[] = [from];
  for (const { descends, selectors } of segments) {
    const next: Located[] = [];
    for (const node of descends ? withDescendants(nodes, budget) : nodes) {
      for (const selector of selectors) pick(node, selector, root, budget, next);
    }
    nodes = next;
  }
  return [...nodes];
}

function* withDescendants(nodes: readonly Located[], budget: Budget): Generator<Located> {
  const open = [...nodes].reverse();
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    yield node;
    for (const child of childrenOf(node, budget).reverse()) open.push(child);
  }
}

function childrenOf(parent: Located, budget: Budget): Located[] {
  const { value } = parent;
  const keys: readonly (string | number)[] = Array.isArray(value)
    ? [...value.keys()]
    : isObject(value)
      ? Object.keys(value)
      : [];
  budget.nodes -= keys.length + 1;
  if (budget.nodes < 0) throw new BudgetSpent();
  return keys.map((key) => ({ value: childAt(value, key), parent, key }));
}

/** The property or element itself has; undefined if there is none. */
export function childAt(container: unknown, key: string | number): unknown {
  if (Array.isArray(container)) return (container as readonly unknown[])[Number(key)];
  return isObject(container) ? own(container, String(key)) : undefined;
}

function pick(node: Located, selector: Selector, root: unknown, budget: Budget, into: Located[]): void {
  const { value } = node;
  budget.nodes -= 1;
  if (budget.nodes < 0) throw new BudgetSpent();
  switch (selector.kind) {
    case 'name':
      if (isObject(value) && Object.hasOwn(value, selector.name)) {
        into.push({ value: own(value, selector.name), parent: node, key: selector.name });
      }
      return;
    case 'index':
      if (Array.isArray(value)) {
        const key = selector.index < 0 ? value.length + selector.index : selector.index;
        if (key >= 0 && key < value.length) into.push({ value: childAt(value, key), parent: node, key });
      }
      return;
    case 'slice':
      if (Array.isArray(value)) {
        for (const key of sliced(value.length, selector)) {
          into.push({ value: childAt(value, key), parent: node, key });
        }
      }
      return;
    case 'all':
      for (const child of childrenOf(node, budget)) into.push(child);
      return;
    case 'filter':
      for (const child of childrenOf(node, budget)) {
        if (holds(selector.test, child, root, budget)) into.push(child);
      }
  }
}

/** RFC 9535 section 2.3.4.2.2. */
function sliced(length: number, { start, end, step }: Selector & { kind: 'slice' }): number[] {
  const keys: number[] = [];
  const normal = (index: number): number => (index >= 0 ? index : length + index);
  const within = (index: number, low: number, high: number): number => Math.min(Math.max(index, low), high);
  if (step > 0) {
    const upper = within(normal(end ?? length), 0, length);
    for (let key = within(normal(start ?? 0), 0, length); key < upper; key += step) keys.push(key);
  } else if (step < 0) {
    const lower = within(end === undefined ? -1 : normal(end), -1, length - 1);
    const first = within(start === undefined ? length - 1 : normal(start), -1, length - 1);
    for (let key = first; key > lower; key += step) keys.push(key);
  }
  return keys;
}

function holds(test: Test, node: Located, root: unknown, budget: Budget): boolean {
  switch (test.kind) {
    case 'or':
      return test.tests.some((one) => holds(one, node, root, budget));
    case 'and':
      return test.tests.every((one) => holds(one, node, root, budget));
    case 'not':
      return !holds(test.test, node, root, budget);
    case 'exists':
      return walk(startOf(test.query, node, root), test.query.segments, root, budget).length > 0;
    case 'compare': {
      const left = valueOf(test.left, node, root, budget);
      const right = valueOf(test.right, node, root, budget);
      switch (test.operator) {
        case '==':
          return areEqual(left, right);
        case '!=':
          return !areEqual(left, right);
        case '<':
          return isLess(left, right);
        case '>':
          return isLess(right, left);
        case '<=':
          return isLess(left, right) || areEqual(left, right);
        case '>=':
          return isLess(right, left) || areEqual(left, right);
      }
    }
  }
}

function startOf(query: Query, node: Located, root: unknown): Located {
  return query.from === 'root' ? { value: root } : node;
}

/** Undefined: nothing is there, which equals nothing but itself. */
function valueOf(operand: Operand, node: Located, root: unknown, budget: Budget): unknown {
  if (operand.kind === 'literal') return operand.value;
  const { query } = operand;
  return walk(startOf(query, node, root), query.segments, root, budget)[0]?.value;
}

function isLess(left: unknown, right: unknown): boolean {
  if (typeof left === 'number' && typeof right === 'number') return left < right;
  return typeof left === 'string' && typeof right === 'string' && left < right;
}

const DEPTH_MAX = 100;

function areEqual(left: unknown, right: unknown, depth = 0): boolean {
  if (left === right) return true;
  if (depth > DEPTH_MAX) return false;
  if (Array.isArray(left) && Array.isArray(right)) {
    return (
      left.length === right.length && left.every((item, index) => areEqual(item, right[index], depth + 1))
    );
  }
  if (!isObject(left) || !isObject(right)) return false;
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => hasEqual(left, right, key, depth));
}

function hasEqual(left: JsonObject, right: JsonObject, key: string, depth: number): boolean {
  return Object.hasOwn(right, key) && areEqual(own(left, key), own(right, key), depth + 1);
}
