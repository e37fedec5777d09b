import { expect, test } from 'vitest';
import { block, link, md } from './markdown.ts';

test.each([
  ['**bold** _and_ `code`', '\\*\\*bold\\*\\* \\_and\\_ \\`code\\`'],
  ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
  ['[a](javascript:b)', '\\[a\\](javascript:b)'],
  ['a | b\n| c', 'a \\| b \\| c'],
  ['# title', '\\# title'],
  ['- item', '\\- item'],
])('%j is shown as it is', (text, shown) => {
  expect(md(text)).toBe(shown);
});

test('nothing ends an autolink, or a block of code', () => {
  expect(link('https://acme.com/a?b=<c> d')).toBe('<https://acme.com/a?b=%3Cc%3E%20d>');
  expect(() => block('sh', 'echo\n```\nrm')).toThrow('fence');
});
