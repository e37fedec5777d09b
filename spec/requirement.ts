/** How strongly a standard asks for something (RFC 2119). */
export type Level = 'MUST' | 'SHOULD' | 'MAY';

/** A test that shows something. */
export interface TestRef {
  /** From the repository's root. */
  readonly file: string;
  /**
   * Its title as the source has it, placeholders included. Where two tests of a file have the same title, the titles of
   * the groups around it come first: `group > title`.
   */
  readonly name: string;
}

/** Something that is claimed, and the tests that show it. */
export interface Claim {
  /** Stable: other documents may point at it. */
  readonly id: string;
  /** In our own words. */
  readonly sentence: string;
  readonly tests: readonly TestRef[];
}

/** What a standard asks of a server of our kind. */
export interface Requirement extends Claim {
  readonly level: Level;
  /** The number of the section, or its heading where sections have none. */
  readonly section: string;
}

export interface Standard {
  readonly id: string;
  readonly title: string;
  readonly url: string;
  readonly requirements: readonly Requirement[];
}

type Say = (id: string, section: string, sentence: string, ...tests: readonly TestRef[]) => Requirement;

const at =
  (level: Level): Say =>
  (id, section, sentence, ...tests) => ({ id, section, level, sentence, tests });

export const must = at('MUST');
export const should = at('SHOULD');
export const may = at('MAY');

export const claim = (id: string, sentence: string, ...tests: readonly TestRef[]): Claim => ({
  id,
  sentence,
  tests,
});

export const attack = (number: number, sentence: string, ...tests: readonly TestRef[]): Claim =>
  claim(`attack-${number}`, sentence, ...tests);
