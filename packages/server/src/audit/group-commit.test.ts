import { setImmediate as turnEnd } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createGroupCommit } from './group-commit.ts';

/** What went into each insert. One that was begun ends when it is told to. */
function observed() {
  const inserts: string[][] = [];
  const ends: (() => void)[] = [];
  const group = createGroupCommit<string>((rows) => {
    inserts.push(rows);
    return new Promise((resolve) => {
      ends.push(resolve);
    });
  });
  return { group, inserts, end: () => ends.shift()?.() };
}

/** As calls come: each by itself, and what one of them leads to is done before the next one comes. */
async function addInOneTurn(add: (row: string) => unknown, rows: readonly string[]): Promise<void> {
  for (const row of rows) setImmediate(() => void add(row));
  await turnEnd();
  await turnEnd();
}

test('what comes in one turn of the event loop goes into one insert', async () => {
  const { group, inserts } = observed();
  await addInOneTurn(group.add, ['a', 'b', 'c']);
  expect(inserts).toEqual([['a', 'b', 'c']]);
});

test('so does what came while an insert was under way, with what comes in the turn in which that ends', async () => {
  const { end, group, inserts } = observed();
  await addInOneTurn(group.add, ['a']);
  await addInOneTurn(group.add, ['b']);
  expect(inserts).toEqual([['a']]);
  setImmediate(end);
  await addInOneTurn(group.add, ['c', 'd']);
  expect(inserts).toEqual([['a'], ['b', 'c', 'd']]);
});

test('what nobody waits for any more before its insert began is not written', async () => {
  const { group, inserts } = observed();
  setImmediate(() => {
    void group.add('a');
    void group.add('b');
    group.forget('a', () => expect.fail('it was never under way'));
  });
  await turnEnd();
  await turnEnd();
  expect(inserts).toEqual([['b']]);
});

test('no insert is made of nothing', async () => {
  const { group, inserts } = observed();
  void group.add('a');
  group.forget('a', () => expect.fail('it was never under way'));
  await turnEnd();
  await group.close();
  expect(inserts).toEqual([]);
});

test('closing waits for what is under way', async () => {
  const { end, group } = observed();
  let isDurable = false;
  void group.add('a').then(() => {
    isDurable = true;
  });
  const closed = group.close();
  await turnEnd();
  expect(isDurable).toBe(false);
  end();
  await closed;
  expect(isDurable).toBe(true);
});
