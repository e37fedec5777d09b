import { expect, test } from 'vitest';
import { fileNameOf } from './file-name.ts';

const called = (disposition: string, mimeType = 'application/pdf'): string =>
  fileNameOf({ 'content-disposition': disposition }, 'get_item', mimeType);

test.each([
  ['attachment; filename="invoice 7.pdf"', 'invoice 7.pdf'],
  ['attachment;filename=a.pdf;size=3', 'a.pdf'],
  [String.raw`attachment; filename="a\"b.pdf"`, 'a_b.pdf'],
  ["attachment; filename=old.pdf; filename*=UTF-8'de'%C3%BC%20b.pdf", 'ü b.pdf'],
  ["attachment; filename*=UTF-8''%ZZ; filename=b.pdf", 'b.pdf'],
  ['attachment; filename="../../etc/passwd"', 'passwd'],
  [String.raw`attachment; filename=C:\boot.ini`, 'boot.ini'],
  ['attachment; filename=" ..hidden.txt. "', 'hidden.txt'],
])('%s is called %s', (disposition, name) => {
  expect(called(disposition)).toBe(name);
});

test.each([
  ['CON.pdf', '_CON.pdf'],
  ['nul', '_nul'],
  ['com1.tar.gz', '_com1.tar.gz'],
  ['LPT9.a.b.c', '_LPT9.a.b.c'],
  ['console.log', 'console.log'],
  ['my.nul', 'my.nul'],
])('%s is no device of Windows: %s', (said, name) => {
  expect(called(`attachment; filename=${said}`)).toBe(name);
});

test('a long name is cut before its extension, and never within a character', () => {
  expect(called(`attachment; filename=${'n'.repeat(300)}.docx`)).toBe(`${'n'.repeat(95)}.docx`);
  const letters = encodeURIComponent('𝒳'.repeat(120));
  expect(called(`attachment; filename*=UTF-8''a${letters}`)).toBe(`a${'𝒳'.repeat(49)}`);
});

test('what is not called anything is called after its tool and its type', () => {
  for (const disposition of ['', 'attachment', 'attachment; filename=""', 'attachment; filename="../"']) {
    expect(called(disposition)).toBe('get_item.pdf');
    expect(called(disposition, 'application/x-thing')).toBe('get_item');
  }
});
