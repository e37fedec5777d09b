import { createServer, type RequestListener } from 'node:http';
import { createServer as createRawServer, type AddressInfo, type Server } from 'node:net';
import { expect, test } from 'vitest';
import { diagnose, toJson, toText, type Report } from '../src/index.ts';
import { createHttp } from '../src/http/http.ts';
import { findingsOf, namesOf, REDIRECT_URI } from './support.ts';

async function listen(server: Server): Promise<{ url: string; close: () => Promise<void> }> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function examine(answer: RequestListener): Promise<Report> {
  const server = createServer(answer);
  const { close, url } = await listen(server);
  const approve = () => Promise.resolve(`${REDIRECT_URI}?code=stolen&state=other`);
  try {
    return await diagnose(url, { approver: { redirectUri: REDIRECT_URI, approve } });
  } finally {
    server.closeAllConnections();
    await close();
  }
}

// oxlint-disable-next-line no-control-regex
const WORKS_ON_A_TERMINAL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/;
const HOSTILE = '\u001b]0;owned\u0007\u001b[2J\u202eevil\u0000';
/** Every place that a report could repeat, full of what a terminal obeys. */
const LIES = {
  resource: HOSTILE,
  authorization_servers: [HOSTILE],
  issuer: HOSTILE,
  authorization_endpoint: HOSTILE,
  error: HOSTILE,
  tools: [{ name: HOSTILE, inputSchema: { type: HOSTILE } }],
};

test.each<[string, RequestListener]>([
  [
    'escape sequences everywhere',
    (_, response) =>
      void response
        .writeHead(401, { 'content-type': 'application/json', 'www-authenticate': `Bearer error="\u009b2J"` })
        .end(JSON.stringify(LIES)),
  ],
  [
    'lies with 200',
    (_, response) =>
      void response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ jsonrpc: '2.0', id: 1, result: LIES, ...LIES })),
  ],
  [
    'numbers where texts should be',
    (_, response) =>
      void response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(
          '{"issuer":1,"authorization_servers":"x","tools":{"a":1},"result":{"tools":[null,1,"x"]},"jsonrpc":2,"id":1}',
        ),
  ],
  ['nothing but null', (_, response) => void response.writeHead(200).end('null')],
  [
    'endless redirects',
    (request, response) => void response.writeHead(302, { location: request.url ?? '/' }).end(),
  ],
  ['a redirect to nowhere', (_, response) => void response.writeHead(302, { location: 'http://[' }).end()],
  ['deep nesting', (_, response) => void response.writeHead(200).end('['.repeat(100_000))],
  [
    'a connection cut in the middle',
    (_, response) =>
      void response.writeHead(200, { 'content-length': '100' }).write('{', () => response.destroy()),
  ],
])('%s: a report comes out, and nothing in it works on a terminal', async (_, answer) => {
  const report = await examine(answer);
  expect(report.steps.flatMap(({ findings }) => findings).length).toBeGreaterThan(10);
  const seen = findingsOf(report, 'fail', 'warn', 'note', 'pass', 'not_run').map((finding) => finding.seen);
  expect(seen.filter((text) => text.includes('the doctor failed'))).toEqual([]);
  const text = toText(report, { colour: false }) + JSON.stringify(toJson(report));
  expect(text).not.toMatch(WORKS_ON_A_TERMINAL);
});

/** Absolute URLs all the same: a parser escapes what is in them, the text itself stays as it was sent. */
const HOSTILE_PATH = `/\u001b]52;c;b3duZWQ=\u0007\u009b2J\u202e${'x'.repeat(20_000)}`;

/** Sound enough to be walked to the end, with what a terminal obeys in everything that it says. */
function hostileConnector(origin: () => string): RequestListener {
  return (request, response) => {
    const path = request.url ?? '/';
    const json = (status: number, body: unknown, headers = {}): void =>
      void response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(body));
    const metadata = {
      issuer: `${origin()}/other${HOSTILE_PATH}`,
      authorization_endpoint: `${origin()}/authorize${HOSTILE_PATH}`,
      token_endpoint: `${origin()}/token?${HOSTILE}`,
      registration_endpoint: `${origin()}/register?${HOSTILE}`,
      revocation_endpoint: `${origin()}/revoke?${HOSTILE}`,
      code_challenge_methods_supported: ['S256', HOSTILE],
      grant_types_supported: ['authorization_code', 'refresh_token', HOSTILE],
      scopes_supported: [HOSTILE],
      authorization_response_iss_parameter_supported: true,
    };
    request.resume();
    if (path.startsWith('/.well-known/oauth-protected-resource')) {
      const servers = [`${origin()}${HOSTILE_PATH}`];
      return json(200, { resource: `${origin()}${HOSTILE_PATH}`, authorization_servers: servers });
    }
    if (path.startsWith('/.well-known/')) return json(200, metadata);
    if (path.startsWith('/authorize')) return void response.end(`<form>${HOSTILE}</form>`);
    if (path.startsWith('/register'))
      return json(201, { client_id: 'c', token_endpoint_auth_method: HOSTILE, grant_types: [HOSTILE] });
    if (path.startsWith('/token')) {
      const expires = `\u009b2J\u202e${'9'.repeat(20_000)}`;
      const tokens = { access_token: 'access-token-of-it', refresh_token: 'refresh-token-of-it' };
      return json(200, { ...tokens, token_type: 'Bearer', expires_in: expires });
    }
    if (request.headers.authorization !== 'Bearer access-token-of-it') {
      const pointer = `${origin()}/.well-known/oauth-protected-resource/mcp`;
      return json(401, { error: HOSTILE }, { 'www-authenticate': `Bearer resource_metadata="${pointer}"` });
    }
    const tools = [{ name: HOSTILE, inputSchema: { type: 'object' } }];
    const asks = { jsonrpc: '2.0', id: 7, method: `${HOSTILE}${'x'.repeat(20_000)}` };
    const reply = { jsonrpc: '2.0', id: 1, result: { protocolVersion: HOSTILE, tools } };
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end([asks, reply].map((one) => `data: ${JSON.stringify(one)}\n\n`).join(''));
  };
}

test('a walk to the end of a server whose URLs are escape sequences: nothing works on a terminal, nothing is endless', async () => {
  let origin = '';
  const server = createServer(
    { maxHeaderSize: 256 * 1024 },
    hostileConnector(() => origin),
  );
  const { close, url } = await listen(server);
  ({ origin } = new URL(url));
  const report = await diagnose(url, {
    patience: 6,
    approver: {
      redirectUri: REDIRECT_URI,
      approve: ({ authorizeUrl }) => {
        const state = new URL(authorizeUrl).searchParams.get('state') ?? '';
        const back = new URLSearchParams({ code: 'a-code-of-it', state, iss: HOSTILE });
        return Promise.resolve(`${REDIRECT_URI}?${back.toString()}`);
      },
    },
  });
  server.closeAllConnections();
  await close();
  const all = namesOf(report, 'fail', 'warn');
  // What repeats the most of the server's words.
  for (const name of ['D8 issuer-differs', 'D11 no-secret', 'D14 iss-differs', 'D15 lifetime-not-a-number'])
    expect(all).toContain(name);
  expect(all).toContain('D21 asks-client');
  const findings = findingsOf(report, 'fail', 'warn', 'note', 'pass', 'not_run');
  expect(findings.filter(({ seen }) => seen.includes('the doctor failed'))).toEqual([]);
  const texts = [...findings, ...report.exchanges, { url: report.url }].flatMap((one) =>
    Object.values(one).filter((value) => typeof value === 'string'),
  );
  expect(Math.max(...texts.map((text) => text.length))).toBeLessThan(2_100);
  expect(texts.filter((text) => WORKS_ON_A_TERMINAL.test(text))).toEqual([]);
});

test('what speaks no HTTP is not reached', async () => {
  const { close, url } = await listen(
    createRawServer((socket) =>
      socket
        .on('error', () => {})
        .resume()
        .end('SSH-2.0-x\r\n'),
    ),
  );
  const report = await diagnose(url);
  await close();
  expect(report.verdict).toBe('unreachable');
  expect(namesOf(report, 'fail')).toEqual(['D3 no-answer']);
});

test('an answer without an end is cut, and closed', async () => {
  const server = createServer((_, response) => {
    response.writeHead(200);
    const more = (): void => void (response.destroyed || response.write('x'.repeat(65_536), more));
    more();
  });
  const { close, url } = await listen(server);
  const http = createHttp({ allowPrivate: true });
  const answer = await http.send({ method: 'GET', url });
  expect(answer).toMatchObject({ ok: true, cut: true });
  expect(answer.ok ? answer.body.length : 0).toBeLessThan(3_000_000);
  await http.close();
  await close();
});

test('a connector on the internet cannot send the doctor into the network where it runs', async () => {
  let asked = 0;
  const server = createServer((_, response) => {
    asked += 1;
    response.end();
  });
  const { close, url } = await listen(server);
  const http = createHttp({ allowPrivate: false });
  const { port } = new URL(url);
  for (const host of ['127.0.0.1', 'localhost', '[::1]', '0x7f.1', '[::ffff:127.0.0.1]']) {
    const answer = await http.send({ method: 'GET', url: `http://${host}:${port}/` });
    expect(answer).toMatchObject({ ok: false, fault: 'private-address' });
  }
  expect(asked).toBe(0);
  await http.close();
  await close();
});
