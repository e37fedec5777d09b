import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { sealed } from './sealed.ts';

test('the seal notices a file that is read and a connection that is opened', () => {
  const reading = sealed(() => {
    try {
      return readFileSync(new URL(import.meta.url));
    } catch {
      return undefined;
    }
  });
  expect(reading).toEqual({ value: undefined, attempts: ['fs.readFileSync'] });
  const connecting = sealed(() => connect(9, '127.0.0.1').on('error', () => {}));
  expect(connecting.attempts).toContain('TCPWRAP');
  connecting.value.destroy();
  expect(readFileSync(new URL(import.meta.url)).length).toBeGreaterThan(0);
});
