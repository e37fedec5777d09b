import { expect, test } from 'vitest';
import { stem } from './stem.ts';
import { wordsOf } from './words.ts';

test.each([
  ['repositories', 'repository'],
  ['branches', 'branch'],
  ['create', 'creating', 'created', 'creation'],
  ['merge', 'merging', 'merged'],
  ['run', 'running'],
  ['invite', 'invitation'],
  ['deploy', 'deployment', 'deployments'],
  ['installation', 'install', 'installed'],
  ['company', 'companies'],
])('%s and its forms are one word', (...forms) => {
  expect(new Set(forms.map(stem)).size).toBe(1);
});

test.each([
  ['status', 'state'],
  ['comment', 'command'],
  ['user', 'use'],
  ['version', 'verse'],
])('%s and %s are two words', (one, other) => {
  expect(stem(one)).not.toBe(stem(other));
});

test('a word never becomes nothing', () => {
  for (const word of ['s', 'es', 'ies', 'ing', 'ed', 'tion', 'ment', 'aaaaaaaaation', 'x'.repeat(40), '用户'])
    expect(stem(word).length).toBeGreaterThan(0);
});

test.each([
  ['listUserRepos', 'list user repos'],
  ['list_user_repos', 'list user repos'],
  ['HTTPServerURL', 'http server url'],
  ['Café  v2/items', 'cafe v2 items'],
  ['读取用户', '读取用户'],
  ['', ''],
])('%s is the words %s', (text, words) => {
  expect(wordsOf(text).join(' ')).toBe(words);
});
