import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

const JUDGES = new URL('../judges/package.json', import.meta.url);

/** Programs that we are measured against: installed apart, with `npm ci --prefix bench/judges`. */
export const fromJudges = createRequire(JUDGES);

export function hasJudges(): boolean {
  return existsSync(new URL('node_modules', JUDGES));
}

/** Tokens of a text in o200k, the encoding whose figures are published; Claude's own differ. */
export function countTokens(text: string): number {
  const { countTokens: count } = fromJudges('gpt-tokenizer/encoding/o200k_base') as {
    countTokens(of: string, options: object): number;
  };
  // Texts that name a special token are texts all the same.
  return count(text, { disallowedSpecial: new Set() });
}
