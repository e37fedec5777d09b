import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { createProgressLine } from './progress-line.ts';

function stream(isTTY: boolean) {
  const out = new PassThrough();
  return Object.assign(out, { isTTY, text: () => String(out.read() ?? '') });
}

test('on a terminal the progress is one line, written over itself and gone at the end', () => {
  const terminal = stream(true);
  const line = createProgressLine(terminal);
  line.show('Compiling: 50 of 100 operations');
  line.show('Compiling: 100 of 100 operations');
  line.clear();
  expect(terminal.text().split('\r\u001B[2K')).toEqual([
    '',
    'Compiling: 50 of 100 operations',
    'Compiling: 100 of 100 operations',
    '',
  ]);
});

test('in a file or a pipe there is no progress', () => {
  const pipe = stream(false);
  const line = createProgressLine(pipe);
  line.show('Compiling: 50 of 100 operations');
  line.clear();
  expect(pipe.text()).toBe('');
});
