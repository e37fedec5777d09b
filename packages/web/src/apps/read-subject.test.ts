import { expect, test } from 'vitest';
import { hostOf, readSubject } from './read-subject.ts';

test.each([
  ['claude.ai', 'host:claude.ai'],
  [' Claude.AI ', 'host:claude.ai'],
  ['localhost', 'host:localhost'],
  ['host:claude.ai', 'host:claude.ai'],
  ['cli_AbC-1', 'cli_AbC-1'],
  ['https://app.test/Client.json', 'https://app.test/Client.json'],
  // No host: for the server to refuse.
  ['http://app.test/', 'host:http://app.test/'],
])('%j is a rule about %j', (typed, subject) => {
  expect(readSubject(typed)).toBe(subject);
});

test('a rule is about a host or about one app', () => {
  expect(hostOf('host:claude.ai')).toBe('claude.ai');
  expect(hostOf('https://claude.ai/client.json')).toBeUndefined();
});
