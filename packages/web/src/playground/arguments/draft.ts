import { isObject } from '../../is-object.ts';

export type Path = readonly (string | number)[];

/** What was typed, in the form and as JSON: neither forgets what the other cannot show. */
export interface Draft {
  readonly view: 'form' | 'json';
  readonly value: Readonly<Record<string, unknown>>;
  /** As it was typed into fields that take JSON, by their place. */
  readonly texts: Readonly<Record<string, string>>;
  /** As it was typed, or written from `value`. */
  readonly json: string;
}

export const EMPTY_DRAFT: Draft = { view: 'form', value: {}, texts: {}, json: '{}' };

/** As faults name it: `items[2].name`. */
export function placeOf(path: Path): string {
  let place = '';
  for (const step of path) {
    if (typeof step === 'number') place += `[${step}]`;
    else place += place === '' ? step : `.${step}`;
  }
  return place;
}

export function valueAt(value: unknown, path: Path): unknown {
  let found = value;
  for (const step of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined;
    found = Reflect.get(found, step);
  }
  return found;
}

/** The same with another value in one place; undefined takes it away. Empty objects around it go with it. */
export function withValue(
  value: Readonly<Record<string, unknown>>,
  path: Path,
  next: unknown,
): Record<string, unknown> {
  const changed = changedAt(value, path, next);
  return isObject(changed) ? changed : {};
}

function changedAt(value: unknown, [step, ...rest]: Path, next: unknown): unknown {
  if (step === undefined) return next;
  if (typeof step === 'number') {
    const items: unknown[] = Array.isArray(value) ? [...value] : [];
    // An item stays, even if nothing is left in it: those after it keep their places.
    items[step] = changedAt(items[step], rest, next) ?? (rest.length === 0 ? null : {});
    return items;
  }
  const { [step]: before, ...others } = isObject(value) ? value : {};
  const after = changedAt(before, rest, next);
  if (after === undefined) return Object.keys(others).length === 0 ? undefined : others;
  // In the place that it had.
  return isObject(value) && Object.hasOwn(value, step)
    ? { ...value, [step]: after }
    : { ...others, [step]: after };
}

/** A number where the text is one in its plain spelling; what is half typed stays text. */
export function numberOf(text: string): number | string | undefined {
  const plain = text.trim();
  if (plain === '') return undefined;
  const number = Number(plain);
  return Number.isFinite(number) && String(number) === plain ? number : text;
}

export function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

export function written(value: unknown): string {
  return JSON.stringify(value, undefined, 2);
}

export function areEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The text of a field that takes JSON: as it was typed, as long as it means what the value is. */
export function jsonTextAt({ texts, value }: Draft, path: Path): string {
  const found = valueAt(value, path);
  const typed = texts[placeOf(path)];
  if (typed !== undefined && areEqual(valueOfText(typed), found)) return typed;
  return found === undefined ? '' : written(found);
}

/** What is no JSON yet is kept as text. */
export function valueOfText(text: string): unknown {
  if (text.trim() === '') return undefined;
  const json = parsed(text);
  return json === undefined ? text : json.value;
}

export function toJson(draft: Draft): Draft {
  const typed = parsed(draft.json);
  const json = typed !== undefined && areEqual(typed.value, draft.value) ? draft.json : written(draft.value);
  return { ...draft, view: 'json', json };
}

/** Undefined: what was typed is no object yet, and stays where it is. */
export function toForm(draft: Draft): Draft | undefined {
  const value = objectIn(draft.json);
  return value && { ...draft, view: 'form', value };
}

/** Nothing is an empty object. */
export function objectIn(text: string): Record<string, unknown> | undefined {
  if (text.trim() === '') return {};
  const json = parsed(text);
  return json !== undefined && isObject(json.value) ? json.value : undefined;
}

/** What is called; undefined: it is not JSON yet. */
export function argumentsOf(draft: Draft): Readonly<Record<string, unknown>> | undefined {
  return draft.view === 'form' ? draft.value : objectIn(draft.json);
}
