import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { silentLog } from '../kernel/log.ts';
import { createBatch } from './batch.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** What each insert wrote, at which millisecond; `fail` is how many inserts fail first. */
function observed({ fail = 0, takesMs = 0 } = {}) {
  const startMs = Date.now();
  const inserts: { atMs: number; rows: number }[] = [];
  let failing = fail;
  const batch = createBatch<number>({
    delayMs: 250,
    log: silentLog,
    async write(rows) {
      inserts.push({ atMs: Date.now() - startMs, rows: rows.length });
      if (takesMs > 0) await new Promise((resolve) => setTimeout(resolve, takesMs));
      failing -= 1;
      if (failing >= 0) throw new Error('connection refused');
    },
  });
  const add = (rows: number): void => {
    for (let row = 0; row < rows; row += 1) batch.add(row);
  };
  return { add, batch, inserts };
}

test('a few rows wait a quarter of a second for others', async () => {
  const { add, inserts } = observed();
  add(4);
  await vi.advanceTimersByTimeAsync(100);
  add(5);
  await vi.advanceTimersByTimeAsync(1000);
  expect(inserts).toEqual([{ atMs: 250, rows: 9 }]);
});

test('ten are written soon, with what comes meanwhile', async () => {
  const { add, inserts } = observed();
  add(9);
  await vi.advanceTimersByTimeAsync(100);
  add(1);
  await vi.advanceTimersByTimeAsync(10);
  add(30);
  await vi.advanceTimersByTimeAsync(1000);
  expect(inserts).toEqual([{ atMs: 120, rows: 40 }]);
});

test('a thousand rows a second are never put together by more than forty', async () => {
  const { add, inserts } = observed();
  for (let ms = 0; ms < 1000; ms += 1) {
    add(1);
    await vi.advanceTimersByTimeAsync(1);
  }
  await vi.advanceTimersByTimeAsync(250);
  expect(inserts.reduce((sum, { rows }) => sum + rows, 0)).toBe(1000);
  expect(Math.max(...inserts.map(({ rows }) => rows))).toBeLessThanOrEqual(40);
});

test('one insert at a time: what comes during a slow one shares the next, soon after it', async () => {
  const { add, inserts } = observed({ takesMs: 500 });
  add(10);
  await vi.advanceTimersByTimeAsync(30);
  add(300);
  await vi.advanceTimersByTimeAsync(2000);
  expect(inserts).toEqual([
    { atMs: 20, rows: 10 },
    { atMs: 540, rows: 300 },
  ]);
});

test('rows that the database did not take are tried again no sooner than a quarter of a second later', async () => {
  const { add, batch, inserts } = observed({ fail: 3 });
  add(100);
  await vi.advanceTimersByTimeAsync(2000);
  expect(inserts.map(({ atMs }) => atMs)).toEqual([20, 270, 520, 770]);
  expect(inserts.every(({ rows }) => rows === 100)).toBe(true);
  expect(batch.figures()).toEqual({ waiting: 0, dropped: 0 });
});
