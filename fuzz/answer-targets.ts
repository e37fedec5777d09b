import fc from 'fast-check';
import { applyEdits, byteEdits, structuredEdits, type Edit } from './edits.ts';
import { exchange } from './exchange.ts';
import { fill, withCrLf } from './http-targets.ts';
import { faultsOf } from './judge.ts';
import { toWire, type Message } from './message.ts';
import type { Target } from './target.ts';
import type { World } from './world.ts';

// What others answer us: upstreams, MCP servers, and the sites that clients' documents are on. A case is such an answer.

const REDIRECT = 'https%3A%2F%2Fapp.test%2Fcallback';

/** Each answer to a call, at every door that leads to somebody else. */
export const upstreamAnswers: Target = {
  name: 'upstream',
  arbitrary: answersLike,
  async run(world, file, options) {
    const faults: string[] = [];
    try {
      world.upstream.answerWith(Buffer.from(fill(world, withCrLf(file).toString('latin1')), 'latin1'));
      for (const request of CALLS) {
        const answer = await exchange(
          world.port,
          toWire(request, (text) => fill(world, text)),
        );
        const expected = { serverErrors: [502, 504], secretNames: ['key'] };
        // What the upstream answers by, the REST door passes on.
        const passedOn = request.line.includes(' /api/') ? [500, 501, 505, 507, 508, 511, 599] : [];
        faults.push(
          ...faultsOf(
            world,
            answer,
            {
              ...expected,
              serverErrors: [...expected.serverErrors, 503, ...passedOn],
              mayEndSilently: request.line.includes(' /api/'),
            },
            options,
          ).map((fault) => `${request.line}: ${fault}`),
        );
      }
    } finally {
      world.upstream.answerWith(undefined);
    }
    return faults;
  },
};

/** The document of a client that nobody has seen yet (CIMD). */
export const clientDocuments: Target = {
  name: 'cimd',
  arbitrary: answersLike,
  async run(world, file, options) {
    const url = world.site.newUrl();
    const text = withCrLf(file).toString('latin1').replaceAll('{{client_url}}', url);
    world.site.answerWith(Buffer.from(reframed(text), 'latin1'));
    const request: Message = {
      line: `GET /authorize?response_type=code&client_id=${encodeURIComponent(url)}&redirect_uri=${REDIRECT}&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256&state=s HTTP/1.1`,
      headers: [],
      body: Buffer.alloc(0),
    };
    const answer = await exchange(
      world.port,
      toWire(request, (filled) => fill(world, filled)),
    );
    return faultsOf(world, answer, {}, options);
  },
};

function answersLike(files: readonly Buffer[]): fc.Arbitrary<Buffer> {
  return fc
    .record({
      seed: fc.nat(1_000_000),
      head: fc.option(byteEdits as fc.Arbitrary<Edit[]>, { freq: 2 }),
      body: fc.oneof({ weight: 3, arbitrary: structuredEdits }, byteEdits) as fc.Arbitrary<Edit[]>,
    })
    .map(({ body, head, seed }) => {
      const file = files[seed % files.length] ?? Buffer.alloc(0);
      const end = file.indexOf('\n\n') + 2;
      const before = file.subarray(0, end);
      return Buffer.concat([
        head === null ? before : applyEdits(before, head, files),
        editEvents(file.subarray(end), body, files),
      ]);
    });
}

/** In a stream of events each `data:` holds JSON of its own: one of them is changed. */
function editEvents(body: Buffer, edits: readonly Edit[], files: readonly Buffer[]): Buffer {
  const lines = body.toString('latin1').split('\n');
  const data = lines.findIndex((line) => line.startsWith('data: {'));
  if (data < 0) return applyEdits(body, edits, files);
  const changed = applyEdits(Buffer.from((lines[data] ?? '').slice(6), 'latin1'), edits, files);
  return Buffer.from(lines.with(data, `data: ${changed.toString('latin1')}`).join('\n'), 'latin1');
}

/** `Content-Length: auto` is what the body has. */
function reframed(text: string): string {
  const end = text.indexOf('\r\n\r\n') + 4;
  return text.replace(/content-length: auto/i, `Content-Length: ${text.length - end}`);
}

const RPC = [
  ['Authorization', 'Bearer {{key}}'],
  ['Content-Type', 'application/json'],
  ['Accept', 'application/json, text/event-stream'],
  ['MCP-Protocol-Version', '2025-11-25'],
] as const;
const call = (path: string, name: string, args: object): Message => ({
  line: `POST ${path} HTTP/1.1`,
  headers: RPC,
  body: Buffer.from(
    JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name, arguments: args } }),
  ),
});
const CALLS: readonly Message[] = [
  call('/mcp/{{org}}/c/reelport', 'get_credit_balance', {}),
  call('/mcp/{{org}}/c/server', 'work', {}),
  call('/mcp/{{org}}', 'server_work', {}),
  {
    line: 'GET /api/reelport/credits/balance HTTP/1.1',
    headers: [['Authorization', 'Bearer {{key}}']],
    body: Buffer.alloc(0),
  },
];

/** For a look at the names that the calls above need: what the organisation offers. */
export async function checkCalls(world: World): Promise<string[]> {
  const answers: string[] = [];
  for (const request of CALLS) {
    const { status, text } = await exchange(
      world.port,
      toWire(request, (filled) => fill(world, filled)),
    );
    const isGood = status === 200 && !text.includes('"isError":true') && !text.includes('"error"');
    if (!isGood) answers.push(`${request.line} ${String(request.body)}: ${text}`);
  }
  return answers;
}
