import { Client } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { onTestFinished } from 'vitest';
import type { Sandbox } from './sandbox.ts';

/** Starts a line as a desktop app starts a program of its configuration, and asks it for its tools. */
export async function toolNamesThrough(line: string, sandbox: Sandbox): Promise<string[]> {
  const transport = new StdioClientTransport({
    command: 'bash',
    args: ['-c', `exec ${line}`],
    cwd: sandbox.folder,
    env: sandbox.environmentOf({ MCP_REMOTE_CONFIG_DIR: `${sandbox.folder}/mcp-remote` }),
    stderr: 'pipe',
  });
  let log = '';
  transport.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString('utf8')));
  const client = new Client({ name: 'Docs', version: '1.0.0' });
  onTestFinished(() => client.close());
  await client.connect(transport).catch((cause: unknown) => {
    throw new Error(`${line} did not connect: ${log}`, { cause });
  });
  const { tools } = await client.listTools();
  await client.close();
  return tools.map(({ name }) => name);
}
