import { expect, test } from 'vitest';
import { workerFlags } from './worker-flags.ts';

test('a worker gets one thread for collecting, beside what its parent was begun with', () => {
  expect(workerFlags([])).toEqual(['--v8-pool-size=1']);
  expect(workerFlags(['--enable-source-maps'])).toEqual(['--enable-source-maps', '--v8-pool-size=1']);
});

test('whoever says how many there are is heard', () => {
  expect(workerFlags(['--v8-pool-size=4'])).toEqual(['--v8-pool-size=4']);
  expect(workerFlags(['--v8_pool_size=2', '--trace-gc'])).toEqual(['--v8_pool_size=2', '--trace-gc']);
});
