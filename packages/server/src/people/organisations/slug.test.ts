import { describe, expect, test } from 'vitest';
import { parseSlug, suggestSlug } from './slug.ts';

describe('a slug', () => {
  test.each(['acme', 'a1b', 'acme-video-2', '123', 'a'.repeat(40)])('may be %s', (slug) => {
    expect(parseSlug(slug)).toEqual({ ok: true, value: slug });
  });

  test.each([
    'Ac me/../x',
    '../evil',
    '..',
    'acme/mcp',
    'acme%2fmcp',
    'acme\\mcp',
    'Acme',
    'acme\n',
    '\nacme',
    'acme\0',
    'acme?x',
    'acme#x',
    'acme.com',
    '_operator',
    'acme--video',
    '-acme',
    'acme-',
    '\u0430cme', // Cyrillic a
    'ac\u200bme',
    'ab',
    '',
    'a'.repeat(41),
  ])('is never %j: it stands in the connector URL', (slug) => {
    expect(parseSlug(slug)).toEqual({ ok: false, error: 'slug_invalid' });
  });

  test.each(['mcp', 'sse', 'api', 'app', 'portal', 'oauth', 'well-known', 'sign-in', 'setup', 'admin'])(
    'is never the reserved word %s',
    (slug) => {
      expect(parseSlug(slug)).toEqual({ ok: false, error: 'slug_reserved' });
    },
  );
});

describe('the suggested slug', () => {
  test.each([
    ['Acme Video', 'acme-video'],
    ['Société Générale', 'societe-generale'],
    ["O'Reilly & Sons, Inc.", 'oreilly-sons-inc'],
    ['  --Acme--  ', 'acme'],
    ['../evil', 'evil'],
    ['AB', 'ab-team'],
    ['MCP', 'mcp-team'],
    ['株式会社 Reelport', 'reelport'],
    [`${'a'.repeat(39)} b`, 'a'.repeat(39)],
  ])('for %j is %s', (name, slug) => {
    expect(suggestSlug(name)).toBe(slug);
    expect(parseSlug(slug).ok).toBe(true);
  });

  test.each(['', '株式会社', '!!!', '\u202e'])('for %j is none', (name) => {
    expect(suggestSlug(name)).toBeUndefined();
  });
});
