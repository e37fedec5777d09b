import { isMap, isPair, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Node } from 'yaml';
import { below } from './pointer.ts';

/** Line and column, from 1, by pointer (RFC 6901). What is not in the document as it was given is not there. */
export type Places = Readonly<Record<string, readonly [line: number, column: number]>>;

/** A YAML document is parsed once more, in a form that costs many times its size. */
const YAML_BYTES_MAX = 4 * 1024 * 1024;
const POINTERS_MAX = 20_000;

/** Where pointers lead to in a document that has been read already. Never throws: what is in doubt is left out. */
export function placesOf(source: string | Uint8Array, pointers: readonly string[]): Places {
  const text = typeof source === 'string' ? source : new TextDecoder().decode(source);
  const wanted = new Set(pointers.slice(0, POINTERS_MAX));
  wanted.delete('');
  if (wanted.size === 0) return {};
  try {
    const offsets = /^\s*[{[]/.test(text) ? jsonOffsets(text, wanted) : undefined;
    if (offsets !== undefined) return linesOf(text, offsets);
    return text.length > YAML_BYTES_MAX ? {} : yamlPlaces(text, wanted);
  } catch {
    return {};
  }
}

/** Offsets of the keys (of list items: the values) that are wanted; undefined: it is no JSON. */
function jsonOffsets(text: string, wanted: ReadonlySet<string>): Map<string, number> | undefined {
  const found = new Map<string, number>();
  const levels: { readonly pointer: string; readonly isList: boolean; index: number }[] = [];
  let pointer = '';
  let at = 0;
  const note = (offset: number): void => {
    if (wanted.has(pointer) && !found.has(pointer)) found.set(pointer, offset);
  };
  const string = (): string => {
    const start = at;
    for (at += 1; at < text.length && text[at] !== '"'; at += 1) if (text[at] === '\\') at += 1;
    at += 1;
    return text.slice(start, at);
  };
  const space = (): void => {
    while (at < text.length && ' \t\r\n\uFEFF'.includes(text[at] ?? '')) at += 1;
  };
  const key = (): boolean => {
    space();
    const offset = at;
    const level = levels.at(-1);
    if (level === undefined) return false;
    if (level.isList) {
      pointer = below(level.pointer, level.index);
      note(offset);
      return true;
    }
    if (text[at] !== '"') return false;
    pointer = below(level.pointer, JSON.parse(string()) as string);
    space();
    if (text[at] !== ':') return false;
    at += 1;
    note(offset);
    return true;
  };
  for (;;) {
    space();
    const open = text[at];
    if (open === '{' || open === '[') {
      levels.push({ pointer, isList: open === '[', index: 0 });
      at += 1;
      space();
      if (text[at] !== '}' && text[at] !== ']') {
        if (!key()) return undefined;
        continue;
      }
    } else if (open === '"') string();
    else {
      const start = at;
      while (at < text.length && !',}] \t\r\n'.includes(text[at] ?? '')) at += 1;
      if (at === start) return undefined;
    }
    for (;;) {
      space();
      const level = levels.at(-1);
      if (level === undefined) return found;
      const next = text[at];
      at += 1;
      if (next === ',') {
        level.index += 1;
        if (!key()) return undefined;
        break;
      }
      if (next !== '}' && next !== ']') return undefined;
      levels.pop();
    }
  }
}

function linesOf(text: string, offsets: ReadonlyMap<string, number>): Places {
  const places: Record<string, readonly [number, number]> = {};
  let line = 1;
  let start = 0;
  for (const [pointer, offset] of [...offsets].sort(([, a], [, b]) => a - b)) {
    for (
      let next = text.indexOf('\n', start);
      next !== -1 && next < offset;
      next = text.indexOf('\n', start)
    ) {
      line += 1;
      start = next + 1;
    }
    places[pointer] = [line, offset - start + 1];
  }
  return places;
}

function yamlPlaces(text: string, wanted: ReadonlySet<string>): Places {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, logLevel: 'silent' });
  const places: Record<string, readonly [number, number]> = {};
  const note = (pointer: string, node: unknown): void => {
    const offset = (node as Node | null)?.range?.[0];
    if (!wanted.has(pointer) || offset === undefined) return;
    const { col, line } = lines.linePos(offset);
    places[pointer] = [line, col];
  };
  const left: { readonly node: unknown; readonly pointer: string }[] = [
    { node: document.contents, pointer: '' },
  ];
  for (let one = left.pop(); one !== undefined; one = left.pop()) {
    const { node, pointer } = one;
    if (isMap(node)) {
      for (const pair of node.items) {
        if (!isPair(pair)) continue;
        const inner = below(pointer, String((pair.key as { value?: unknown } | null)?.value));
        note(inner, pair.key);
        left.push({ node: pair.value, pointer: inner });
      }
    } else if (isSeq(node)) {
      node.items.forEach((item, index) => {
        const inner = below(pointer, index);
        note(inner, item);
        left.push({ node: item, pointer: inner });
      });
    }
  }
  return places;
}
