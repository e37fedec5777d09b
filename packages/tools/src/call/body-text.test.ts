import { expect, test } from 'vitest';
import { bodyText } from './body-text.ts';

test.each([
  ['UTF-8', 'text/plain', Buffer.from('ü')],
  ['UTF-8 that is named', 'text/plain; charset=UTF-8', Buffer.from('ü')],
  ['UTF-8 with a byte order mark', 'application/json', Buffer.from('\uFEFFü')],
  ['ISO-8859-1', 'text/plain; charset="ISO-8859-1"', Buffer.from('ü', 'latin1')],
  ['UTF-16 with a byte order mark', 'text/plain; charset=utf-16', Buffer.from('\uFEFFü', 'utf16le')],
  ['UTF-8 where the name means nothing', 'text/plain; charset=of-our-own', Buffer.from('ü')],
])('%s is read as it is meant', (_, contentType, body) => {
  expect(bodyText(body, contentType)).toBe('ü');
});
