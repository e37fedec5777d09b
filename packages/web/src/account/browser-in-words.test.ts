import { expect, test } from 'vitest';
import { browserInWords } from './browser-in-words.ts';

const CHROME = '(KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36';

test.each([
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 ${CHROME} Edg/142.0.0.0`, 'Edge on Windows'],
  [`Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 ${CHROME}`, 'Chrome on Linux'],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0', 'Firefox on Linux'],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
    'Safari on iPhone',
  ],
  [`Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 ${CHROME}`, 'Chrome on Android'],
  ['curl/8.5.0', undefined],
  ['', undefined],
  ['<script>alert(1)</script>', undefined],
])('%s is told as %s', (userAgent, words) => {
  expect(browserInWords(userAgent)).toBe(words);
});
