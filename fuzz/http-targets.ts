import fc from 'fast-check';
import { ODD_TEXTS } from './dictionary.ts';
import { applyEdits, byteEdits, structuredEdits, type Edit } from './edits.ts';
import { exchange } from './exchange.ts';
import { faultsOf, type Expected } from './judge.ts';
import { readMessage, toWire, writeMessage, type Message } from './message.ts';
import type { Target } from './target.ts';
import type { World } from './world.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'get', 'CONNECTX'];
const HEADERS = [
  'Accept',
  'Accept-Encoding',
  'Authorization',
  'Content-Encoding',
  'Content-Type',
  'Cookie',
  'DPoP',
  'Expect',
  'Forwarded',
  'If-None-Match',
  'Last-Event-ID',
  'Mcp-Method',
  'Mcp-Name',
  'Mcp-Protocol-Version',
  'Mcp-Session-Id',
  'Origin',
  'Range',
  'Sec-Fetch-Site',
  'traceparent',
  'tracestate',
  'Transfer-Encoding',
  'Upgrade',
  'X-Forwarded-Host',
  'X-HTTP-Method-Override',
  'X-Request-Id',
];

const text = fc.oneof(fc.constantFrom(...ODD_TEXTS), fc.string({ maxLength: 40 }));
const place = fc.nat(1_000_000);

const headerEdit = fc.record({
  at: place,
  action: fc.constantFrom(
    'replace' as const,
    'remove' as const,
    'again' as const,
    'insert' as const,
    'add' as const,
  ),
  name: fc.constantFrom(...HEADERS),
  text,
});
const lineEdit = fc.oneof(
  fc.record({ kind: fc.constant('method' as const), method: fc.constantFrom(...METHODS) }),
  fc.record({ kind: fc.constant('insert' as const), at: place, text }),
  fc.record({
    kind: fc.constant('query' as const),
    place,
    text,
    action: fc.constantFrom('replace', 'remove', 'again', 'add', 'rename'),
  }),
);
type LineEdit = typeof lineEdit extends fc.Arbitrary<infer T> ? T : never;
type HeaderEdit = typeof headerEdit extends fc.Arbitrary<infer T> ? T : never;

/** Requests that are HTTP: what is changed is one of their parts, and mostly by its structure. */
export function httpTarget(name: string, expected: Expected = {}): Target {
  return {
    name,
    arbitrary(files) {
      const seeds = files.map(readMessage);
      const bodies = seeds.map(({ body }) => body);
      return fc
        .record({
          seed: place,
          line: fc.option(lineEdit, { freq: 3 }),
          headers: fc.array(headerEdit, { maxLength: 2 }),
          body: fc.oneof({ weight: 3, arbitrary: structuredEdits }, byteEdits) as fc.Arbitrary<Edit[]>,
        })
        .map((change) => {
          const seed = seeds[change.seed % seeds.length] ?? {
            line: 'GET / HTTP/1.1',
            headers: [],
            body: Buffer.alloc(0),
          };
          return writeMessage({
            line: change.line === null ? seed.line : editLine(seed.line, change.line),
            headers: change.headers.reduce(editHeaders, seed.headers),
            body: applyEdits(seed.body, change.body, bodies),
          });
        });
    },
    async run(world, file, options) {
      const message = readMessage(file);
      const answer = await exchange(
        world.port,
        toWire(message, (filled) => fill(world, filled)),
        {
          isWhole: isWhole(message),
        },
      );
      const isHttp = isWhole(message) && /^[A-Z]+ [!-~]+ HTTP\/1\.1$/.test(message.line);
      return faultsOf(
        world,
        answer,
        { ...expected, mayEndSilently: !isHttp, secretNames: secretsOf(world, message) },
        options,
      );
    },
  };
}

/** Bytes, of which nobody knows whether they are HTTP. */
export const rawHttp: Target = {
  name: 'http',
  arbitrary: (files) =>
    fc
      .tuple(place, byteEdits as fc.Arbitrary<Edit[]>)
      .map(([seed, edits]) => applyEdits(files[seed % files.length] ?? Buffer.alloc(0), edits, files)),
  async run(world, file, options) {
    const bytes = Buffer.from(fill(world, withCrLf(file).toString('latin1')), 'latin1');
    const answer = await exchange(world.port, bytes, { isWhole: false });
    return faultsOf(world, answer, { mayEndSilently: true, serverErrors: [502, 504] }, options);
  },
};

/** The heads of files are kept with bare line ends, for people to read; one that has others means them. */
export function withCrLf(file: Buffer): Buffer {
  const end = file.indexOf('\n\n');
  if (end < 0 || file.subarray(0, end).includes(13)) return file;
  const head = file
    .subarray(0, end + 2)
    .toString('latin1')
    .replaceAll('\n', '\r\n');
  return Buffer.concat([Buffer.from(head, 'latin1'), file.subarray(end + 2)]);
}

let addresses = 0;

/** `{{name}}` becomes what it stands for now; an address is another one each time. */
export function fill({ values }: Pick<World, 'values'>, template: string): string {
  const known = values();
  return template.replaceAll(/\{\{([a-z_]+)\}\}/g, (whole, name: string) => {
    if (name === 'address') {
      addresses += 1;
      return `198.${18 + ((addresses >> 16) & 1)}.${(addresses >> 8) & 255}.${addresses & 255}`;
    }
    return known[name] ?? whole;
  });
}

function isWhole({ headers, line }: Message): boolean {
  return (
    !/[\r\n\0]/.test(line) &&
    headers.every(
      ([name, value]) =>
        !/[\r\n\0]/.test(name + value) &&
        !/content-length|transfer-encoding|expect|upgrade|connection/i.test(name),
    )
  );
}

/** Those that went out as credentials alone: what stands elsewhere, an answer may repeat. */
function secretsOf({ secretNames }: World, { body, headers, line }: Message): string[] {
  const isOAuth = /^POST \/(token|revoke|introspect)\b/.test(line);
  const asCredential = headers
    .filter(([name]) => /^(authorization|cookie|dpop)$/i.test(name))
    .map(([, value]) => value)
    .concat(isOAuth ? [body.toString('latin1')] : [])
    .join(' ');
  const elsewhere = [line, ...headers.filter(([name]) => !/^(authorization|cookie|dpop)$/i.test(name)).flat()]
    .concat(isOAuth ? [] : [body.toString('latin1')])
    .join(' ');
  return secretNames.filter((name) => {
    const placeholder = name === 'session' ? '{{cookie}}' : `{{${name}}}`;
    return asCredential.includes(placeholder) && !elsewhere.includes(placeholder);
  });
}

function editLine(line: string, edit: LineEdit): string {
  const [method = 'GET', target = '/', ...version] = line.split(' ');
  switch (edit.kind) {
    case 'method':
      return [edit.method, target, ...version].join(' ');
    case 'insert': {
      const at = 1 + (edit.at % Math.max(1, target.length));
      return [method, target.slice(0, at) + inTarget(edit.text) + target.slice(at), ...version].join(' ');
    }
    case 'query': {
      const [path = '/', query = ''] = target.split('?', 2);
      const { action, place: at, text: odd } = edit;
      const edits = [{ kind: 'form', place: at, text: inTarget(odd), action } as Edit];
      const changed = applyEdits(Buffer.from(query === '' ? 'a=b' : query, 'latin1'), edits, []);
      return [method, `${path}?${changed.toString('latin1')}`, ...version].join(' ');
    }
  }
}

/** Node refuses the rest long before a parser of ours; `http` tries that. */
function inTarget(odd: string): string {
  return odd.replaceAll(/[^!-~]/g, (character) =>
    character.charCodeAt(0) > 255 ? '' : `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

function editHeaders(
  headers: Message['headers'],
  { action, at, name, text: odd }: HeaderEdit,
): Message['headers'] {
  const index = at % Math.max(1, headers.length);
  const chosen = headers[index];
  if (chosen === undefined) return [[name, odd]];
  const [had, value] = chosen;
  switch (action) {
    case 'replace':
      return headers.with(index, [had, odd]);
    case 'remove':
      return headers.toSpliced(index, 1);
    case 'again':
      return [...headers, [had, value]];
    case 'insert': {
      const middle = Math.floor(value.length / 2);
      return headers.toSpliced(index, 1, [had, value.slice(0, middle) + odd + value.slice(middle)]);
    }
    case 'add':
      return [...headers, [name, odd]];
  }
}
