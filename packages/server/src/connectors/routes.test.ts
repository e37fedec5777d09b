import { safeSegments, type Catalogue, type Skip, type Tool } from '@latchkey/tools';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Access } from '../kernel/access.ts';
import { createRoutes } from './routes.ts';

function catalogueOf(
  operations: readonly [string, string, Access][],
  skipped: readonly Skip[] = [],
): Catalogue {
  return {
    catalogueVersion: 1,
    sourceSha256: '',
    hash: '',
    title: '',
    servers: [],
    security: [],
    skipped,
    warnings: [],
    tools: operations.map(([method, path, access]): Tool => ({
      name: `${method} ${path}`,
      title: '',
      description: '',
      access,
      annotations: { title: '', openWorldHint: true },
      inputSchema: { type: 'object', properties: {}, additionalProperties: false },
      binding: { method, path, parameters: [], security: [] },
      tags: [],
      deprecated: false,
      scopes: [],
    })),
  };
}

const routes = createRoutes(
  catalogueOf(
    [
      ['GET', '/bundles', 'read'],
      ['POST', '/bundles', 'full'],
      ['GET', '/bundles/{id}', 'read'],
      ['GET', '/bundles/export', 'full'],
      ['DELETE', '/bundles/{id}', 'full'],
      ['GET', '/files/{name}.{format}', 'read'],
      ['GET', '/files/{name}', 'full'],
      ['GET', '/v1/{project}:search', 'read'],
      ['GET', '/', 'read'],
    ],
    [
      { method: 'post', path: '/media', code: 'BODY_UNSUPPORTED', pointer: '', message: '' },
      { method: 'post', path: '/secret', code: 'FILTERED', pointer: '', message: '' },
    ],
  ),
);

function find(method: string, path: string) {
  const segments = safeSegments(path);
  if (segments === undefined) return 'unsafe';
  const match = routes.find(method, segments);
  if ('allowed' in match) return match.allowed.length === 0 ? 'none' : match.allowed.join(',');
  return `${match.route.template.text} ${match.access}`;
}

describe('an operation is found by method and path', () => {
  test.each([
    ['GET', '/bundles', '/bundles read'],
    ['GET', '/bundles/b_1', '/bundles/{id} read'],
    ['GET', '/bundles/export', '/bundles/export full'],
    ['HEAD', '/bundles/b_1', '/bundles/{id} read'],
    ['DELETE', '/bundles/export', '/bundles/{id} full'],
    ['GET', '/files/a.b.json', '/files/{name}.{format} read'],
    ['GET', '/files/readme', '/files/{name} full'],
    ['GET', '/v1/mine:search', '/v1/{project}:search read'],
    ['GET', '/', '/ read'],
    ['POST', '/media', '/media full'],
    ['GET', '/b%75ndles', '/bundles read'],
  ])('%s %s is %s', (method, path, expected) => {
    expect(find(method, path)).toBe(expected);
  });

  test.each([
    ['PUT', '/bundles', 'GET,POST'],
    ['GET', '/nothing', 'none'],
    ['POST', '/secret', 'none'],
    ['GET', '/bundles/b_1/items', 'none'],
    ['GET', '/v1/:search', 'none'],
  ])('%s %s is no operation: %s', (method, path, expected) => {
    expect(find(method, path)).toBe(expected);
  });

  test('an upstream that ignores case gets nothing past us: what it may take for a write needs full access', () => {
    expect(find('GET', '/bundles/EXPORT')).toBe('/bundles/{id} full');
  });
});

describe('a path that could be read in two ways is refused', () => {
  test.each([
    '/bundles/../admin',
    '/bundles/%2e%2e/admin',
    '/bundles/.%2E/admin',
    '/bundles/b_1%2fpublish',
    '/bundles/b_1%5Cpublish',
    '/bundles/%252e%252e/admin',
    '/bundles/b_1%252fpublish',
    '/bundles/..;/admin',
    '/bundles/..;x=y/admin',
    '/bundles//b_1',
    '/bundles/',
    '/bundles/%00',
    '/bundles/a%0d%0ab',
    '/bundles/%',
    '/bundles/%ff',
    '/bundles/a\\b',
    '/bundles/ä',
    'bundles',
  ])('%s', (path) => {
    expect(safeSegments(path)).toBeUndefined();
  });

  test('what is accepted comes out of URL resolution as it went in', () => {
    const piece = fc.constantFrom(
      'a',
      '.',
      '..',
      '%2e',
      '%2F',
      '%5c',
      '%25',
      ';',
      '\\',
      '%00',
      'x',
      '~',
      ':',
      '%41',
    );
    const paths = fc
      .array(fc.array(piece, { maxLength: 4 }), { maxLength: 5 })
      .map((segments) => `/${segments.map((segment) => segment.join('')).join('/')}`);
    fc.assert(
      fc.property(paths, (path) => {
        if (safeSegments(path) === undefined) return;
        expect(new URL(`http://h${path}`).pathname).toBe(path);
        expect(new URL(`http://h${decodeURIComponent(path)}`).pathname.split('/')).toHaveLength(
          path.split('/').length,
        );
      }),
    );
  });
});
