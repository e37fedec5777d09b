import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

const BUILT = new URL('../packages/server/dist/kernel/young-objects.js', import.meta.url).href;
const TIMES = 3;

/**
 * What is old at most, in bytes, beyond what was, while calls pass of which 64 are under way at once, after a burst of
 * 100,000. In processes of their own, because this is one thing for a whole process, and which V8 decides anew in each.
 */
function oldBytesAfterBurst(prepare: string): number {
  const program = `
    import { getHeapSpaceStatistics } from 'node:v8';
    import { beginYoung } from ${JSON.stringify(BUILT)};
    ${prepare}
    const call = (n) => ({ at: n, parts: [n, n + 1, n + 2] });
    const pass = (underWay, times) => {
      for (let time = 0; time < times; time += 1) underWay[time % underWay.length] = call(time);
    };
    const places = (count) => Array.from({ length: count }, () => undefined);
    const oldBytes = () =>
      getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space').space_used_size;
    const burst = places(100_000);
    pass(burst, 100_000);
    pass(burst, 100_000);
    const few = places(64);
    let least = oldBytes();
    let most = 0;
    for (let round = 0; round < 300; round += 1) {
      pass(few, 3_000);
      const now = oldBytes();
      least = Math.min(least, now);
      most = Math.max(most, now - least);
    }
    console.log(burst.length > 0 && most);`;
  const run = () => Number(execFileSync(process.execPath, ['--input-type=module', '-e', program]));
  return Math.max(...Array.from({ length: TIMES }, run));
}

test('what calls leave behind after a burst does not grow old', () => {
  const otherwise = oldBytesAfterBurst('');

  expect(oldBytesAfterBurst('beginYoung();')).toBeLessThan(otherwise / 4);
});
