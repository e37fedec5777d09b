import type { Notes } from './notes.ts';

/** Control characters but the ones of layout, and format characters: zero-width, bidirectional, tags. */
const INVISIBLE = /(?![\t\n\r])\p{Cc}|\p{Cf}/gu;

/** Phrases that speak to a model instead of describing an API. They are shown to the operator, not removed. */
const SUSPECT = [
  /<\s*(?:important|system|instructions?)\s*>/i,
  /\b(?:ignore|disregard|forget|override)\s+(?:\w+\s+){0,3}(?:previous|prior|above|earlier|system)\b/i,
  /\b(?:call|invoke|use|run)\s+(?:the\s+)?[\w-]+\s+tool\b/i,
  /\b(?:do not|don't|never)\s+(?:tell|inform|mention\s+\w+\s+to)\s+the\s+user\b/i,
  /\bsystem\s+prompt\b/i,
  /\byou\s+(?:are\s+an?|must\s+always)\s+(?:ai|assistant|model|agent|call|use)\b/i,
];

/**
 * A description as plain text of at most `max` characters: CommonMark and HTML marks, control, zero-width and
 * bidirectional characters are gone. What was removed or looks like an instruction is noted.
 */
export function plainText(source: string, max: number, at: string, notes: Notes): string {
  // Marks are removed from a part that is long enough for `max`, so a megabyte of description costs nothing.
  const part = source.length > max * 8 ? source.slice(0, max * 8) : source;
  if (part.search(INVISIBLE) !== -1) {
    notes.warn(
      'TEXT_CLEANED',
      at,
      'Control, zero-width or bidirectional characters were removed from this text.',
    );
  }
  if (SUSPECT.some((phrase) => phrase.test(part))) {
    notes.warn(
      'TEXT_SUSPECT',
      at,
      'This text seems to give instructions to the model. Read it before you publish.',
    );
  }
  return clip(withoutMarks(part.replace(INVISIBLE, '')), max);
}

/** The first paragraph, which is what a description is worth to a reader in a hurry. */
export function firstParagraph(source: string): string {
  const start = source.trimStart();
  const end = start.search(/\r?\n[ \t]*\r?\n/);
  return end === -1 ? start : start.slice(0, end);
}

function withoutMarks(text: string): string {
  return text
    .replace(/<!--[\s\S]{0,2000}?-->/g, ' ')
    .replace(/<br\s{0,3}\/?>/gi, ' ')
    .replace(/<\/?[a-zA-Z][^<>]{0,500}>/g, '')
    .replace(/!\[[^\][]{0,300}\]\([^()\s]{0,1000}\)/g, '')
    .replace(/\[([^\][]{1,300})\]\([^()]{0,1000}\)/g, '$1')
    .replace(/^[ \t]{0,3}(?:#{1,6}|>)[ \t]+/gm, '')
    .replace(/(\*\*|__)(?=\S)([^*_]{1,300})\1/g, '$2')
    .replace(/`{1,3}/g, '')
    .replace(/&(lt|gt|amp|quot|nbsp|#39);/g, (_, name: string) => ENTITIES[name] ?? ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

const ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  nbsp: ' ',
  '#39': "'",
};

export function clip(text: string, max: number): string {
  if (text.length <= max) return text;
  const cut = text.slice(0, max - 1);
  const space = cut.lastIndexOf(' ');
  const kept = space > max * 0.6 ? cut.slice(0, space) : cut;
  // Half of a surrogate pair is not a character.
  return `${kept.replace(/[\uD800-\uDBFF]$/, '').replace(/[\s,;:]+$/, '')}…`;
}
