import { estimateTokens } from '../catalogue/tokens.ts';
import { isObject, setOwn } from '../json.ts';
import { keepingDigits, textWithDigits } from '../kept-digits.ts';

/** What one text may cost its reader. */
export interface TextLimits {
  readonly characters: number;
  readonly tokens: number;
}

export interface Truncated {
  readonly text: string;
  readonly value: unknown;
  /** What was left out, in sentences; empty if nothing was. */
  readonly notes: readonly string[];
}

interface Step {
  readonly items: number;
  readonly characters: number;
  readonly depth: number;
}

const LAST_STEP: Step = { items: 1, characters: 20, depth: 3 };
const STEPS: readonly Step[] = [
  { items: 1_000, characters: 20_000, depth: 64 },
  { items: 300, characters: 5_000, depth: 64 },
  { items: 100, characters: 2_000, depth: 64 },
  { items: 50, characters: 1_000, depth: 32 },
  { items: 20, characters: 500, depth: 16 },
  { items: 10, characters: 200, depth: 12 },
  { items: 5, characters: 100, depth: 8 },
  { items: 2, characters: 50, depth: 6 },
  LAST_STEP,
];

const NOTES_MAX = 10;
const WIDENINGS = 4;
const PLACE_CHARACTERS = 120;
/** No text costs more tokens than this for a character. */
const TOKENS_PER_CHARACTER_MAX = 1.6;

export function fits(text: string, limits: TextLimits): boolean {
  if (text.length > limits.characters) return false;
  return text.length * TOKENS_PER_CHARACTER_MAX <= limits.tokens || estimateTokens(text) <= limits.tokens;
}

/**
 * JSON text within the limits that is still JSON, and a part of what it was: lists lose their tail, long texts their
 * end, wide objects their last fields, and what is nested very deeply its content.
 */
export function truncatedJson(value: unknown, limits: TextLimits): Truncated {
  const found = STEPS.findIndex((step) => fits(attempt(value, step).text, limits));
  const step = STEPS[found] ?? LAST_STEP;
  // Between this step and the one that was too wide there may be room for more items.
  let best = attempt(value, step);
  let low = step.items;
  let high = STEPS[found - 1]?.items ?? low;
  for (let round = 0; round < WIDENINGS && high - low > 1; round += 1) {
    const items = Math.floor((low + high) / 2);
    const wider = attempt(value, { ...step, items });
    if (fits(wider.text, limits)) {
      best = wider;
      low = items;
    } else high = items;
  }
  return best;
}

function attempt(value: unknown, step: Step): Truncated {
  const notes: string[] = [];
  const short = shortened(value, '', 0, step, notes);
  return { text: textWithDigits(short), value: short, notes };
}

function shortened(value: unknown, at: string, depth: number, step: Step, notes: string[]): unknown {
  if (typeof value === 'string') {
    if (value.length <= step.characters) return value;
    note(notes, `${at || 'The text'} shows ${step.characters} of ${value.length} characters.`);
    return `${value.slice(0, step.characters).replace(/[\uD800-\uDBFF]$/, '')}…`;
  }
  if (Array.isArray(value)) {
    const items = depth < step.depth ? step.items : 0;
    if (value.length > items) note(notes, `${at || 'The list'} shows ${items} of ${value.length} items.`);
    const shown = value.slice(0, items);
    return keepingDigits(
      shown.map((item) => shortened(item, `${at}[]`, depth + 1, step, notes)),
      value,
    );
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value);
  const shown = entries
    .slice(0, depth < step.depth ? step.items : 0)
    .filter(([name]) => name.length <= step.characters);
  if (shown.length < entries.length)
    note(notes, `${at || 'The object'} shows ${shown.length} of ${entries.length} fields.`);
  const copy: Record<string, unknown> = {};
  for (const [name, item] of shown) {
    const place = at === '' ? name : `${at}.${name}`;
    setOwn(copy, name, shortened(item, place.slice(0, PLACE_CHARACTERS), depth + 1, step, notes));
  }
  return keepingDigits(copy, value);
}

function note(notes: string[], sentence: string): void {
  if (notes.length < NOTES_MAX && !notes.includes(sentence)) notes.push(sentence);
}

export interface TruncatedText {
  readonly text: string;
  readonly note: string;
}

/**
 * The beginning of a text, within the limits. What is written line by line ends with a whole line; so does any other
 * text, if that keeps half of what may be shown.
 */
export function truncatedText(text: string, isByLine: boolean, limits: TextLimits): TruncatedText {
  let room = Math.min(text.length, limits.characters);
  let kept = startOf(text, room);
  while (!fits(kept, limits)) {
    room = Math.floor(room * Math.min(0.95, limits.tokens / estimateTokens(kept)));
    kept = startOf(text, room);
  }
  const end = kept.lastIndexOf('\n') + 1;
  if (end > 0 && (isByLine || end > kept.length / 2)) {
    kept = kept.slice(0, end);
    const lines = linesOf(kept);
    return { text: kept, note: `${lines} of ${linesOf(text)} lines are shown.` };
  }
  return { text: kept, note: `${kept.length} of ${text.length} characters are shown.` };
}

function startOf(text: string, characters: number): string {
  return text.slice(0, characters).replace(/[\uD800-\uDBFF]$/, '');
}

function linesOf(text: string): number {
  let lines = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines += 1;
  return text.endsWith('\n') ? lines : lines + 1;
}
