import { expect, test } from 'vitest';
import { estimateTokens } from './tokens.ts';

/** With what o200k counts. */
const COUNTED: readonly (readonly [string, number])[] = [
  [
    '{"name":"list_orders","title":"List orders","description":"List orders. Newest first.","inputSchema":{"type":"object","properties":{"limit":{"type":"integer","minimum":1,"maximum":100,"default":20},"cursor":{"type":"string","description":"From the previous page."}},"additionalProperties":false},"annotations":{"title":"List orders","readOnlyHint":true,"openWorldHint":true}}',
    86,
  ],
  [
    '{"name":"create_webhook","inputSchema":{"type":"object","properties":{"url":{"type":"string","format":"uri"},"events":{"type":"array","items":{"type":"string","enum":["bundle.published","bundle.failed","credits.low"]}}},"required":["url","events"],"additionalProperties":false}}',
    65,
  ],
  [
    'Publishes a bundle to every account that it names. The upload is queued, and the answer comes before the platforms have taken it: poll the bundle until its state is published or failed. Consumes credits.',
    42,
  ],
  ['The identifier of the order, such as 01890a5d-ac96-774b-bcce-b302099a8057, or 4711.', 34],
];

test.each(COUNTED)('a text (%#) is estimated within a sixth of what o200k counts', (text, tokens) => {
  expect(Math.abs(estimateTokens(text) / tokens - 1)).toBeLessThan(1 / 6);
});

test('nothing costs nothing, and a text never costs less than its beginning', () => {
  expect(estimateTokens('')).toBe(0);
  const text = '{"name":"list_things","limit":1000} Ünïcödé 你好';
  for (let end = 1; end <= text.length; end += 1) {
    expect(estimateTokens(text.slice(0, end))).toBeGreaterThanOrEqual(estimateTokens(text.slice(0, end - 1)));
  }
});

test('a megabyte of one character is not cheap', () => {
  for (const one of ['a', '1', '好']) expect(estimateTokens(one.repeat(1_000_000))).toBeGreaterThan(100_000);
});
