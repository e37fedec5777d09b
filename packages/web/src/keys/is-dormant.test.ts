import { expect, test } from 'vitest';
import { isDormant } from './is-dormant.ts';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const daysAgo = (days: number) => new Date(NOW - days * 86_400_000).toISOString();

test.each<[string, Parameters<typeof isDormant>[0], boolean]>([
  ['never used, made 91 days ago', { status: 'active', created_at: daysAgo(91), last_used_at: null }, true],
  ['never used, made 89 days ago', { status: 'active', created_at: daysAgo(89), last_used_at: null }, false],
  [
    'made long ago, used yesterday',
    { status: 'active', created_at: daysAgo(900), last_used_at: daysAgo(1) },
    false,
  ],
  ['used 91 days ago', { status: 'active', created_at: daysAgo(900), last_used_at: daysAgo(91) }, true],
  ['revoked', { status: 'revoked', created_at: daysAgo(900), last_used_at: null }, false],
])('a key %s: dormant is %s', (_, key, dormant) => {
  expect(isDormant(key, NOW)).toBe(dormant);
});
