import fc from 'fast-check';
import { ODD_TEXTS, ODD_VALUES } from './dictionary.ts';

/** One change of some bytes. Places are any number, and meant modulo what there is. */
export type Edit =
  | { readonly kind: 'flip'; readonly at: number; readonly bit: number }
  | { readonly kind: 'cut'; readonly at: number; readonly length: number }
  | { readonly kind: 'repeat'; readonly at: number; readonly length: number; readonly times: number }
  | { readonly kind: 'insert'; readonly at: number; readonly text: string }
  | { readonly kind: 'splice'; readonly at: number; readonly other: number; readonly from: number }
  | { readonly kind: 'json'; readonly place: number; readonly value: unknown; readonly action: JsonAction }
  | { readonly kind: 'form'; readonly place: number; readonly text: string; readonly action: FormAction };

const JSON_ACTIONS = ['replace', 'remove', 'double', 'wrap', 'nest', 'twice'] as const;
type JsonAction = (typeof JSON_ACTIONS)[number];
const FORM_ACTIONS = ['replace', 'remove', 'again', 'add', 'rename'] as const;
type FormAction = (typeof FORM_ACTIONS)[number];

const place = fc.nat(1_000_000);
const oddText = fc.constantFrom(...ODD_TEXTS);
const oddValue = fc.oneof(fc.constantFrom(...ODD_VALUES), fc.jsonValue({ maxDepth: 3 }));

const flip = fc.record({ kind: fc.constant('flip' as const), at: place, bit: fc.nat(7) });
const cut = fc.record({ kind: fc.constant('cut' as const), at: place, length: fc.nat(64) });
const repeat = fc.record({
  kind: fc.constant('repeat' as const),
  at: place,
  length: fc.integer({ min: 1, max: 40 }),
  times: fc.constantFrom(1, 2, 50, 2_000),
});
const insert = fc.record({ kind: fc.constant('insert' as const), at: place, text: oddText });
const splice = fc.record({ kind: fc.constant('splice' as const), at: place, other: place, from: place });
const json = fc.record({
  kind: fc.constant('json' as const),
  place,
  value: oddValue,
  action: fc.constantFrom(...JSON_ACTIONS),
});
const form = fc.record({
  kind: fc.constant('form' as const),
  place,
  text: oddText,
  action: fc.constantFrom(...FORM_ACTIONS),
});

/** Changes of bytes that mean nothing. */
export const byteEdits = fc.array(fc.oneof(flip, cut, repeat, insert, splice), {
  minLength: 1,
  maxLength: 6,
});
/** Changes of what is JSON or a form, by its structure; now and then of its bytes. */
export const structuredEdits = fc.array(
  fc.oneof({ weight: 5, arbitrary: json }, { weight: 4, arbitrary: form }, flip, insert, splice),
  { minLength: 0, maxLength: 4 },
);

export function applyEdits(bytes: Buffer, edits: readonly Edit[], others: readonly Buffer[]): Buffer {
  return edits.reduce((current, edit) => apply(current, edit, others), bytes);
}

function apply(bytes: Buffer, edit: Edit, others: readonly Buffer[]): Buffer {
  if (edit.kind === 'json') return editJson(bytes, edit);
  if (edit.kind === 'form') return editForm(bytes, edit);
  return applyBytes(bytes, edit, edit.at % (bytes.length + 1), others);
}

function applyBytes(
  bytes: Buffer,
  edit: Exclude<Edit, { kind: 'json' | 'form' }>,
  at: number,
  others: readonly Buffer[],
): Buffer {
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (edit.kind) {
    case 'flip': {
      const changed = Buffer.from(bytes);
      if (at < changed.length) changed[at] = (changed[at] ?? 0) ^ (1 << edit.bit);
      return changed;
    }
    case 'cut':
      return Buffer.concat([before, after.subarray(edit.length)]);
    case 'repeat': {
      const part = after.subarray(0, edit.length);
      return Buffer.concat([before, ...Array.from({ length: edit.times }, () => part), after]);
    }
    case 'insert':
      return Buffer.concat([before, Buffer.from(edit.text, 'latin1'), after]);
    case 'splice': {
      const other = others[edit.other % Math.max(1, others.length)] ?? Buffer.alloc(0);
      return Buffer.concat([before, other.subarray(edit.from % (other.length + 1))]);
    }
  }
}

/** One place of the value, whichever the number says. What is no JSON stays as it is. */
function editJson(bytes: Buffer, edit: Extract<Edit, { kind: 'json' }>): Buffer {
  let root: unknown;
  try {
    root = [JSON.parse(bytes.toString('utf8'))];
  } catch {
    return bytes;
  }
  const places: [Record<string, unknown>, string][] = [];
  const open: unknown[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (typeof node !== 'object' || node === null) continue;
    for (const key of Object.keys(node)) {
      places.push([node as Record<string, unknown>, key]);
      open.push((node as Record<string, unknown>)[key]);
    }
  }
  const [parent, key] = places[edit.place % places.length] ?? [];
  if (parent === undefined || key === undefined) return bytes;
  let twice = '';
  switch (edit.action) {
    case 'replace':
      parent[key] = edit.value;
      break;
    case 'remove':
      if (Array.isArray(parent)) parent[Number(key)] = null;
      else delete parent[key];
      break;
    case 'double':
      if (Array.isArray(parent)) parent.push(parent[Number(key)]);
      else parent[`${key}\0`] = parent[key];
      break;
    case 'wrap':
      parent[key] = [parent[key], edit.value];
      break;
    case 'nest':
      parent[key] = nested(edit.value);
      break;
    case 'twice':
      // The same member twice, which no value can say.
      if (!Array.isArray(parent)) twice = `{${JSON.stringify(key)}:${JSON.stringify(edit.value)},`;
      break;
  }
  let text: string;
  try {
    text = JSON.stringify((root as unknown[])[0]) ?? '';
  } catch {
    // Deeper than can be written.
    return bytes;
  }
  return Buffer.from(twice === '' ? text : text.replace(/^\{/, () => twice), 'utf8');
}

function nested(value: unknown): unknown {
  let deep = value;
  for (let depth = 0; depth < 500; depth += 1) deep = depth % 2 === 0 ? [deep] : { a: deep };
  return deep;
}

function editForm(bytes: Buffer, edit: Extract<Edit, { kind: 'form' }>): Buffer {
  const text = bytes.toString('latin1');
  if (!/^[^\s{}[\]"]+=/.test(text)) return bytes;
  const pairs = text.split('&');
  const at = edit.place % pairs.length;
  const [name = '', value = ''] = (pairs[at] ?? '').split('=', 2);
  switch (edit.action) {
    case 'replace':
      pairs[at] = `${name}=${edit.text}`;
      break;
    case 'remove':
      pairs.splice(at, 1);
      break;
    case 'again':
      pairs.push(`${name}=${value}`);
      break;
    case 'add':
      pairs.push(`${name}x=${edit.text}`);
      break;
    case 'rename':
      pairs[at] = `${edit.text}=${value}`;
      break;
  }
  return Buffer.from(pairs.join('&'), 'latin1');
}
