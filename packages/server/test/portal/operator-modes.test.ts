import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { createPerson } from '../../src/demo/person.ts';
import { freePort } from '../support/free-port.ts';
import { PASSWORD, startService } from '../telemetry/support/service.ts';

// What an operator is told of a service that was started with these variables.

/** As an operator sees it. */
async function startWith(variables: Record<string, string>) {
  const read = readConfig(variables);
  if (!read.ok) throw new Error(read.error.join('\n'));
  const { calls, redisUrl, telemetry } = read.value;
  const service = await startService({ calls, redisUrl, telemetry });
  onTestFinished(() => service.close());
  const { people, store, webBaseUrl: origin } = service.latchkey;
  const made = await people.createUser({ email: 'operator@acme.test', name: 'Otto', password: PASSWORD });
  if (!made.ok) throw new Error(made.error.reason);
  await store.operators.add(made.value.userId, { declared: false });
  const person = createPerson({ origins: [origin] });
  await person.submit(
    await person.visit(`${origin}/sign-in`),
    { email: 'operator@acme.test', password: PASSWORD },
    'email',
  );
  return async (path: 'modes' | 'health'): Promise<string> => {
    const answer = await fetch(`${origin}/portal/v1/operator/${path}`, {
      headers: { cookie: person.cookieHeader() },
    });
    expect(answer.status).toBe(200);
    return answer.text();
  };
}

function modesIn(text: string): Record<string, { value: unknown; variable: string }> {
  const { items } = JSON.parse(text) as { items: { id: string; value: unknown; variable: string }[] };
  return Object.fromEntries(items.map(({ id, ...mode }) => [id, mode]));
}

const warningsIn = (text: string) => (JSON.parse(text) as { warnings: string[] }).warnings;

test('limits, metrics and what is sent on are as the variables say that decide them, and no secret is told', async () => {
  const seen = await startWith({
    REDIS_URL: `redis://:the-redis-password@127.0.0.1:${await freePort()}/0`,
    LATCHKEY_CALLS_PER_MINUTE_PER_KEY: '11',
    LATCHKEY_CALLS_PER_MINUTE_PER_ORGANISATION: '12',
    LATCHKEY_CALLS_AT_ONCE: '13',
    LATCHKEY_CALLS_AT_ONCE_PER_ORGANISATION: '14',
    LATCHKEY_CALLS_AT_ONCE_PER_KEY: '15',
    LATCHKEY_MONTHLY_CALLS: '16000',
    LATCHKEY_METRICS_TOKEN: 'the token of the metrics'.replaceAll(' ', '-').padEnd(32, 'x'),
    LATCHKEY_METRICS_ADDRESS: '127.0.0.1:0',
    OTEL_LOGS_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://someone:the-collectors-password@127.0.0.1:${await freePort()}`,
    OTEL_TRACES_EXPORTER: 'none',
  });
  const text = await seen('modes');
  expect(modesIn(text)).toMatchObject({
    shared_limits: { value: true, variable: 'REDIS_URL' },
    calls_per_minute_key: { value: '11', variable: 'LATCHKEY_CALLS_PER_MINUTE_PER_KEY' },
    calls_per_minute_organisation: { value: '12', variable: 'LATCHKEY_CALLS_PER_MINUTE_PER_ORGANISATION' },
    calls_at_once: { value: '13', variable: 'LATCHKEY_CALLS_AT_ONCE' },
    calls_at_once_organisation: { value: '14', variable: 'LATCHKEY_CALLS_AT_ONCE_PER_ORGANISATION' },
    calls_at_once_key: { value: '15', variable: 'LATCHKEY_CALLS_AT_ONCE_PER_KEY' },
    monthly_calls: { value: '16000', variable: 'LATCHKEY_MONTHLY_CALLS' },
    monthly_credits: { value: false, variable: 'LATCHKEY_MONTHLY_CREDITS' },
    metrics_token: { value: true, variable: 'LATCHKEY_METRICS_TOKEN' },
    metrics_address: { value: '127.0.0.1:0', variable: 'LATCHKEY_METRICS_ADDRESS' },
    metrics_sent: { value: false, variable: 'OTEL_METRICS_EXPORTER' },
    audit_sent: { value: true, variable: 'OTEL_LOGS_EXPORTER' },
  });
  for (const secret of ['redis-password', 'collectors-password', 'the-token-of'])
    expect(text).not.toContain(secret);
  // Nothing is at that address.
  expect(warningsIn(await seen('health'))).toEqual(['shared_limits_away']);
});

test('without any of them each says so, and nothing is missing', async () => {
  const seen = await startWith({});
  expect(modesIn(await seen('modes'))).toMatchObject({
    shared_limits: { value: false },
    calls_per_minute_key: { value: '600' },
    monthly_calls: { value: false },
    metrics_token: { value: false },
    metrics_address: { value: false },
    audit_sent: { value: false },
  });
  expect(warningsIn(await seen('health'))).toEqual([]);
});
