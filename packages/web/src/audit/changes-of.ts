import { isObject } from '../is-object.ts';

/** The name of a setting as people write it. */
export function nameInWords(name: string): string {
  return name
    .replaceAll('_', ' ')
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toLowerCase();
}

export interface Change {
  name: string;
  before: string;
  after: string;
}

/** What an act says of before and after, setting by setting. Empty: it says nothing of that kind. */
export function changesOf(detail: Record<string, unknown> | null): Change[] {
  if (detail === null || !('from' in detail) || !('to' in detail)) return [];
  const { from, to } = detail;
  if (!isObject(from) || !isObject(to)) return [{ name: '', before: inWords(from), after: inWords(to) }];
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return names
    .map((name) => ({ name, before: inWords(from[name]), after: inWords(to[name]) }))
    .filter(({ after, before }) => after !== before);
}

/** What else it says. */
export function factsOf(detail: Record<string, unknown> | null): [name: string, value: string][] {
  const hasChanges = changesOf(detail).length > 0;
  return Object.entries(detail ?? {})
    .filter(([name, value]) => value !== null && !(hasChanges && (name === 'from' || name === 'to')))
    .map(([name, value]) => [name, inWords(value)]);
}

function inWords(value: unknown): string {
  if (value === undefined || value === null) return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
