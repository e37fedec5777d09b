import { isObject, setOwn } from '../json.ts';

export interface Truncated {
  readonly text: string;
  /** What was left out, in sentences; empty if nothing was. */
  readonly notes: readonly string[];
}

const STEPS = [
  { items: 1_000, characters: 20_000 },
  { items: 300, characters: 5_000 },
  { items: 100, characters: 2_000 },
  { items: 50, characters: 1_000 },
  { items: 20, characters: 500 },
  { items: 10, characters: 200 },
  { items: 5, characters: 100 },
  { items: 2, characters: 50 },
] as const;

const NOTES_MAX = 10;

/**
 * JSON text of at most `charactersMax` characters that is still JSON: lists lose their tail, long texts their end,
 * wide objects their last fields. Undefined if no step makes it small enough.
 */
export function truncatedJson(value: unknown, charactersMax: number): Truncated | undefined {
  for (const step of STEPS) {
    const notes: string[] = [];
    const text = JSON.stringify(shortened(value, '', step, notes));
    if (text.length <= charactersMax) return { text, notes: notes.slice(0, NOTES_MAX) };
  }
  return undefined;
}

interface Step {
  readonly items: number;
  readonly characters: number;
}

function shortened(value: unknown, at: string, step: Step, notes: string[]): unknown {
  if (typeof value === 'string') {
    if (value.length <= step.characters) return value;
    note(notes, `${at || 'The text'} shows ${step.characters} of ${value.length} characters.`);
    return `${value.slice(0, step.characters).replace(/[\uD800-\uDBFF]$/, '')}…`;
  }
  if (Array.isArray(value)) {
    if (value.length > step.items)
      note(notes, `${at || 'The list'} shows ${step.items} of ${value.length} items.`);
    return value.slice(0, step.items).map((item) => shortened(item, `${at}[]`, step, notes));
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value);
  if (entries.length > step.items)
    note(notes, `${at || 'The object'} shows ${step.items} of ${entries.length} fields.`);
  const copy: Record<string, unknown> = {};
  for (const [name, item] of entries.slice(0, step.items)) {
    setOwn(copy, name, shortened(item, at === '' ? name : `${at}.${name}`, step, notes));
  }
  return copy;
}

function note(notes: string[], sentence: string): void {
  if (notes.length < NOTES_MAX && !notes.includes(sentence)) notes.push(sentence);
}
