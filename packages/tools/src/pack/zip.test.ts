import { expect, test } from 'vitest';
import { readZip } from '../archive/zip.ts';
import { writeZip } from './zip.ts';

const files = new Map([
  ['manifest.json', Buffer.from('{"name":"acme"}')],
  ['server/main.js', Buffer.from('x'.repeat(10_000))],
  ['server/ünïcode.txt', Buffer.from('é')],
  ['empty', Buffer.alloc(0)],
]);

test('what is zipped is read again, file by file', () => {
  const read = readZip(writeZip(files));
  expect(read.ok && new Map(read.value.map(({ content, path }) => [path, content]))).toEqual(files);
});

test('the same files are the same bytes', () => {
  expect(writeZip(files).equals(writeZip(new Map(files)))).toBe(true);
});
