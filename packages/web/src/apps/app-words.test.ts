import { describe, expect, test } from 'vitest';
import type { App } from '../api/apps.ts';
import { appsText } from '../text/apps.ts';
import { destinationsOf, effectOfDeleting, kindOf } from './app-words.ts';

const APP: App = {
  client_id: 'cli_1',
  name: 'Warehouse',
  auth_method: 'client_secret_basic',
  redirect_uris: ['https://warehouse.test/callback'],
  agent: null,
  connections: 0,
  people: 0,
  refresh_tokens: 0,
  token_exchange: false,
  jwks_uri: null,
  key_ids: null,
  created_at: '2026-01-01T00:00:00.000Z',
};
const MACHINE: App = {
  ...APP,
  redirect_uris: [],
  agent: { id: 'agt_1', name: 'Importer', role: 'member' },
  connections: 1,
};

describe('what an app is, in words', () => {
  test('it acts for people, for itself or for its callers', () => {
    expect(kindOf(APP)).toBe('people');
    expect(kindOf(MACHINE)).toBe('machine');
    expect(kindOf({ ...APP, redirect_uris: [] })).toBe('exchange');
  });

  test('connections are counted with the people who have them', () => {
    expect(appsText.connections(0, 0)).toBe('None');
    expect(appsText.connections(1, 1)).toBe('1 connection of one person');
    expect(appsText.connections(3, 2)).toBe('3 connections of 2 people');
  });

  test('it sends people back to each host once, or to a scheme', () => {
    const uris = ['https://a.test/1', 'https://a.test/2', 'http://localhost:81/cb', 'cursor://x/cb'];
    expect(destinationsOf(uris)).toBe('a.test, localhost:81, cursor:');
  });

  test('deleting it says what ends', () => {
    expect(effectOfDeleting(APP)).toBe(
      'Nobody is connected through it now, and nobody can connect it any more.',
    );
    expect(effectOfDeleting({ ...APP, connections: 3, people: 2 })).toMatch(
      /^Ends 3 connections of 2 people now: .* nobody can connect it any more\.$/,
    );
    expect(effectOfDeleting({ ...APP, connections: 3, people: 2, refresh_tokens: 4 })).toMatch(
      /^Revokes 4 refresh tokens of 2 people now, with 3 connections: .* nobody can connect it any more\.$/,
    );
    expect(effectOfDeleting({ ...MACHINE, token_exchange: true })).toBe(
      'The machine stops at once: its token is refused, and it gets no other. Tokens that it traded others for stop, too. Its agent stays, with keys that were made for it.',
    );
    expect(effectOfDeleting({ ...APP, redirect_uris: [], token_exchange: true })).toMatch(
      /traded others for/,
    );
  });
});
