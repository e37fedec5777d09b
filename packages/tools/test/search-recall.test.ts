import { readFileSync } from 'node:fs';
import type { TestContext } from 'vitest';
import { expect, test } from 'vitest';
import { compileCatalogue } from '../src/index.ts';
import type { Offered } from '../src/index.ts';
import { createToolIndex } from '../src/search/tool-index.ts';
import { corpusDocument } from './corpus.ts';

interface Question {
  readonly ask: string;
  /** As "METHOD /path": any one of them answers it. */
  readonly answers: readonly string[];
  readonly held?: true;
}
type Questions = Readonly<Record<string, readonly Question[]>>;

const HITS = 8;
const FINAL = read('search-queries.json');
const PRACTICE = read('search-practice.json');

function read(file: string): Questions {
  const url = new URL(`./fixtures/${file}`, import.meta.url);
  const { about: _, ...questions } = JSON.parse(readFileSync(url, 'utf8')) as Questions & { about?: never };
  return questions;
}

/** The questions none of whose answers is among the first eight hits. */
function missed(api: string, questions: readonly Question[], ctx: TestContext): string[] {
  const compiled = compileCatalogue(corpusDocument(api, ctx).bytes);
  if (!compiled.ok) throw new Error(compiled.error.message);
  const tools = compiled.value.tools.map((tool): Offered => ({ name: tool.name, tool }));
  const index = createToolIndex(tools);
  return questions.flatMap(({ ask, answers }) => {
    const hits = index.search(ask).slice(0, HITS);
    const isFound = hits.some(({ tool }) =>
      answers.includes(`${tool.binding?.method} ${tool.binding?.path}`),
    );
    return isFound ? [] : [`${api}: ${ask}`];
  });
}

function recall(of: Questions, pick: (question: Question) => boolean, ctx: TestContext) {
  const chosen = Object.entries(of).map(([api, questions]) => [api, questions.filter(pick)] as const);
  const asked = chosen.reduce((sum, [, questions]) => sum + questions.length, 0);
  const unanswered = chosen.flatMap(([api, questions]) => missed(api, questions, ctx));
  return { asked, unanswered, recall: (asked - unanswered.length) / asked };
}

test(
  'of sixty questions over GitHub, Stripe, Kubernetes and Jira nine in ten are answered in eight hits',
  { timeout: 120_000 },
  (ctx) => {
    const all = recall(FINAL, () => true, ctx);
    expect(all.asked).toBe(60);
    expect(all.recall, `Not answered:\n${all.unanswered.join('\n')}`).toBeGreaterThanOrEqual(0.9);
  },
);

test(
  'so are four in five of the twenty that were held out while the search was tuned',
  { timeout: 120_000 },
  (ctx) => {
    const held = recall(FINAL, (question) => question.held === true, ctx);
    expect(held.asked).toBe(20);
    // Twenty are few: one question is five hundredths.
    expect(held.recall, `Not answered:\n${held.unanswered.join('\n')}`).toBeGreaterThanOrEqual(0.8);
  },
);

test('and of those over further APIs, on which it was tuned', { timeout: 120_000 }, (ctx) => {
  const practice = recall(PRACTICE, () => true, ctx);
  expect(practice.recall, `Not answered:\n${practice.unanswered.join('\n')}`).toBeGreaterThanOrEqual(0.88);
});
