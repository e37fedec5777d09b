import { expect, test } from 'vitest';
import { clean } from './clean.ts';
import { createSecrets } from './secrets.ts';

test('a secret is hidden whole, as a URL holds it, and where it was cut', () => {
  const secrets = createSecrets();
  const secret = `a secret/${'0123456789'.repeat(10)}`;
  secrets.add(secret);
  expect(secrets.hide(`it is ${secret}, yes`)).toBe('it is [hidden], yes');
  expect(secrets.hide(`?t=${encodeURIComponent(secret)}`)).toBe('?t=[hidden]');
  expect(secrets.hide(`400 ${clean(secret, 60)}`)).toBe('400 [hidden]…');
  expect(secrets.hide(`400 ${clean(secret, 12)}`)).toBe('400 [hidden]…');
});

test('fewer than twelve characters of it, and what only begins alike, are words like others', () => {
  const secrets = createSecrets();
  secrets.add('authorization-code-1');
  expect(secrets.hide('authorizati')).toBe('authorizati');
  expect(secrets.hide('another')).toBe('another');
});

test('a secret that looks like a URL does not take other URLs away', () => {
  const secrets = createSecrets();
  secrets.add('https://mcp.example.com/secret');
  expect(secrets.hide('https://mcp.example.com/mcp')).toBe('https://mcp.example.com/mcp');
  expect(secrets.hide('at https://mcp.example.com/secret')).toBe('at [hidden]');
});

test('what a server calls a secret may be anything', () => {
  const secrets = createSecrets();
  for (const odd of ['', '\u200b'.repeat(20), '\ud800'.repeat(20), ' '.repeat(20)]) secrets.add(odd);
  expect(secrets.hide('a text')).toBe('a text');
});

test('of a typed URL, user name, password, query and fragment are hidden, however short', () => {
  const secrets = createSecrets();
  secrets.addUrl('https://me:pw@h.example/mcp?api_key=SECRET-KEY%2Fx&a=b#frag');
  expect(secrets.hide('https://me:pw@h.example/mcp?api_key=SECRET-KEY%2Fx&a=b#frag')).toBe(
    'https://…@h.example/mcp?…#…',
  );
  expect(secrets.hide('said SECRET-KEY/x')).toBe('said [hidden]');
});

test('a secret is hidden as it was typed, as a URL has it and as a text that was cleaned has it', () => {
  const secrets = createSecrets();
  secrets.addUrl("https://h.example/?one=lower%2fcase&other=it's-a-key");
  secrets.add('in\u200bvisible');
  for (const form of [
    'lower%2fcase',
    'lower/case',
    "it's-a-key",
    'it%27s-a-key',
    'in\u200bvisible',
    'invisible',
  ])
    expect(secrets.hide(form)).toBe('[hidden]');
});
