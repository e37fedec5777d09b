import { compileArchive, compileCatalogue, isArchive } from '@latchkey/tools';
import fc from 'fast-check';
import { applyEdits, byteEdits, structuredEdits, type Edit } from './edits.ts';
import { exchange } from './exchange.ts';
import { fill } from './http-targets.ts';
import { faultsOf } from './judge.ts';
import { toWire, type Message } from './message.ts';
import type { RunOptions, Target } from './target.ts';
import type { World } from './world.ts';

// What people upload: OpenAPI documents, archives of them, and overlays. A case is such a file.

const PORTAL = '/portal/v1/organisations/{{org}}/imports';
const CHECKED_WITHIN_MS = 30_000;
const OVERLAID = JSON.stringify({
  openapi: '3.1.0',
  info: { title: 'Overlaid', version: '1' },
  servers: [{ url: 'https://api.app.test' }],
  paths: {
    '/things/{id}': {
      get: {
        operationId: 'get_thing',
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
      },
      post: {
        operationId: 'change_thing',
        requestBody: { content: { 'application/json': { schema: { type: 'object' } } } },
      },
    },
  },
});

export const documents: Target = {
  name: 'documents',
  arbitrary: filesLike,
  run: (world, file, options) => session(world, options, async (desk) => void (await desk.upload(file))),
  parse: (file) => void (isArchive(file) ? compileArchive(file) : compileCatalogue(file)),
};

export const overlays: Target = {
  name: 'overlays',
  arbitrary: filesLike,
  run: (world, file, options) =>
    session(world, options, async (desk) => {
      const view = await desk.upload(Buffer.from(OVERLAID));
      if (view?.settings === undefined) return;
      await desk.ask('PUT', `${PORTAL}/${view.id}/settings`, {
        revision: view.revision,
        settings: { ...view.settings, overlay: file.toString('utf8') },
      });
      await desk.checked(view.id);
      await desk.look(view.id);
    }),
  parse: (file) => void compileCatalogue(OVERLAID, { overlay: [file.toString('utf8')] }),
};

function filesLike(files: readonly Buffer[]): fc.Arbitrary<Buffer> {
  return fc
    .tuple(fc.nat(1_000_000), fc.oneof(byteEdits, structuredEdits) as fc.Arbitrary<Edit[]>)
    .map(([seed, edits]) => applyEdits(files[seed % files.length] ?? Buffer.alloc(0), edits, files));
}

interface View {
  id: string;
  state: string;
  revision: number;
  settings?: Record<string, unknown>;
}

interface Desk {
  upload(file: Buffer): Promise<View | undefined>;
  checked(id: string): Promise<View | undefined>;
  look(id: string): Promise<void>;
  ask(method: string, path: string, body?: object): Promise<unknown>;
}

/** What an admin does with a file, and takes away again. */
async function session(
  world: World,
  options: RunOptions,
  work: (desk: Desk) => Promise<void>,
): Promise<string[]> {
  const faults: string[] = [];
  let made: string | undefined;

  async function send(message: Message): Promise<unknown> {
    const answer = await exchange(
      world.port,
      toWire(message, (text) => fill(world, text)),
    );
    const { text } = answer;
    faults.push(
      ...faultsOf(world, answer, { secretNames: ['session'] }, options).map(
        (fault) => `${message.line}: ${fault}`,
      ),
    );
    try {
      return JSON.parse(unchunked(text)) as unknown;
    } catch {
      return undefined;
    }
  }

  const headers = (type: string): [string, string][] => [
    ['Cookie', '{{cookie}}'],
    ['Origin', '{{url}}'],
    ['Content-Type', type],
  ];
  const ask: Desk['ask'] = (method, path, body) =>
    send({
      line: `${method} ${path} HTTP/1.1`,
      headers: headers('application/json'),
      body: body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body)),
    });

  async function checked(id: string): Promise<View | undefined> {
    const untilMs = performance.now() + CHECKED_WITHIN_MS;
    for (;;) {
      const view = (await ask('GET', `${PORTAL}/${id}`)) as View | undefined;
      if (view?.state !== 'checking' && view?.state !== 'fetching') return view;
      if (performance.now() > untilMs) {
        faults.push('the import was never checked to its end');
        return undefined;
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  const desk: Desk = {
    ask,
    checked,
    async upload(file) {
      const escaped = Buffer.from(file.toString('latin1').replaceAll('{{', '{ {'), 'latin1');
      const begun = (await send({
        line: `POST ${PORTAL}/upload?file_name=case HTTP/1.1`,
        headers: headers('application/octet-stream'),
        body: escaped,
      })) as View | undefined;
      if (begun?.id === undefined) return undefined;
      made = begun.id;
      const view = await checked(begun.id);
      await desk.look(begun.id);
      return view;
    },
    async look(id) {
      for (const part of ['operations', 'problems', 'preview', 'diff'])
        await ask('GET', `${PORTAL}/${id}/${part}`);
    },
  };
  await work(desk);
  if (made !== undefined) await ask('POST', `${PORTAL}/${made}/delete`, {});
  return faults;
}

/** The body of an answer, whose JSON has no line end in it. */
function unchunked(text: string): string {
  const body = text.slice(text.indexOf('\r\n\r\n') + 4);
  if (!/^transfer-encoding: chunked/im.test(text.slice(0, text.indexOf('\r\n\r\n')))) return body;
  let rest = body;
  let whole = '';
  for (;;) {
    const end = rest.indexOf('\r\n');
    const size = Number.parseInt(rest.slice(0, end), 16);
    if (!(size > 0)) return whole;
    whole += rest.slice(end + 2, end + 2 + size);
    rest = rest.slice(end + 4 + size);
  }
}
