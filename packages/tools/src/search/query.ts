import { verbOf } from './related.ts';
import { stem } from './stem.ts';
import { PHRASES } from './vocabulary.ts';
import type { Intent } from './vocabulary.ts';
import { isDeterminer, tellingWordsOf, termsOf, withoutCompounds, wordsOf } from './words.ts';

export interface Asked {
  readonly term: string;
  readonly importance: number;
  /** No other word will do. */
  readonly isLiteral: boolean;
}

/** What is asked for, read as an English request. */
export interface Query {
  readonly terms: readonly Asked[];
  /** What is to be done, if it says so. */
  readonly intent: Intent | undefined;
}

const QUERY_CHARACTERS = 500;
const QUERY_TERMS = 24;

/** A verb says less than a thing: its method counts besides. */
const VERB_IMPORTANCE = 0.35;
const ASIDE_IMPORTANCE = 0.6;
const PEOPLE = 'user';
const ME = 'my';

/** Words that turn a request into a question, which only a read answers. */
const QUESTION = /^\s*(?:what|which|who|whom|whose|where|when|how|why|is|are|do|does|did|can|has|have|am)\b/i;
const ABOUT_PEOPLE = /\bwho(?:m|se)?\b/i;

/** What follows one of these tells where or for whom, not what. */
const ASIDE = /\b(?:of|in|into|inside|on|onto|from|for|to|with|at|by|between|about|within|under)\b/i;

/** Reads the first 500 characters. Every text is a query; there is no syntax. */
export function readQuery(query: string): Query {
  const text = query.slice(0, QUERY_CHARACTERS);
  const [topic, aside] = splitAside(withoutPhrases(text));
  const weights = new Map<string, number>();
  const words = wordsOf(topic);
  let verb: { readonly term: string; readonly intent: Intent } | undefined;
  for (const [index, word] of tellingWordsOf(topic).entries()) {
    const term = stem(word);
    const intent = verbOf(word, index === 0, isDeterminer(words[words.indexOf(word) + 1]));
    if (intent !== undefined) verb ??= { term, intent };
    weights.set(term, term === ME ? ASIDE_IMPORTANCE : intent === undefined ? 1 : VERB_IMPORTANCE);
  }
  // Who changes the title of an issue changes the issue.
  const isWhole = verb?.intent === 'update' && /^of\b/i.test(aside);
  for (const term of aside === '' ? [] : termsOf(aside)) {
    if (!weights.has(term)) weights.set(term, isWhole && term !== ME ? 1 : ASIDE_IMPORTANCE);
  }
  if (ABOUT_PEOPLE.test(text) && !weights.has(PEOPLE)) weights.set(PEOPLE, ASIDE_IMPORTANCE);
  return {
    // Only the first verb says what is wanted: in "find open issues" nothing is to be opened.
    terms: [...weights].slice(0, QUERY_TERMS).map(([term, importance]) => ({
      term,
      importance,
      isLiteral: importance === VERB_IMPORTANCE && term !== verb?.term,
    })),
    intent: QUESTION.test(text) ? 'read' : verb?.intent,
  };
}

/** What a request is about, and what else it says: `labels` and `issue` in "list the labels of an issue". */
function splitAside(query: string): readonly [string, string] {
  const at = query.search(ASIDE);
  return at <= 0 ? [query, ''] : [query.slice(0, at), query.slice(at)];
}

function withoutPhrases(query: string): string {
  return withoutCompounds(PHRASES.reduce((text, [phrase, word]) => text.replace(phrase, word), query));
}
