import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { mcpUpstreamSchema } from '../../src/upstreams/upstream.ts';
import { serveMcp } from '../upstreams/support/mcp-servers.ts';
import {
  ERROR_TEXT,
  FAULTS,
  startFaulty,
  TRANSPORTS,
  type Fault,
  type Transport,
} from './support/faulty-mcp.ts';
import {
  faultIn,
  startJoined,
  upstreamOf,
  type Caller,
  type Joined,
  type ShownResult,
} from './support/joined.ts';

// Whatever one MCP server does, who calls it hears what is the matter, and everybody else is served.

const READS = { readOnlyHint: true };
const LIMITS = {
  discover: { quietMs: 300, totalMs: 300 },
  handshake: { quietMs: 3_000, totalMs: 4_000 },
  list: { quietMs: 1_000, totalMs: 2_000 },
  call: { quietMs: 1_000, totalMs: 2_000 },
};

const closing: (() => Promise<unknown>)[] = [];
let joined: Joined;
/** For whatever is not about time: here a machine that is held up for a moment makes no other fault of it. */
let patient: Joined;
beforeAll(async () => {
  const times = { failedSeconds: 1, firstMs: 5_000 };
  joined = await startJoined({ mcp: { limits: LIMITS, times } });
  patient = await startJoined({ mcp: { times } });
  for (const one of [joined, patient]) {
    await one.serve('sound', 'modern', [{ name: 'look', annotations: READS }]);
    await one.namesFor(one.caller());
  }
});
afterEach(async () => {
  for (const one of [joined, patient]) {
    await one.store.pool.query(`delete from connectors where slug = 'faulty'`);
    one.catalogues.invalidate(one.orgId('acme'));
  }
  for (const close of closing.splice(0)) await close();
});
afterAll(async () => {
  await joined.close();
  await patient.close();
});

/** What somebody sees of the others: see `SERVED`. */
async function othersAt(at: Joined, caller: Caller = at.caller()) {
  const look = await at.callAs(caller, 'look');
  const credits = await at.callAs(caller, 'get_credits');
  const names = await at.namesFor(caller);
  return {
    faults: [look.isError, credits.isError],
    names: names.filter((name) => SERVED.names.includes(name)),
  };
}

/** As if nothing had happened. */
const SERVED = { faults: [undefined, undefined], names: ['get_credits', 'list_items', 'look'] };

/** What is said of each fault of a call. HTTP alone knows a 401; an id that nobody asked with is no answer. */
const CODES: Record<Fault, string> = {
  slow: 'upstream_timeout',
  'hangs mid-stream': 'upstream_timeout',
  garbage: 'upstream_invalid',
  oversize: 'upstream_too_large',
  closes: 'upstream_reset',
  '401': 'upstream_unauthorized',
  'wrong id': 'upstream_timeout',
  'no result': 'upstream_invalid',
  error: 'upstream_error',
};
const OWN: Partial<Record<Transport, Partial<Record<Fault, string>>>> = {
  // The stream ends without an answer.
  'streamable-http': { 'wrong id': 'upstream_invalid' },
};

describe.each(TRANSPORTS)('a server by %s', (transport) => {
  const faults = FAULTS.filter((fault) => transport !== 'stdio' || fault !== '401');

  test.each(faults)('whose call %s says so to the caller, and works again afterwards', async (fault) => {
    const code = OWN[transport]?.[fault] ?? CODES[fault];
    const at = where(code);
    const faulty = await startFaulty(transport);
    closing.push(faulty.close);
    await at.publish('faulty', faulty.upstream);
    const caller = at.caller();
    expect(await at.namesFor(caller)).toContain('break');
    const [result, others] = await Promise.all([at.callAs(caller, 'break', { how: fault }), othersAt(at)]);
    expect(others).toEqual(SERVED);
    const shown = faultIn(result);
    expect(shown).toMatchObject({
      code,
      status: expect.any(Number),
      message: expect.any(String),
      request_id: expect.any(String),
    });
    expect(JSON.stringify(shown)).not.toMatch(/127\.0\.0\.1|localhost|secret\.js|not JSON|\u202e/);
    expect(await othersAt(at, caller)).toEqual(SERVED);
    // One that broke off is opened anew; what is left alone for a moment is tried again.
    await expect.poll(async () => (await at.callAs(caller, 'work')).content[0]?.['text']).toBe('worked');
  });

  test('that says what it failed at is quoted, cleaned', async () => {
    const faulty = await startFaulty(transport);
    closing.push(faulty.close);
    await patient.publish('faulty', faulty.upstream);
    const caller = patient.caller();
    await patient.namesFor(caller);
    const shown = faultIn(await patient.callAs(caller, 'break', { how: 'error' }));
    expect(shown['message']).toBe('The MCP server answered: It failed at once: <b>see</b> the log');
    expect(ERROR_TEXT).toContain('\u202e');
  });

  test.each(faults.filter((fault) => fault !== 'no result'))(
    'whose list %s keeps nobody from the other tools',
    async (fault) => {
      const at = where(OWN[transport]?.[fault] ?? CODES[fault]);
      const faulty = await startFaulty(transport, fault);
      closing.push(faulty.close);
      await at.publish('faulty', faulty.upstream);
      expect(await othersAt(at)).toEqual(SERVED);
      expect(await at.namesFor(at.caller())).not.toContain('break');
    },
  );

  test('that is down is told of at once, with a time to come back, and is served when it is back', async () => {
    const up = await comesAndGoes(transport);
    closing.push(up.close);
    await patient.publish('faulty', up.upstream);
    const caller = patient.caller();
    expect(await patient.namesFor(caller)).toContain('here');
    expect((await patient.callAs(caller, 'here')).isError).toBeUndefined();
    await up.goes();
    // Whoever comes first may still meet the end of the connection.
    await expect
      .poll(async () => faultOrNone(await patient.callAs(caller, 'here')))
      .toMatchObject({ code: 'upstream_busy', status: 503, retry_after_seconds: expect.any(Number) });
    expect(await othersAt(patient, caller)).toEqual(SERVED);
    // What it can do is known all the while.
    expect(await patient.namesFor(caller)).toContain('here');
    await up.comes();
    await expect
      .poll(async () => (await patient.callAs(caller, 'here')).isError, { interval: 200 })
      .toBeUndefined();
  });
});

function where(code: string): Joined {
  return code === 'upstream_timeout' ? joined : patient;
}

function faultOrNone(result: ShownResult): unknown {
  return result.isError === true ? faultIn(result) : undefined;
}

async function comesAndGoes(transport: Transport) {
  const tools = [{ name: 'here', annotations: READS }];
  if (transport === 'stdio') {
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-joined-'));
    const path = `${folder}/server.cjs`;
    const code = `
      let rest = '';
      process.stdin.on('data', (text) => {
        const lines = (rest + text).split('\\n');
        rest = lines.pop();
        for (const line of lines) {
          const { id, method } = JSON.parse(line);
          const say = (result) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result }) + '\\n');
          if (method === 'initialize') say({ protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'x', version: '1' } });
          if (method === 'tools/list') say({ tools: ${JSON.stringify(tools.map((tool) => ({ ...tool, inputSchema: { type: 'object' } })))} });
          if (method === 'tools/call') {
            say({ content: [] });
            if (!require('node:fs').existsSync(${JSON.stringify(path)})) process.exit(1);
          }
        }
      });`;
    await writeFile(path, code);
    return {
      upstream: mcpUpstreamSchema.parse({ transport, command: process.execPath, args: [path] }),
      goes: () => rm(path),
      comes: () => writeFile(path, code),
      close: () => rm(folder, { recursive: true }),
    };
  }
  const kind = transport === 'sse' ? 'sse' : 'modern';
  let served = await serveMcp(kind, tools);
  const { port, url } = served;
  return {
    upstream: upstreamOf(kind, url),
    goes: () => served.close(),
    async comes() {
      served = await serveMcp(kind, tools, port);
    },
    close: () => served.close(),
  };
}

test('a server that nobody can reach keeps nobody from the other tools, and the start of nothing', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await joined.publish('faulty', { transport: 'streamable-http', url: `http://127.0.0.1:${port}/mcp` });
  expect(await othersAt(joined)).toEqual(SERVED);
  await joined.publish('faulty', mcpUpstreamSchema.parse({ transport: 'stdio', command: '/nowhere/at/all' }));
  expect(await othersAt(joined)).toEqual(SERVED);
});

test.each([
  ['has no end of pages', (page: number) => ({ tools: [], nextCursor: `page ${page + 1}` })],
  [
    'repeats its pages',
    () => ({ tools: [{ name: 'again', inputSchema: { type: 'object' } }], nextCursor: 'same' }),
  ],
  [
    'has more tools than anybody needs',
    () => ({
      tools: Array.from({ length: 6_000 }, (_, n) => ({ name: `t${n}`, inputSchema: { type: 'object' } })),
    }),
  ],
  ['is no list', () => ({ tools: 'many' })],
])('a list that %s is not shown, and keeps nobody from the other tools', async (_, pageOf) => {
  let pages = 0;
  const server = createServer((req, res) => {
    let text = '';
    req.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    req.on('end', () => {
      if (req.method !== 'POST') return res.writeHead(405).end();
      const { id, method } = JSON.parse(text) as { id?: number; method: string };
      if (id === undefined) return res.writeHead(202).end();
      if (method === 'tools/list') pages += 1;
      const result =
        method === 'initialize'
          ? {
              protocolVersion: '2025-03-26',
              capabilities: { tools: {} },
              serverInfo: { name: 'x', version: '1' },
            }
          : pageOf(pages);
      if (method === 'server/discover') return res.writeHead(404).end();
      return res
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ jsonrpc: '2.0', id, result }));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(async () => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  await joined.publish('faulty', { transport: 'streamable-http', url: `http://127.0.0.1:${port}/mcp` });
  expect(await othersAt(joined)).toEqual(SERVED);
  const names = await joined.namesFor(joined.caller());
  expect(names).not.toContain('again');
  expect(names.length).toBeLessThan(20);
  expect(pages).toBeGreaterThan(0);
  expect(pages).toBeLessThanOrEqual(400);
});
