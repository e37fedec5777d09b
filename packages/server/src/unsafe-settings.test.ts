import { describe, expect, test } from 'vitest';
import { readConfig } from './config.ts';
import { faultsOfServing, isPublic } from './unsafe-settings.ts';

const MCP = 'https://mcp.example.com';
const WEB = 'https://app.example.com';
// 32 random bytes each, as `openssl rand` writes them.
const SECRET = 'Jx2vQe0Wl8bN4mTzYp7cHs1UoKf5RgDi9aVtXyBqLwE=';
const HANDOFF = '9f2c61d07be4a853f0196ce8d7b52a4413ce70fa86d95b2e';

function faultsOf(environment: Record<string, string>): string[] {
  const read = readConfig(environment);
  if (!read.ok) throw new Error(read.error.join('\n'));
  return faultsOfServing(read.value);
}

describe('addresses', () => {
  test.each<Record<string, string>[]>([
    [{}],
    [{ PUBLIC_MCP_BASE_URL: 'http://localhost:4747' }],
    [{ PUBLIC_MCP_BASE_URL: 'http://127.0.0.2:4747' }],
    [{ PUBLIC_MCP_BASE_URL: 'http://[::1]:4747' }],
    [{ PUBLIC_MCP_BASE_URL: 'http://mcp.localhost:4747' }],
    [{ PUBLIC_MCP_BASE_URL: 'https://localhost:8443' }],
    [{ PUBLIC_MCP_BASE_URL: MCP }],
    [{ PUBLIC_MCP_BASE_URL: MCP, HOST: '0.0.0.0' }],
    // A container whose port is published on the host's loopback.
    [{ PUBLIC_MCP_BASE_URL: 'http://localhost:4747', HOST: '0.0.0.0' }],
    [{ PUBLIC_MCP_BASE_URL: MCP, PUBLIC_WEB_BASE_URL: WEB, OAUTH_HANDOFF_SECRET: HANDOFF }],
  ])('with %j it serves', (environment) => {
    expect(faultsOf(environment)).toEqual([]);
  });

  test.each([
    'http://mcp.example.com',
    'http://10.0.0.7:4747',
    'http://0.0.0.0:4747',
    'http://localhost.example.com',
  ])('%s is refused, because others read along', (url) => {
    const { host } = new URL(url);
    expect(faultsOf({ PUBLIC_MCP_BASE_URL: url })).toEqual([
      `PUBLIC_MCP_BASE_URL: must be https, because ${host} is not this machine: passwords and tokens would cross the network for everybody on the way to read`,
    ]);
  });

  test('each of two hosts has to be https', () => {
    const faults = faultsOf({
      PUBLIC_MCP_BASE_URL: 'http://mcp.example.com',
      PUBLIC_WEB_BASE_URL: 'http://app.example.com',
      OAUTH_HANDOFF_SECRET: HANDOFF,
    });
    expect(faults.map((fault) => fault.split(', ', 1)[0])).toEqual([
      'PUBLIC_MCP_BASE_URL: must be https',
      'PUBLIC_WEB_BASE_URL: must be https',
    ]);
  });

  test.each([
    [
      { PUBLIC_MCP_BASE_URL: MCP, PUBLIC_WEB_BASE_URL: 'http://localhost:4747' },
      /^PUBLIC_WEB_BASE_URL: must be an/,
    ],
    [
      { PUBLIC_MCP_BASE_URL: 'http://localhost:1', PUBLIC_WEB_BASE_URL: WEB },
      /^PUBLIC_MCP_BASE_URL: must be an/,
    ],
    [{ PUBLIC_WEB_BASE_URL: WEB }, /^PUBLIC_MCP_BASE_URL: must be an address .* not unset/],
  ])('one host of this machine and one that is not, %j, is refused', (environment, sentence) => {
    const faults = faultsOf({ ...environment, OAUTH_HANDOFF_SECRET: HANDOFF });
    expect(faults).toEqual([expect.stringMatching(sentence)]);
  });

  test.each(['0.0.0.0', '::', '10.0.0.7', 'gateway.internal'])(
    'HOST=%s without an address that others use is refused',
    (HOST) => {
      expect(faultsOf({ HOST, PORT: '4750' })).toEqual([
        expect.stringMatching(
          `^PUBLIC_MCP_BASE_URL: must be set where HOST is ${HOST},.*http://localhost:4750`,
        ),
      ]);
    },
  );
});

describe('secrets of a service that others reach', () => {
  const both = { PUBLIC_MCP_BASE_URL: MCP, PUBLIC_WEB_BASE_URL: WEB };
  const good = { ...both, LATCHKEY_SECRET: SECRET, OAUTH_HANDOFF_SECRET: HANDOFF };
  const elsewhere = 'postgres://app:kP3tq9@db.example.com/app';

  test('random ones are taken, in base64 and in hexadecimal', () => {
    expect(faultsOf({ ...good, DATABASE_URL: elsewhere, LATCHKEY_METRICS_TOKEN: `${HANDOFF}00` })).toEqual(
      [],
    );
  });

  test.each([
    'change-me-change-me-change-me-change-me',
    'CHANGEME0123456789abcdefghijklmnop',
    'replace with 32 random characters!',
    'this-is-an-example-with-32-characters',
    'one secret for both hosts, 32 characters',
    'your-32-character-key-goes-in-here',
    'my default value for this thing, ok',
    'x'.repeat(32),
    '12345678901234567890123456789012',
    'abcdefghijklmnopabcdefghijklmnop',
    '0'.repeat(31) + '1',
  ])('%s is refused in each place, and is not repeated', (value) => {
    for (const name of ['LATCHKEY_SECRET', 'OAUTH_HANDOFF_SECRET', 'LATCHKEY_METRICS_TOKEN']) {
      // Of a header's characters alone, where it would stand in one.
      const written = name === 'LATCHKEY_METRICS_TOKEN' ? value.replaceAll(' ', '-') : value;
      expect(faultsOf({ ...good, [name]: written })).toEqual([
        `${name}: is an example or a pattern, not chance. Make one: openssl rand -base64 32`,
      ]);
    }
  });

  test('one for two purposes is refused', () => {
    expect(faultsOf({ ...good, OAUTH_HANDOFF_SECRET: SECRET })).toEqual([
      'OAUTH_HANDOFF_SECRET: must be another secret than LATCHKEY_SECRET',
    ]);
  });

  test.each(['postgres:postgres', 'latchkey:latchkey', 'app:changeme', 'app:app', 'app:PASSWORD'])(
    'a database as %s is refused',
    (who) => {
      expect(faultsOf({ ...good, DATABASE_URL: `postgres://${who}@db/latchkey` })).toEqual([
        'DATABASE_URL: its password is one that is tried first. Give that user another one',
      ]);
    },
  );

  test('so is a Redis, but none that knows us without a password', () => {
    expect(faultsOf({ ...good, REDIS_URL: 'redis://:foobared@redis:6379/0' })).toEqual([
      expect.stringMatching(/^REDIS_URL: its password/),
    ]);
    expect(
      faultsOf({ ...good, REDIS_URL: 'redis://redis:6379/0', DATABASE_URL: 'postgres://app@db/app' }),
    ).toEqual([]);
  });

  test('on this machine alone any of them will do', () => {
    expect(
      faultsOf({
        PUBLIC_MCP_BASE_URL: 'http://localhost:4747',
        LATCHKEY_SECRET: 'x'.repeat(32),
        DATABASE_URL: 'postgres://postgres:postgres@127.0.0.1/latchkey',
      }),
    ).toEqual([]);
  });
});

test.each<[Record<string, string>, boolean]>([
  [{}, false],
  [{ PUBLIC_MCP_BASE_URL: 'https://127.0.0.1:8443' }, false],
  [{ PUBLIC_MCP_BASE_URL: MCP }, true],
  [
    { PUBLIC_MCP_BASE_URL: 'http://localhost:1', PUBLIC_WEB_BASE_URL: WEB, OAUTH_HANDOFF_SECRET: HANDOFF },
    true,
  ],
])('%j is reached from other machines: %s', (environment, answer) => {
  const read = readConfig(environment);
  expect(read.ok && isPublic(read.value)).toBe(answer);
});
