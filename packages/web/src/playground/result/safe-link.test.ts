import { expect, test } from 'vitest';
import { mediaUrl, safeLink } from './safe-link.ts';

test.each(['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'vbscript:x', 'no address'])(
  '%s is no link',
  (uri) => expect(safeLink(uri)).toBeUndefined(),
);

test.each([
  ['image', 'image/svg+xml', 'PHN2Zz4='],
  ['image', 'text/html', 'PGI+'],
  ['image', 'image/png;x', 'AAAA'],
  ['image', 'image/png', 'AA,AA"'],
  ['audio', 'image/png', 'AAAA'],
] as const)('%s of %s with %s is not shown', (kind, type, data) =>
  expect(mediaUrl(kind, type, data)).toBeUndefined(),
);

test('a picture is an address of its own', () => {
  expect(mediaUrl('image', 'image/png', 'AAAA')).toBe('data:image/png;base64,AAAA');
});
