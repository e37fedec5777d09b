import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { PASSWORD, startService, type Service } from './support/service.ts';

const TOKEN = 'a token for the scraper, 32 characters'.replaceAll(' ', '-');
const NO_OTEL = { resource: {}, warnings: [] };

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.close());

/** Node's own client, because fetch sets Host and Origin as it likes. */
function get(url: string, headers: Record<string, string> = {}, method = 'GET') {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }>(
    (resolve, reject) => {
      httpRequest(url, { method, headers, agent: false }, (res) => {
        let text = '';
        res.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        res.on('end', () => resolve({ status: res.statusCode ?? 0, headers: res.headers, text }));
      })
        .on('error', reject)
        .end();
    },
  );
}

describe('without a token, metrics are this machine’s alone', () => {
  test('who asks over loopback for a service that is reached over loopback reads them', async () => {
    const { headers, status, text } = await get(`${service.url}/metrics`);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(headers['cache-control']).toBe('no-store');
    expect(text).toMatch(/^latchkey_build_info\{version="[\d.]+",node="v\d+/m);
  });

  test.each([
    ['a proxy that says whom it asks for', { 'x-forwarded-for': '203.0.113.7' }],
    ['a proxy that says so in another way', { forwarded: 'for=203.0.113.7' }],
    ['a tunnel', { 'x-forwarded-host': 'latchkey.example.com' }],
    ['a page in a browser whose name leads here (DNS rebinding)', { host: 'evil.example.com' }],
    ['a page of another origin', { origin: 'https://evil.example.com' }],
    ['a name that only looks like ours', { host: 'localhost.evil.example.com' }],
    ['a name with a user before it', { host: 'localhost@evil.example.com' }],
  ])('%s gets 404, as for anything that does not exist', async (_, headers) => {
    const { status, text } = await get(`${service.url}/metrics`, headers);
    expect(status).toBe(404);
    expect(JSON.parse(text)).toMatchObject({ error: { code: 'not_found' } });
    expect(text).not.toContain('latchkey_');
  });

  test('a service with a public address shows them to nobody, however near', async () => {
    const open = await startService({ mcpBaseUrl: 'https://mcp.example.com' });
    try {
      const answers = await Promise.all([
        get(`${open.url}/metrics`),
        get(`${open.url}/metrics`, { host: 'localhost' }),
        get(`${open.url}/metrics`, { authorization: 'Bearer undefined' }),
        get(`${open.url}/metrics?token=`, { authorization: 'Bearer ' }),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
    } finally {
      await open.close();
    }
  });
});

describe('with a token', () => {
  let guarded: Service;
  beforeAll(async () => {
    guarded = await startService({
      mcpBaseUrl: 'https://mcp.example.com',
      telemetry: { ...NO_OTEL, token: TOKEN },
    });
  });
  afterAll(() => guarded.close());

  test('who shows it reads them, from wherever', async () => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'x-forwarded-for': '203.0.113.7' };
    expect((await get(`${guarded.url}/metrics`, headers)).status).toBe(200);
  });

  test.each([
    ['nothing', {}],
    ['another token', { authorization: `Bearer ${TOKEN}x` }],
    ['a part of it', { authorization: `Bearer ${TOKEN.slice(0, -1)}` }],
    ['it in another scheme', { authorization: `Basic ${TOKEN}` }],
    ['it as an API key', { 'x-api-key': TOKEN }],
    ['two of them', { authorization: `Bearer ${TOKEN}, Bearer ${TOKEN}` }],
  ])('who shows %s gets 401 and is told how', async (_, headers: Record<string, string>) => {
    const answer = await get(`${guarded.url}/metrics`, headers);
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="metrics"');
    expect(answer.text).not.toContain('latchkey_http');
  });

  test('a key of an organisation, whatever it may do there, does not open them', async () => {
    const answer = await get(`${guarded.url}/metrics`, { authorization: `Bearer ${guarded.keys.full}` });
    expect(answer.status).toBe(401);
  });

  test('they are read and nothing else', async () => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await get(`${guarded.url}/metrics`, headers, 'POST')).status).toBe(405);
    const head = await get(`${guarded.url}/metrics`, headers, 'HEAD');
    expect([head.status, head.text]).toEqual([200, '']);
  });
});

test('with an address of their own they are there, and nowhere else; nor is anything else there', async () => {
  const apart = await startService({
    mcpBaseUrl: 'https://mcp.example.com',
    telemetry: { ...NO_OTEL, address: { host: '127.0.0.1', port: 0 } },
  });
  try {
    expect((await get(`${apart.metricsUrl}/metrics`)).status).toBe(200);
    expect((await get(`${apart.metricsUrl}/metrics`, { host: 'evil.example.com' })).status).toBe(404);
    expect((await get(`${apart.url}/metrics`)).status).toBe(404);
    const elsewhere = await get(`${apart.metricsUrl}/mcp/acme`);
    expect(elsewhere.status).toBe(404);
    expect(elsewhere.text).not.toContain('latchkey_http');
  } finally {
    await apart.close();
  }
});

test('a scraper that asks for OpenMetrics gets that, with the same figures', async () => {
  const { headers, text } = await get(`${service.url}/metrics`, {
    accept: 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5',
  });
  expect(headers['content-type']).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
  expect(text.endsWith('# EOF\n')).toBe(true);
  expect(text).toContain('# TYPE latchkey_calls counter\n');
  expect(text).toMatch(/^latchkey_calls_total\{/m);
  expect(text).toMatch(/_bucket\{route="mcp",le="1\.0"\} \d+/);
});

describe('what nobody can do with what they send', () => {
  test('names of tools, paths, methods, grant types and organisations make no series', async () => {
    const before = [...(await service.samples()).keys()];
    for (let index = 0; index < 30; index += 1) {
      const word = `evil${index}"} 1\nforged_metric 1`;
      await service.call(word, {}, service.keys.read);
      await get(`${service.url}/mcp/nobody-${index}`);
      await get(`${service.url}/secret-path-${index}/${encodeURIComponent(word)}`, {}, 'PROPFIND');
      await fetch(`${service.url}/token`, {
        method: 'POST',
        body: new URLSearchParams({ grant_type: `evil-${index}\n` }),
      });
    }
    const after = [...(await service.samples()).keys()];
    expect(after).toEqual(before);
    expect(after.join('\n')).not.toMatch(/evil|nobody|secret-path|acme|forged|PROPFIND/);
  });

  test('nothing of an organisation, a person, a key or an upstream stands in a scrape', async () => {
    await service.call('get_item', { id: 'private-id' }, service.keys.read);
    const { text } = await get(`${service.url}/metrics`);
    for (const word of [
      'acme',
      'olivia',
      'private-id',
      'get_item',
      service.orgId,
      service.keys.read,
      '127.0.0.1',
    ])
      expect(text.toLowerCase()).not.toContain(word.toLowerCase());
  });
});

const POLL = { timeout: 20_000 };

/** How much each sample has grown since before it. An answer may be there a moment before it is counted: ask again. */
async function growthBy(act: () => Promise<unknown>): Promise<() => Promise<Record<string, number>>> {
  const before = await service.samples();
  await act();
  return async () => {
    const after = [...(await service.samples())];
    return Object.fromEntries(after.map(([name, value]) => [name, value - (before.get(name) ?? 0)]));
  };
}

describe('what is counted', () => {
  test('a call that went well: the call, its duration, the upstream’s, the request, the credential', async () => {
    await expect
      .poll(await growthBy(() => service.call('get_credits', {}, service.keys.read)), POLL)
      .toMatchObject({
        'latchkey_calls_total{kind="tool",access="read",outcome="ok"}': 1,
        'latchkey_call_duration_seconds_count{access="read"}': 1,
        'latchkey_upstream_duration_seconds_count{outcome="ok"}': 1,
        'latchkey_http_requests_total{route="mcp",status="2xx"}': 1,
        'latchkey_http_request_duration_seconds_count{route="mcp"}': 1,
        'latchkey_authentications_total{outcome="ok"}': 1,
        latchkey_audit_intent_duration_seconds_count: 0,
      });
  });

  test('a call that may write waits for its intent, which is measured', async () => {
    await expect
      .poll(await growthBy(() => service.call('create_item', { name: 'x' }, service.keys.full)), POLL)
      .toMatchObject({
        'latchkey_calls_total{kind="tool",access="full",outcome="ok"}': 1,
        latchkey_audit_intent_duration_seconds_count: 1,
      });
  });

  test('a call that the upstream fails, and one that is refused, with why', async () => {
    service.upstream.answer((_, res) => res.destroy());
    await expect
      .poll(
        await growthBy(async () => {
          await service.call('get_credits', {}, service.keys.read);
          await service.call('create_item', { name: 'x' }, service.keys.read);
          await service.call('get_item', {}, service.keys.read);
        }),
        POLL,
      )
      .toMatchObject({
        'latchkey_calls_total{kind="tool",access="read",outcome="failed"}': 1,
        'latchkey_upstream_faults_total{fault="upstream_reset"}': 1,
        'latchkey_calls_total{kind="tool",access="full",outcome="refused"}': 1,
        'latchkey_call_refusals_total{reason="insufficient_scope"}': 1,
        'latchkey_call_refusals_total{reason="invalid_arguments"}': 1,
      });
    service.upstream.answer((_, res) => void res.end('{}'));
  });

  test('the REST door, and a credential that is refused there', async () => {
    await expect
      .poll(
        await growthBy(async () => {
          await get(`${service.url}/api/items/credits`, { authorization: `Bearer ${service.keys.read}` });
          await get(`${service.url}/api/items/credits`, { authorization: 'Bearer lk_live_nothing' });
        }),
        POLL,
      )
      .toMatchObject({
        'latchkey_calls_total{kind="api",access="read",outcome="ok"}': 1,
        'latchkey_http_requests_total{route="api",status="2xx"}': 1,
        'latchkey_http_requests_total{route="api",status="4xx"}': 1,
        'latchkey_authentications_total{outcome="unauthenticated"}': 1,
      });
  });

  test('the token endpoint by grant type and outcome', async () => {
    const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
    const post = (form: Record<string, string>) =>
      fetch(`${service.url}/token`, { method: 'POST', body: new URLSearchParams(form) });
    const act = async () => {
      await post({ grant_type: 'refresh_token', refresh_token: 'x', client_id: 'nobody' });
      await post({ grant_type: exchange, client_id: 'nobody' });
      await post({ client_id: 'nobody' });
    };
    await expect.poll(await growthBy(act), POLL).toMatchObject({
      'latchkey_token_requests_total{grant_type="refresh_token",outcome="invalid_client"}': 1,
      'latchkey_token_requests_total{grant_type="token_exchange",outcome="invalid_client"}': 1,
      'latchkey_token_requests_total{grant_type="none",outcome="invalid_client"}': 1,
      'latchkey_http_requests_total{route="token",status="4xx"}': 3,
    });
  });

  test('signing in, right and wrong', async () => {
    const { people } = service.latchkey;
    const headers = new Headers();
    await expect
      .poll(
        await growthBy(async () => {
          await people.signIn({ email: 'owner@acme.test', password: PASSWORD, headers });
          await people.signIn({ email: 'owner@acme.test', password: 'wrong', headers });
        }),
        POLL,
      )
      .toMatchObject({
        'latchkey_sign_ins_total{method="password",outcome="ok"}': 1,
        'latchkey_sign_ins_total{method="password",outcome="refused"}': 1,
      });
  });

  test('what a cache could answer, and what not', async () => {
    await service.call('get_credits', {}, service.keys.read);
    await expect
      .poll(await growthBy(() => service.call('get_credits', {}, service.keys.read)), POLL)
      .toMatchObject({
        'latchkey_cache_hits_total{cache="keys"}': 1,
        'latchkey_cache_misses_total{cache="keys"}': 0,
      });
    expect((await service.samples()).get('latchkey_cache_entries{cache="keys"}')).toBeGreaterThan(0);
  });
  test('audit rows, once the database has them', async () => {
    const before = (await service.samples()).get('latchkey_audit_rows_total') ?? 0;
    await service.call('get_credits', {}, service.keys.read);
    await expect
      .poll(async () => (await service.samples()).get('latchkey_audit_rows_total'))
      .toBeGreaterThan(before);
    expect((await service.samples()).get('latchkey_audit_rows_dropped_total')).toBe(0);
  });

  test('how long a change needs until it is heard, and that the feed is connected', async () => {
    const before = (await service.samples()).get('latchkey_change_feed_lag_seconds_count') ?? 0;
    await service.latchkey.store.changes.add('key', 'key_nothing');
    await vi.waitFor(async () => {
      const samples = await service.samples();
      expect(samples.get('latchkey_change_feed_lag_seconds_count')).toBeGreaterThan(before);
      expect(samples.get('latchkey_change_feed_connected')).toBe(1);
    }, 20_000);
  });

  test('an open stream, while it is open, and not as a slow request', async () => {
    const leaving = new AbortController();
    const listening = await fetch(`${service.url}/mcp/acme/sse`, {
      headers: { accept: 'text/event-stream', authorization: `Bearer ${service.keys.read}` },
      signal: leaving.signal,
    });
    expect(listening.status).toBe(200);
    // Those of other tests may still be closing.
    await expect.poll(async () => (await service.samples()).get('latchkey_open_streams')).toBe(1);
    const during = await service.samples();
    expect(during.get('latchkey_http_requests_in_flight')).toBeGreaterThan(1);
    leaving.abort();
    await expect.poll(async () => (await service.samples()).get('latchkey_open_streams')).toBe(0);
    const name = 'latchkey_http_request_duration_seconds_count{route="mcp"}';
    expect((await service.samples()).get(name)).toBe(during.get(name));
  });

  test('a limit that refuses, by whose it was', async () => {
    const slow = await service.keyWith('read', 1);
    const act = async () => {
      await service.call('get_credits', {}, slow);
      await service.call('get_credits', {}, slow);
    };
    await expect.poll(await growthBy(act), POLL).toMatchObject({
      'latchkey_rate_limited_total{limit="key"}': 1,
      'latchkey_rate_limited_total{limit="org"}': 0,
      'latchkey_http_requests_total{route="mcp",status="4xx"}': 1,
    });
  });

  test('the process: memory, processor, file descriptors, connections', async () => {
    const samples = await service.samples();
    expect(samples.get('process_resident_memory_bytes')).toBeGreaterThan(1e6);
    expect(samples.get('process_cpu_seconds_total')).toBeGreaterThan(0);
    expect(samples.get('process_open_fds')).not.toBe(0);
    const inUse = samples.get('latchkey_database_connections{pool="main",state="in_use"}') ?? -1;
    const idle = samples.get('latchkey_database_connections{pool="main",state="idle"}') ?? -1;
    expect(inUse + idle).toBeGreaterThan(0);
    expect(samples.get('latchkey_database_waiting{pool="main"}')).toBe(0);
  });
});
