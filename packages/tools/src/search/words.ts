import { stem } from './stem.ts';

const WORD_CHARACTERS = 40;

/** Words that say nothing of what a tool does. */
const EMPTY = new Set(
  `a about all am an and any are as at be been being but by can could did do does each every everything for from had
  has have he her here hers him his how i if in into is it its let like made many more most much need no of off on onto or other
  our ours out over own please she should so some somebody someone something such than that the their them then there
  these they this those to too under up us very via want was we were what when where whether which who whom whose why
  will with within without would you your yours yes yet api apis http https json rest true false using use used
  s t re ve ll d m`.split(/\s+/),
);

/** The words of a text or a name, in lower case and in their order: `listUsers`, `list_users` and `List users` are the same. */
export function wordsOf(text: string): string[] {
  return (
    text
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
      .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  ).map((word) => word.slice(0, WORD_CHARACTERS));
}

const DETERMINERS = new Set(
  'a an the my your our this that these those some any all every another it'.split(' '),
);

/** Whether a word points at the one after it. */
export function isDeterminer(word: string | undefined): boolean {
  return word !== undefined && DETERMINERS.has(word);
}

/** The words that say something; all words if none does. */
export function tellingWordsOf(text: string): string[] {
  const words = wordsOf(text);
  const telling = words.filter((word) => !EMPTY.has(word));
  return telling.length === 0 ? words : telling;
}

/** The stems of the words that say something. */
export function termsOf(text: string): string[] {
  return tellingWordsOf(text).map(stem);
}

/** The same for many texts that share their words. */
export function createTermReader(): typeof termsOf {
  const known = new Map<string, string>();
  return (text) =>
    tellingWordsOf(text).map((word) => {
      const term = known.get(word) ?? stem(word);
      known.set(word, term);
      return term;
    });
}

/** Two words for one thing, in what is asked and in what is there. */
const COMPOUND = /\bpull requests?\b/gi;

export function withoutCompounds(text: string): string {
  return text.replace(COMPOUND, 'pull');
}
