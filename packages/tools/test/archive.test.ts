import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { ArchiveOptions, Catalogue } from '../src/index.ts';
import {
  bundleFiles,
  compileArchive,
  compileCatalogue,
  compileInWorker,
  isArchive,
  prepareRequest,
  readArchive,
} from '../src/index.ts';
import { corpusPath, needsCorpus } from './corpus.ts';
import { expectSound } from './invariants.ts';
import { makeTar, makeTarGz, makeZip } from './make-archive.ts';
import type { Entry } from './make-archive.ts';
import { sealed } from './sealed.ts';

function compiled(archive: Uint8Array, options?: ArchiveOptions): Catalogue {
  const result = compileArchive(archive, options);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}

function codeOf(archive: Uint8Array, options?: ArchiveOptions): string {
  const result = compileArchive(archive, options);
  return result.ok ? 'compiled' : result.error.code;
}

const entriesOf = (files: Readonly<Record<string, string>>): Entry[] =>
  Object.entries(files).map(([path, content]) => ({ path, content }));

const ENTRY = 'openapi: 3.1.0\ninfo: {title: Many}\npaths:\n  /things/{id}: {$ref: paths/thing.yaml}\n';
const FILES = {
  'api/openapi.yaml': ENTRY,
  'api/paths/thing.yaml': `
    get: {$ref: "../operations/get%20thing.json"}
    put:
      operationId: putThing
      parameters: [{$ref: "../shared.yaml#/parameters/id"}]
      requestBody: {required: true, content: {application/json: {schema: {$ref: ../schemas/thing.yaml}}}}
  `,
  'api/operations/get thing.json': JSON.stringify({
    operationId: 'getThing',
    parameters: [{ $ref: '../shared.yaml#/parameters/id' }, { $ref: '../openapi.yaml#/x-verbose' }],
  }),
  'api/shared.yaml': `
    parameters:
      id: {name: id, in: path, required: true, schema: {$ref: "#/schemas/id"}}
    schemas:
      id: {type: string, description: Which thing.}
  `,
  'api/schemas/thing.yaml': `
    type: object
    properties:
      name: {type: string}
      part: {$ref: "./../schemas/thing.yaml"}
      kind: {$ref: "kinds.yaml#/Kind"}
  `,
  'api/schemas/kinds.yaml': `
    Kind:
      oneOf: [{$ref: cat.yaml}, {$ref: "#/Dog"}]
      discriminator: {propertyName: is, mapping: {cat: cat.yaml, dog: "#/Dog"}}
    Dog: {type: object, properties: {bark: {type: boolean}}}
  `,
  'api/schemas/cat.yaml': 'type: object\nproperties: {meow: {type: boolean}}',
  'api/README.md': '# Not a document',
};
FILES['api/openapi.yaml'] += 'x-verbose: {name: verbose, in: query, schema: {type: boolean}}\n';

describe('a document of many files', () => {
  test.each([
    ['zip', makeZip(entriesOf(FILES))],
    ['zip without compression', makeZip(entriesOf(FILES), { stored: true })],
    ['tar', makeTar(entriesOf(FILES))],
    ['tar.gz', makeTarGz(entriesOf(FILES))],
  ])('in a %s becomes tools, its references being resolved inside', (_, archive) => {
    expect(isArchive(archive)).toBe(true);
    const catalogue = compiled(archive);
    expectSound(catalogue);
    expect(catalogue.skipped).toEqual([]);
    const [get, put] = catalogue.tools;
    expect(get?.inputSchema.properties).toEqual({
      id: { type: 'string', description: 'Which thing.' },
      verbose: { type: 'boolean' },
    });
    expect(put?.inputSchema.properties).toMatchObject({
      name: { type: 'string' },
      part: { type: 'object', description: expect.stringMatching(/^Same shape as/) as string },
      kind: {
        anyOf: [
          { properties: { meow: {}, is: { const: 'cat' } } },
          { properties: { bark: {}, is: { const: 'dog' } } },
        ],
      },
    });
    expect(catalogue.warnings.map(({ code }) => code)).toEqual(['SCHEMA_CUT']);
  });

  test('is the same catalogue in whatever order and kind of archive it comes', () => {
    const turned = entriesOf(FILES).reverse();
    const hashes = [makeZip(entriesOf(FILES)), makeZip(turned), makeTarGz(turned)].map(
      (archive) => compiled(archive).hash,
    );
    expect(new Set(hashes).size).toBe(1);
  });

  test('is one document when it is bundled, which compiles to the same by itself', () => {
    const files = readArchive(makeZip(entriesOf(FILES)));
    if (!files.ok) throw new Error(files.error.message);
    const bundle = bundleFiles(files.value, 'api/openapi.yaml');
    if (!bundle.ok) throw new Error(bundle.error.message);
    expect(bundle.value.files.length).toBe(7);
    const alone = compileCatalogue(JSON.stringify(bundle.value.document));
    expect(alone.ok && alone.value.hash).toBe(compiled(makeZip(entriesOf(FILES))).hash);
  });

  test('is compiled in a worker by what it is, a document or an archive', async () => {
    const archive = makeZip(entriesOf(FILES));
    expect(await compileInWorker(archive)).toEqual(compileArchive(archive));
    expect(await compileInWorker(archive, { entry: 'gone.yaml' })).toMatchObject({
      ok: false,
      error: { code: 'ENTRY_MISSING' },
    });
  });

  test('of one file alone is that document', () => {
    const document = '{"openapi":"3.1.0","paths":{"/a":{"get":{}}}}';
    const alone = compileCatalogue(document);
    const catalogue = compiled(makeZip([{ path: 'folder/a.json', content: document }]));
    expect(alone.ok && alone.value).toEqual(catalogue);
  });

  test('may have paths that need escapes, and properties that are called $ref', () => {
    const files = {
      'openapi.json': JSON.stringify({
        openapi: '3.1.0',
        paths: {
          '/a': {
            post: {
              requestBody: {
                content: { 'application/json': { schema: { $ref: 'a~b/c%23%25%20d.yaml#/x~1y' } } },
              },
            },
          },
        },
      }),
      'a~b/c#% d.yaml':
        'x/y: {type: object, properties: {$ref: {type: string}, local: {$ref: "#/z"}}}\nz: {type: integer}',
    };
    expect(compiled(makeZip(entriesOf(files))).tools[0]?.inputSchema.properties).toEqual({
      ref: { type: 'string', description: 'API name: $ref.' },
      local: { type: 'integer' },
    });
  });

  test('that has long paths is read as GNU tar and as pax write them', () => {
    const folder = `${'deep/'.repeat(30)}`;
    const files = entriesOf({
      'openapi.yaml': `openapi: 3.1.0\npaths: {/a: {$ref: ${folder}a.yaml}}`,
      [`${folder}a.yaml`]: 'get: {operationId: found}',
    });
    for (const kind of ['gnu', 'pax'] as const) {
      expect(compiled(makeTar(files, kind)).tools.map(({ name }) => name)).toEqual(['found']);
    }
  });
});

describe('the document of an archive', () => {
  const document = 'openapi: 3.1.0\npaths: {/a: {get: {operationId: NAME}}}';
  const named = (name: string): string => document.replace('NAME', name);

  test('is the one nearest to the top, or the one that is named', () => {
    const archive = makeZip(
      entriesOf({
        'docs/old/api.yaml': named('old'),
        'docs/api.json.yml': named('new'),
        'docs/package.json': '{"dependencies":{"openapi":"1.0.0"}}',
        'docs/a.txt': named('no'),
      }),
    );
    expect(compiled(archive).tools[0]?.name).toBe('new');
    expect(compiled(archive, { entry: 'docs/old/api.yaml' }).tools[0]?.name).toBe('old');
  });

  test.each([
    ['none', {}, undefined],
    ['none that says a version', { 'a.yaml': 'x: 1' }, undefined],
    ['two as near', { 'a.yaml': named('a'), 'b.yaml': named('b') }, undefined],
    ['not the one that is named', { 'a.yaml': named('a') }, 'b.yaml'],
    ['nothing outside, though it is named', { 'a.yaml': named('a') }, '../../../etc/passwd'],
  ])('is asked for when there is %s', (_, files, entry) => {
    expect(codeOf(makeZip(entriesOf(files)), entry === undefined ? {} : { entry })).toBe('ENTRY_MISSING');
  });

  test.each([
    ['[]', 'NOT_AN_OBJECT'],
    ['{"swagger":"1.2"}', 'VERSION_UNSUPPORTED'],
    ['{', 'NOT_PARSEABLE'],
  ])('is refused like any other when it is %s', (content, code) => {
    expect(codeOf(makeZip([{ path: 'a.json', content }]), { entry: 'a.json' })).toBe(code);
  });
});

describe('an archive is a jail:', () => {
  const document = { path: 'openapi.yaml', content: 'openapi: 3.1.0\npaths: {}' };

  test.each([
    '../escape.yaml',
    'a/../../escape.yaml',
    '..\\escape.yaml',
    '/etc/passwd',
    '//host/share',
    '\\\\host\\share',
    'C:\\windows\\x.yaml',
    'c:x.yaml',
    'file:///etc/passwd',
    'https://a.test/x.yaml',
    'a/../b.yaml',
    '..',
    'a\u0000.yaml',
    'a\n.yaml',
    'x'.repeat(1_025),
  ])('the path %j rejects it', (path) => {
    for (const archive of [
      makeZip([document, { path, content: 'x' }]),
      makeTarGz([document, { path, content: 'x' }]),
    ]) {
      // A tar ends a path at a NUL, and what is left of this one is inside.
      const expected = path.includes('\0') && isGzip(archive) ? 'compiled' : 'ARCHIVE_UNSAFE';
      expect(codeOf(archive)).toBe(expected);
    }
  });

  test('a link is left out, wherever it leads, and what refers to it is missing', () => {
    const entries = [
      { path: 'openapi.yaml', content: 'openapi: 3.1.0\npaths: {/a: {$ref: link.yaml}, /b: {get: {}}}' },
      { path: 'link.yaml', content: '/etc/passwd', link: true },
    ];
    for (const archive of [makeZip(entries), makeTarGz(entries)]) {
      const { tools, skipped } = compiled(archive);
      expect([tools.length, skipped.map(({ code, path }) => [code, path])]).toEqual([
        1,
        [['REF_MISSING', '/a']],
      ]);
    }
  });

  test.each([
    ['../../../../etc/passwd', 'REF_EXTERNAL'],
    ['/etc/passwd', 'REF_EXTERNAL'],
    ['file:///etc/passwd', 'REF_EXTERNAL'],
    ['http://127.0.0.1:9/x.yaml', 'REF_EXTERNAL'],
    ['//127.0.0.1/x.yaml', 'REF_EXTERNAL'],
    ['..\\..\\x.yaml', 'REF_EXTERNAL'],
    ['%2e%2e/%2e%2e/x.yaml', 'REF_EXTERNAL'],
    ['gone.yaml', 'REF_MISSING'],
    ['gone.yaml#/a', 'REF_MISSING'],
    ['openapi.yaml#/gone', 'REF_MISSING'],
    ['\\uD800.yaml', 'REF_MISSING'],
    ['__proto__', 'REF_MISSING'],
    ['constructor#/prototype', 'REF_MISSING'],
  ])('the reference %s is reported, and nothing is opened', (reference, code) => {
    const content = `{"openapi":"3.1.0","paths":{"/a":{"$ref":"${reference.replaceAll('\\.', '\\\\.').replaceAll('\\x', '\\\\x')}"},"/b":{"get":{}}}}`;
    const archive = makeZip([{ path: 'openapi.yaml', content }]);
    const { value, attempts } = sealed(() => compileArchive(archive));
    expect(attempts).toEqual([]);
    expect(value).toMatchObject({
      ok: true,
      value: { tools: [{ name: 'get_b' }], skipped: [{ path: '/a', code }] },
    });
  });

  test('the first of two files of one path stays', () => {
    const twice = makeZip([document, { ...document, content: 'openapi: 3.1.0\npaths: {/a: {get: {}}}' }]);
    expect(compiled(twice).tools).toEqual([]);
  });

  test('a file of it may be called like a member of every object', () => {
    const archive = makeZip([
      {
        path: 'openapi.yaml',
        content: 'openapi: 3.1.0\npaths: {/a: {$ref: __proto__}, /b: {$ref: "constructor#/toString"}}',
      },
      { path: '__proto__', content: 'get: {operationId: a}\npolluted: true' },
      { path: 'constructor', content: 'toString: {get: {operationId: b}}' },
    ]);
    expect(compiled(archive).tools.map(({ name }) => name)).toEqual(['a', 'b']);
    expect({}).not.toHaveProperty('polluted');
  });
});

describe('an archive cannot be made a burden:', () => {
  const bomb = Buffer.alloc(80 * 1024 * 1024);

  test('what unpacks to a thousand times its size is refused', () => {
    const entry = { path: 'openapi.yaml', content: bomb };
    for (const archive of [makeZip([entry]), makeZip([{ ...entry, claims: 10 }]), makeTarGz([entry])]) {
      expect(archive.length).toBeLessThan(200_000);
      expect(codeOf(archive)).toBe('TOO_LARGE');
    }
    expect(codeOf(gzipSync(gzipSync(bomb)))).toBe('ARCHIVE_UNREADABLE');
  });

  test('so are many entries that share one content', () => {
    const [one] = [makeZip([{ path: 'a.yaml', content: Buffer.alloc(1024 * 1024) }])];
    const start = one.readUInt32LE(one.length - 6);
    const entry = one.subarray(start, one.length - 22);
    const end = Buffer.from(one.subarray(one.length - 22));
    end.writeUInt16LE(5_000, 10);
    const archive = Buffer.concat([
      one.subarray(0, start),
      ...Array.from({ length: 5_000 }, () => entry),
      end,
    ]);
    expect(codeOf(archive)).toBe('TOO_LARGE');
  });

  test('so are too many files, and too many bytes', () => {
    const many = Array.from({ length: 10_001 }, (_, index) => ({ path: `${index}.yaml` }));
    expect(codeOf(makeZip(many))).toBe('TOO_LARGE');
    expect(codeOf(makeTar(many))).toBe('TOO_LARGE');
    expect(codeOf(Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(33 * 1024 * 1024)]))).toBe(
      'TOO_LARGE',
    );
  });

  test('files that refer to one another in a circle end', () => {
    const files = {
      'openapi.yaml': 'openapi: 3.1.0\npaths: {/a: {$ref: a.yaml}, /b: {get: {}}}',
      'a.yaml': '$ref: b.yaml',
      'b.yaml': '$ref: a.yaml',
    };
    expect(compiled(makeZip(entriesOf(files))).skipped).toMatchObject([{ code: 'REF_CYCLE', path: '/a' }]);
  });

  test('an alias of what it stands in, and values that are nested without end, are cut', () => {
    const deep = `${'{a: '.repeat(3_000)}1${'}'.repeat(3_000)}`;
    const json = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
    const files = {
      'openapi.yaml': 'openapi: 3.1.0\npaths: {/a: {$ref: a.yaml}, /b: {$ref: b.json}, /c: {$ref: c.yaml}}',
      'a.yaml': 'get: &g {operationId: a, x-self: *g}',
      'b.json': `{"get":{"operationId":"b","x-deep":${json}}}`,
      'c.yaml': `get: {operationId: c, x-deep: ${deep}}`,
    };
    const { tools, skipped } = compiled(makeZip(entriesOf(files)));
    expect(tools.length + skipped.length).toBe(3);
    expect(tools.map(({ name }) => name)).toEqual(expect.arrayContaining(['a', 'b']));
  });

  test('a file that is broken costs what refers to it, and is reported', () => {
    const files = {
      'openapi.yaml': 'openapi: 3.1.0\npaths: {/a: {$ref: a.yaml}, /b: {get: {}}}',
      'a.yaml': 'a: [',
    };
    const { tools, skipped, warnings } = compiled(makeZip(entriesOf(files)));
    expect([tools.length, skipped.map(({ code }) => code)]).toEqual([1, ['REF_MISSING']]);
    expect(warnings).toContainEqual({
      code: 'REF_MISSING',
      pointer: '/paths/~1a/$ref',
      message: 'The reference "a.yaml" leads to no readable file of the archive.',
    });
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['a text', Buffer.from('openapi: 3.1.0')],
    ['a zip without a directory', makeZip(entriesOf(FILES)).subarray(0, 300)],
    ['a gzip that is cut off', makeTarGz(entriesOf(FILES)).subarray(0, 300)],
    ['a gzip of a text', gzipSync('openapi: 3.1.0')],
    ['a tar that is cut off', makeTar(entriesOf(FILES)).subarray(0, 700)],
  ])('%s is unreadable', (_, bytes) => {
    expect(codeOf(bytes)).toBe('ARCHIVE_UNREADABLE');
  });

  test('no change to its bytes makes the reader throw', () => {
    const archives = [makeZip(entriesOf(FILES)), makeTar(entriesOf(FILES)), makeTarGz(entriesOf(FILES))];
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.nat(2), changes, fc.nat(), (which, bytes, cut) => {
        const archive = Buffer.from(archives[which] ?? []);
        for (const [at, value] of bytes) archive[at % archive.length] = value;
        const result = compileArchive(archive.subarray(0, archive.length - (cut % 3 === 0 ? cut % 600 : 0)));
        expect(typeof result.ok).toBe('boolean');
      }),
      { numRuns: 500 },
    );
  });
});

test('the 1,549 files of a real description become tools, and its two dangling references are reported', (ctx) => {
  needsCorpus(ctx);
  const folder = corpusPath('digitalocean');
  const archive = execFileSync('tar', ['-czf', '-', '-C', folder, 'specification'], { maxBuffer: 1 << 26 });
  const catalogue = compiled(archive, { include: { deprecated: true } });
  expectSound(catalogue);
  const entry = parse(readFileSync(join(folder, 'specification/DigitalOcean-public.v2.yaml'), 'utf8')) as {
    paths: Record<string, object>;
  };
  const operations = Object.values(entry.paths).flatMap((item) => Object.keys(item));
  expect(catalogue.tools.length + catalogue.skipped.length).toBe(operations.length);
  expect(catalogue.tools.length).toBe(644);
  expect([...new Set(catalogue.skipped.map(({ code }) => code))]).toEqual(['SERVER_NOT_ALLOWED']);
  expect(
    catalogue.warnings.filter(({ code }) => code === 'REF_MISSING').map(({ pointer }) => pointer),
  ).toEqual([
    '/x-files/specification~1resources~1apps~1models~1apps_get_tier_response.yml/properties/tier/$ref',
    '/x-files/specification~1resources~1apps~1models~1apps_list_tiers_response.yml/properties/tiers/items/$ref',
  ]);
  const files = new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .map((file) => join(file.parentPath, file.name))
      .map((path) => [path.slice(folder.length + 1), readFileSync(path)] as const),
  );
  expect(files.size).toBe(1_549);
  const bundle = bundleFiles(files, 'specification/DigitalOcean-public.v2.yaml');
  const alone =
    bundle.ok && compileCatalogue(JSON.stringify(bundle.value.document), { include: { deprecated: true } });
  expect(alone && alone.ok && alone.value.tools).toEqual(catalogue.tools);
  const tool = catalogue.tools.find(({ name }) => name === 'volume_actions_post');
  if (!tool) throw new Error('There is no such tool.');
  const request = prepareRequest(tool, { body: { type: 'attach', volume_name: 'v', droplet_id: 1 } });
  expect(request.ok && request.value.path).toBe('/v2/volumes/actions');
});

function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f;
}
