import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

test('npm scripts run on the Node of the machine: no dependency brings one that takes its place', () => {
  const binaries = fileURLToPath(new URL('../node_modules/.bin/', import.meta.url));
  expect(existsSync(`${binaries}vitest`)).toBe(true);
  expect(existsSync(`${binaries}node`)).toBe(false);
});
