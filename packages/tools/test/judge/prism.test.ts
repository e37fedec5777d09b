import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from 'vitest';
import type { TestContext } from 'vitest';
import { compileCatalogue, createSender } from '../../src/index.ts';
import { corpusBytes, corpusEntries, corpusPath, needsCorpus } from '../corpus.ts';
import { judge } from './judge.ts';
import { hasPrism, startPrism } from './prism.ts';

/** An objection that was looked into. `fault` is whose it is: ours, the judge's or the document's. */
interface Explained {
  readonly document: string;
  readonly tool: string;
  readonly fault: 'compiler' | 'judge' | 'document';
  readonly why: string;
}

const DOCUMENTS = [
  'adyen-checkout',
  'asana',
  'gitlab',
  'jira',
  'notion',
  'openai',
  'paypal',
  'plaid',
  'rdme-star-trek',
  'rdme-train-travel',
  'slack',
  'twilio',
  'vercel',
];
const EXPLAINED = JSON.parse(
  readFileSync(new URL('./explained.json', import.meta.url), 'utf8'),
) as Explained[];
const TIMEOUT_MS = 300_000;

const sender = createSender({ timeoutMs: 60_000 });
afterAll(() => sender.close());

function needsPrism(ctx: TestContext): void {
  if (hasPrism()) return;
  const reason = 'SKIPPED: prism (install: npm ci --prefix bench/judges)';
  if (process.env['CI'] === 'true') throw new Error(reason);
  ctx.skip(reason);
}

describe('a mock server that validates requests, running the same document, accepts the calls of', () => {
  let calls = 0;
  let objections = 0;

  test.for(DOCUMENTS)('%s, but for those that are explained', { timeout: TIMEOUT_MS }, async (id, ctx) => {
    needsCorpus(ctx);
    needsPrism(ctx);
    const entry = corpusEntries().find((one) => one.id === id);
    if (!entry) throw new Error(`The corpus has no ${id}.`);
    const compiled = compileCatalogue(corpusBytes(entry));
    if (!compiled.ok) throw new Error(compiled.error.message);
    const prism = await startPrism(corpusPath(entry.file));
    try {
      const found = await judge(compiled.value, prism, sender);
      calls += compiled.value.tools.length;
      objections += found.length;
      const explained = EXPLAINED.filter(({ document }) => document === id).map(({ tool }) => tool);
      expect(found.filter(({ tool }) => !explained.includes(tool))).toEqual([]);
      // What it accepts by now needs no explanation.
      expect(found.map(({ tool }) => tool).sort()).toEqual([...explained].sort());
    } finally {
      await prism.stop();
    }
  });

  test('these documents together: 99 of 100 calls', (ctx) => {
    needsCorpus(ctx);
    needsPrism(ctx);
    expect(calls).toBeGreaterThan(2_000);
    expect(objections / calls).toBeLessThan(0.01);
  });
});
