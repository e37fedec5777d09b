import { expect, test } from 'vitest';
import { processState, whatChanged } from '../../../scripts/process-state.ts';

// What fails a file that leaves something in the process that it shares: see scripts/untouched-process.ts.
function changedBy(change: () => void, back: () => void): string[] {
  const before = processState();
  try {
    change();
    return whatChanged(before, processState());
  } finally {
    back();
  }
}

test('a process that nobody touched is as it was', () => {
  const nothing = () => undefined;
  expect(changedBy(nothing, nothing)).toEqual([]);
});

test.each(['fetch', 'Headers', 'Request', 'Response'])('another global %s is told', (name) => {
  const was = Object.getOwnPropertyDescriptor(globalThis, name);
  if (was === undefined) throw new Error(`there is no ${name}`);
  const another = { configurable: true, writable: true, value: class {} };
  expect(
    changedBy(
      () => Object.defineProperty(globalThis, name, another),
      () => Object.defineProperty(globalThis, name, was),
    ),
  ).toEqual([`globalThis.${name} is another`]);
});

test('a variable of the environment that is new, other or gone is told, without its value', () => {
  const name = 'LATCHKEY_OF_THIS_TEST';
  const set = (value: string) => () => void (process.env[name] = value);
  const remove = () => void delete process.env[name];
  const told = [`process.env.${name} is another`];
  expect(changedBy(set('secret'), remove)).toEqual(told);
  set('before')();
  expect(changedBy(set('after'), set('before'))).toEqual(told);
  expect(changedBy(remove, remove)).toEqual(told);
});

test('a listener for a signal that stays is told', () => {
  const listener = () => undefined;
  expect(
    changedBy(
      () => process.on('SIGHUP', listener),
      () => process.off('SIGHUP', listener),
    ),
  ).toEqual(['others listen to SIGHUP']);
});
