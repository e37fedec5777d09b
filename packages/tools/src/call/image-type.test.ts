import { expect, test } from 'vitest';
import { imageTypeOf } from './image-type.ts';

const bytes = (latin1: string): Buffer => Buffer.from(latin1, 'latin1');

test.each([
  ['a PNG', 'image/png', '\x89PNG\r\n\x1A\n\0', 'image/png'],
  ['a JPEG by a name that no standard knows', 'image/jpg', '\xFF\xD8\xFF\xE0', 'image/jpeg'],
  ['a JPEG that is called a PNG', 'image/png', '\xFF\xD8\xFF\xE0', 'image/jpeg'],
  ['a GIF', 'image/gif', 'GIF89a', 'image/gif'],
  ['a WebP that is called a JPEG', 'image/jpeg', 'RIFF\x10\0\0\0WEBPVP8 ', 'image/webp'],
  ['bytes that say nothing, by their name', 'image/gif', 'abc', 'image/gif'],
])('%s is seen as what it is', (_, stated, body, expected) => {
  expect(imageTypeOf(stated, bytes(body))).toBe(expected);
});

test.each([
  ['image/x-icon', '\0\0\x01\0'],
  ['image/tiff', 'II*\0'],
  ['image/bmp', 'BM'],
  ['image/heic', '\0\0\0\x18ftypheic'],
  ['image/jpg', 'abc'],
])('%s is seen by no model', (stated, body) => {
  expect(imageTypeOf(stated, bytes(body))).toBeUndefined();
});
