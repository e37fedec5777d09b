import { expect, test } from 'vitest';
import { compileCatalogue } from '../catalogue/compile.ts';
import type { Catalogue, CompileOptions } from '../catalogue/types.ts';

function compiled(document: object, options: CompileOptions = {}): Catalogue {
  const source = JSON.stringify({ openapi: '3.1.0', info: { title: 'T', version: '1' }, ...document });
  const result = compileCatalogue(source, options);
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

function withServer(url: string, server: object = {}, options: CompileOptions = {}) {
  const servers = [{ url: 'https://api.example.com/v1' }];
  const paths = { '/a': { get: { servers: [{ url, ...server }] } } };
  const { skipped, tools } = compiled({ servers, paths }, { serverHosts: ['up.example.com'], ...options });
  return tools.length === 1 ? (tools[0]?.binding.baseUrl ?? 'the base URL') : skipped[0]?.code;
}

test.each<[string, object, string]>([
  ['https://api.example.com/v1', {}, 'the base URL'],
  ['https://up.example.com/v2', {}, 'https://up.example.com/v2'],
  ['https://{host}.example.com', { variables: { host: { default: 'up' } } }, 'https://up.example.com'],
  ['/v2', {}, '/v2'],
  ['/v2/', {}, '/v2'],
  ['/', {}, '/'],
])('the server %s of an operation is used', (url, server, expected) => {
  expect(withServer(url, server)).toBe(expected);
});

test.each<[string, object]>([
  ['https://api.example.com/v2', {}],
  ['https://up.example.com.evil.example', {}],
  ['https://up.example.com:8443', {}],
  ['https://user:secret@up.example.com', {}],
  ['https://up.example.com?a=b', {}],
  ['https://up.example.com/{version}', {}],
  ['https://{host}.example.com', { variables: { host: { default: 'other' } } }],
  ['//up.example.com', {}],
  ['/\\up.example.com', {}],
  ['\\\\up.example.com', {}],
  ['v2', {}],
  ['ftp://up.example.com', {}],
  ['{server}', { variables: { server: { default: '//evil.example' } } }],
])('the server %s of an operation is SERVER_NOT_ALLOWED', (url, server) => {
  expect(withServer(url, server)).toBe('SERVER_NOT_ALLOWED');
});

const SCHEMES = {
  key: { type: 'apiKey', in: 'header', name: 'X-Key' },
  bearer: { type: 'http', scheme: 'bearer' },
  digest: { type: 'http', scheme: 'Digest' },
  tls: { type: 'mutualTLS' },
  odd: { type: 'carrierPigeon' },
};

function chosen(security: unknown, options: CompileOptions = {}) {
  const { skipped, tools } = compiled(
    {
      components: { securitySchemes: SCHEMES },
      security: [{ key: [] }],
      paths: { '/a': { get: { security } } },
    },
    options,
  );
  const [tool] = tools;
  return tool === undefined
    ? skipped[0]?.code
    : tool.binding.anonymous === true
      ? 'none'
      : tool.binding.security;
}

test.each<[string, unknown, CompileOptions, unknown]>([
  ['the document’s when the operation states none', undefined, {}, ['key']],
  ['none for an empty list', [], {}, 'none'],
  ['none for an empty alternative', [{}], {}, 'none'],
  ['a credential rather than none', [{}, { bearer: [] }], {}, ['bearer']],
  ['none where the credential fits no other alternative', [{ tls: [] }, {}], {}, 'none'],
  ['all of what is needed together', [{ key: [], bearer: [] }], {}, ['key', 'bearer']],
  [
    'the alternative that the credential satisfies',
    [{ key: [] }, { bearer: [] }],
    { security: ['bearer'] },
    ['bearer'],
  ],
  [
    'nothing if one of two is missing',
    [{ key: [], bearer: [] }],
    { security: ['bearer'] },
    'AUTH_UNSUPPORTED',
  ],
  ['nothing with mutual TLS', [{ tls: [] }], {}, 'AUTH_UNSUPPORTED'],
  [
    'nothing with mutual TLS, whatever the operator says',
    [{ tls: [] }],
    { security: ['tls'] },
    'AUTH_UNSUPPORTED',
  ],
  ['nothing with a credential beside mutual TLS', [{ key: [], tls: [] }], {}, 'AUTH_UNSUPPORTED'],
  ['nothing with HTTP digest', [{ digest: [] }], {}, 'AUTH_UNSUPPORTED'],
  ['nothing with an unknown type', [{ odd: [] }], {}, 'AUTH_UNSUPPORTED'],
  ['nothing with a scheme that is not declared', [{ gone: [] }], {}, 'AUTH_UNSUPPORTED'],
  ['a scheme that only the operator knows', [{ gone: [] }], { security: ['gone'] }, ['gone']],
])('of the security alternatives %s is chosen', (_, security, options, expected) => {
  expect(chosen(security, options)).toEqual(expected);
});

test('what is skipped keeps the access that was stated for it', () => {
  const parameters = [{ name: 'x', in: 'moon', required: true }];
  const { skipped } = compiled(
    { paths: { '/a': { get: { operationId: 'a', parameters }, post: { operationId: 'b', parameters } } } },
    { access: { a: 'full' } },
  );
  expect(skipped.map(({ access, code, method }) => [method, code, access])).toEqual([
    ['GET', 'PARAM_UNSUPPORTED', 'full'],
    ['POST', 'PARAM_UNSUPPORTED', undefined],
  ]);
});
