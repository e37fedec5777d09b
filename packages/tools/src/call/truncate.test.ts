import { expect, test } from 'vitest';
import { presentResult } from './result.ts';
import { truncatedJson } from './truncate.ts';
import type { Tool } from '../catalogue/types.ts';

test('lists lose their tail, and it is said how much', () => {
  const value = {
    items: Array.from({ length: 5_000 }, (_, id) => ({ id, text: 'x'.repeat(50) })),
    next: 'c',
  };
  const short = truncatedJson(value, 50_000);
  expect(short?.text.length).toBeLessThanOrEqual(50_000);
  const parsed = JSON.parse(short?.text ?? '') as typeof value;
  expect(parsed.items[0]).toEqual(value.items[0]);
  expect(parsed.next).toBe('c');
  expect(short?.notes).toEqual([`items shows ${parsed.items.length} of 5000 items.`]);
});

test('long texts and wide objects are shortened too', () => {
  const wide = Object.fromEntries(Array.from({ length: 3_000 }, (_, index) => [`k${index}`, index]));
  const short = truncatedJson({ text: 'y'.repeat(100_000), wide }, 30_000);
  expect(short?.notes.join(' ')).toMatch(
    /text shows \d+ of 100000 characters\..*wide shows \d+ of 3000 fields\./,
  );
});

test('a long answer stays JSON, and one that only says it is JSON is cut as text', () => {
  const tool = { annotations: {} } as Tool;
  const present = (body: string): string[] => {
    const value = { status: 200, headers: { 'content-type': 'application/json' }, body: Buffer.from(body) };
    return presentResult(tool, { ok: true, value }, { requestId: 'r' }).content.map((block) =>
      block.type === 'text' ? block.text : '',
    );
  };
  const [text, note] = present(JSON.stringify(Array.from({ length: 100_000 }, (_, index) => index)));
  expect(JSON.parse(text ?? '')).toContain(50);
  expect(note).toContain('of 100000 items');
  const broken = present(`[${'1,'.repeat(100_000)}`);
  expect(broken.join('').length).toBeLessThanOrEqual(100_000);
  const deep = present('['.repeat(100_000) + ']'.repeat(100_000));
  expect(deep.join('').length).toBeLessThanOrEqual(100_000);
});
