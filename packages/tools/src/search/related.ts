import { stem } from './stem.ts';
import { ALWAYS, DEEDS, NOUNS, SOMETIMES, VERBS } from './vocabulary.ts';
import type { Intent } from './vocabulary.ts';

export interface Related {
  readonly term: string;
  /** 1 for the word itself. */
  readonly weight: number;
}

/** How much a related word counts beside the one that was asked for. */
const RELATED = 0.65;
/** Verbs say less than things: half of all tools get something. */
const RELATED_VERB = 0.5;

const DERIVED = ['er', 'or', 'ment', 'al'];
const DERIVATION = 0.5;

const intents = new Map<string, Intent>();
const sometimes = new Map<string, Intent>();
const always = new Set(ALWAYS.split(' ').map(stem));
const related = new Map<string, Map<string, number>>();

for (const [intent, words] of Object.entries(VERBS) as [Intent, string][]) {
  const stems = relate(words, RELATED_VERB);
  for (const one of stems) if (!intents.has(one)) intents.set(one, intent);
}
for (const [intent, words] of Object.entries(SOMETIMES) as [Intent, string][]) {
  for (const one of words.split(' ')) sometimes.set(stem(one), intent);
}
for (const words of [...NOUNS, ...DEEDS]) relate(words, RELATED);

function relate(words: string, weight: number): string[] {
  const stems = words.split(' ').map(stem);
  for (const one of stems) {
    const known = related.get(one) ?? new Map<string, number>();
    for (const other of stems) {
      if (other !== one) known.set(other, Math.max(weight, known.get(other) ?? 0));
    }
    related.set(one, known);
  }
  return stems;
}

/** The term itself first, then what people also call it, and who or what comes of it: `watch`, `watcher`. */
export function relatedTo(term: string): Related[] {
  const others = new Map(related.get(term));
  for (const ending of DERIVED) {
    const root = term.endsWith(ending) ? term.slice(0, -ending.length) : '';
    for (const other of [term + ending, root]) {
      if (other.length >= 3 && !others.has(other)) others.set(other, DERIVATION);
    }
  }
  return [{ term, weight: 1 }, ...[...others].map(([other, weight]) => ({ term: other, weight }))];
}

/**
 * What the word of a request wants done, if it is its verb. `isFirst`: nothing telling stands before it;
 * `hasObject`: an article or its like follows. `deleted` in "a deleted project" says which, not what to do.
 */
export function verbOf(word: string, isFirst: boolean, hasObject: boolean): Intent | undefined {
  const term = stem(word);
  if (isFirst) return intents.get(term) ?? (hasObject ? sometimes.get(term) : undefined);
  return always.has(term) && !word.endsWith('ed') ? intents.get(term) : undefined;
}

/** What a title that begins with this term says that its tool does. */
export function intentOf(term: string): Intent | undefined {
  return intents.get(term);
}
