import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Client as ClientV2 } from '@modelcontextprotocol/client';
import { StdioClientTransport as TransportV2 } from '@modelcontextprotocol/client/stdio';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/stdio.js';
import { readOutcome, type Outcome } from './mcp-app.ts';

/** How a program is started. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The program as `npm run build` left it, as npm links it. */
const BIN = fileURLToPath(new URL('../../packages/tools/bin/latchkey-stdio.js', import.meta.url));

export function stdioProgram(env: Record<string, string>, ...args: readonly string[]): Program {
  return { command: BIN, args, env: { PATH: process.env['PATH'] ?? '', ...env } };
}

/** An app that has started a program and speaks with it. */
export interface StdioApp {
  revision(): string | undefined;
  toolNames(): Promise<string[]>;
  call(name: string, args?: Record<string, unknown>): Promise<Outcome>;
  /** What the client complained of: lines that are no messages above all. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

interface StdioClient {
  readonly name: string;
  readonly revision: string;
  connect(program: Program): Promise<StdioApp>;
}

/** The official clients, in each way that they speak. */
export const STDIO_APPS: readonly [StdioClient, ...StdioClient[]] = [
  { name: 'SDK v1', revision: '2025-11-25', connect: withV1 },
  {
    name: 'SDK v2 (legacy)',
    revision: '2025-11-25',
    connect: (program) => withV2(program, 'legacy'),
  },
  {
    name: 'SDK v2 (auto)',
    revision: '2026-07-28',
    connect: (program) => withV2(program, 'auto'),
  },
  {
    name: 'SDK v2 (pinned)',
    revision: '2026-07-28',
    connect: (program) => withV2(program, { pin: '2026-07-28' }),
  },
];

const INFO = { name: 'An app', version: '1.0.0' };

async function withV1({ args, command, env }: Program): Promise<StdioApp> {
  const client = new ClientV1(INFO);
  const complaints: string[] = [];
  client.onerror = (error) => void complaints.push(String(error));
  await client.connect(new TransportV1({ command, args: [...args], env: { ...env }, stderr: 'ignore' }));
  return {
    complaints,
    // It keeps to itself what it agreed on.
    revision: () => '2025-11-25',
    toolNames: async () => (await client.listTools()).tools.map(({ name }) => name).sort(),
    call: async (name, given = {}) => readOutcome(await client.callTool({ name, arguments: given })),
    close: () => client.close(),
  };
}

async function withV2(
  { args, command, env }: Program,
  mode: 'auto' | 'legacy' | { pin: string },
): Promise<StdioApp> {
  const client = new ClientV2(INFO, { versionNegotiation: { mode } });
  const complaints: string[] = [];
  client.onerror = (error) => void complaints.push(String(error));
  await client.connect(new TransportV2({ command, args: [...args], env: { ...env }, stderr: 'ignore' }));
  return {
    complaints,
    revision: () => client.getNegotiatedProtocolVersion(),
    async toolNames() {
      const { tools } = await client.listTools(undefined, { cacheMode: 'bypass' });
      return tools.map(({ name }) => name).sort();
    },
    call: async (name, given = {}) => readOutcome(await client.callTool({ name, arguments: given })),
    close: () => client.close(),
  };
}

/** Starts it by hand, gives it these lines and no more, and tells what it said until its end. */
export async function runProgram(
  { args, command, env }: Program,
  lines: readonly object[] = [],
): Promise<{ status: number | null; out: string; err: string }> {
  const child = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  // It may have ended before it is spoken to.
  child.stdin.on('error', () => undefined);
  child.stdin.end(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const [[status], out, err] = await Promise.all([
    once(child, 'close') as Promise<[number | null]>,
    text(child.stdout),
    text(child.stderr),
  ]);
  return { status, out, err };
}
