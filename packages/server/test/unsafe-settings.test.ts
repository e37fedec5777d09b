import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEMO_USERS } from '../src/demo/demo-data.ts';
import { startDemo, type RunningDemo } from './support/app.ts';
import { startCommand } from './support/latchkey-command.ts';

// The built command refuses to serve others with what is good for this machine alone.
const PUBLIC = 'https://mcp.example.com';
const SECRET = 'Jx2vQe0Wl8bN4mTzYp7cHs1UoKf5RgDi9aVtXyBqLwE=';

let folder: string;
let demo: RunningDemo;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'latchkey-unsafe-'));
  demo = await startDemo({ secret: SECRET });
});
afterAll(async () => {
  await demo.close();
  await rm(folder, { recursive: true, force: true });
});

async function refusalOf(command: string[], environment: Record<string, string>): Promise<string[]> {
  const started = startCommand(command, {
    cwd: folder,
    environment: { PORT: '0', LATCHKEY_DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'silent', ...environment },
  });
  expect(await started.exit).toBe(1);
  expect(started.out()).toBe('');
  return started.err().trim().split('\n');
}

test('serve says each fault of what others would reach in a line, and opens nothing', async () => {
  const faults = await refusalOf(['serve'], {
    PUBLIC_MCP_BASE_URL: 'http://mcp.example.com',
    LATCHKEY_SECRET: 'change-me-change-me-change-me-change-me',
    DATABASE_URL: 'postgres://postgres:postgres@127.0.0.1:1/latchkey',
  });
  expect(faults).toEqual([
    expect.stringMatching(/^latchkey: PUBLIC_MCP_BASE_URL: must be https/),
    expect.stringMatching(/^latchkey: LATCHKEY_SECRET: is an example/),
    expect.stringMatching(/^latchkey: DATABASE_URL: its password/),
  ]);
});

test.each<[string[], Record<string, string>]>([
  [['serve'], { PUBLIC_MCP_BASE_URL: PUBLIC }],
  [['serve', '--workers', '2'], { PUBLIC_MCP_BASE_URL: PUBLIC }],
  [['serve'], { HOST: '0.0.0.0', PUBLIC_MCP_BASE_URL: 'http://localhost:4747' }],
  [['serve'], {}],
  [['serve', '--workers', '2'], {}],
])('%j with %j does not serve the demo’s people', async (command, environment) => {
  const faults = await refusalOf(command, {
    ...environment,
    DATABASE_URL: demo.databaseUrl,
    LATCHKEY_SECRET: SECRET,
  });
  expect(faults).toEqual([
    expect.stringContaining(`${DEMO_USERS.map(({ email }) => email).join(', ')} can sign in with a password`),
  ]);
});

test.each<Record<string, string>>([
  { PUBLIC_MCP_BASE_URL: PUBLIC },
  { HOST: '0.0.0.0', PUBLIC_MCP_BASE_URL: 'http://localhost:4747' },
])('the demo with %j is refused: everybody knows its password', async (environment) => {
  expect(await refusalOf(['demo', '--once'], environment)).toEqual([
    expect.stringContaining('everybody knows the password of the demo’s people'),
  ]);
});
