import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Contender, Row } from './contender.ts';
import { freePort } from '../../packages/server/test/support/free-port.ts';
import { CORES } from './programs.ts';
import { apiDocument, callBody, callOnce, JSON_HEADERS, type Wire } from './work.ts';

const JUDGES = new URL('../judges/', import.meta.url);
const LEGACY = { ...JSON_HEADERS, 'mcp-protocol-version': '2025-06-18' };
const MODERN_META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};
const MODERN = {
  ...JSON_HEADERS,
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': 'tools/call',
  'mcp-name': 'get_item',
};
const READY_ATTEMPTS = 400;

interface Peer {
  readonly package: string;
  readonly command: (place: { port: string; upstream: string; folder: string }) => string[];
  readonly row: (url: string) => Omit<Row, 'name'>;
}

const script = (name: string) => (place: { port: string; upstream: string }) => [
  fileURLToPath(new URL(`servers/${name}.mjs`, JUDGES)),
  place.port,
  place.upstream,
];
const answering = (headers: Wire['headers'], body: string) => (url: string) => ({
  wire: () => ({ url, headers, body }),
});

const PEERS: readonly Peer[] = [
  {
    package: '@modelcontextprotocol/server',
    command: script('sdk-v2'),
    row: answering(MODERN, callBody('get_item', MODERN_META)),
  },
  { package: 'fastmcp', command: script('fastmcp'), row: answering(LEGACY, callBody('get_item')) },
  { package: 'xmcp', command: script('xmcp'), row: answering(LEGACY, callBody('get_item')) },
  {
    package: '@ivotoby/openapi-mcp-server',
    command({ folder, port, upstream }) {
      const document = join(folder, 'items.json');
      writeFileSync(document, apiDocument(upstream));
      return [
        fileURLToPath(new URL('node_modules/@ivotoby/openapi-mcp-server/bin/mcp-server.js', JUDGES)),
        '--api-base-url',
        upstream,
        '--openapi-spec',
        document,
        '--transport',
        'http',
        '--port',
        port,
        '--verbose',
        'false',
      ];
    },
    row: (url) => ({
      wire: () => ({ url, headers: JSON_HEADERS, body: callBody('get-item') }),
      isStreamed: true,
    }),
  },
];

export const PEER_NAMES = PEERS.map((peer) => peer.package);

export async function startPeer(name: string, upstream: string, folder: string): Promise<Contender> {
  const peer = PEERS.find((one) => one.package === name);
  if (peer === undefined) throw new Error(`there is no contender ${name}`);
  const port = String(await freePort());
  const url = `http://127.0.0.1:${port}/mcp`;
  const child = spawn(
    'taskset',
    ['-c', CORES.measured, process.execPath, ...peer.command({ port, upstream, folder })],
    // xmcp and others read a .env of the folder that they are started in.
    { cwd: folder, stdio: ['ignore', 'ignore', 'ignore'] },
  );
  const row = { name, ...peer.row(url) };
  for (let attempt = 1; ; attempt += 1) {
    const fault = await faultOf(row, url);
    if (fault === undefined) break;
    if (child.exitCode !== null || attempt === READY_ATTEMPTS) {
      child.kill('SIGKILL');
      throw new Error(`${name} does not answer`, { cause: fault });
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    name,
    version: versionOf(name),
    pid: child.pid ?? 0,
    rows: [row],
    async close() {
      if (child.exitCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

async function faultOf(row: Row, url: string): Promise<unknown> {
  try {
    if (row.isStreamed === true) await fetch(url, { method: 'DELETE' });
    else await callOnce(row.wire());
    return undefined;
  } catch (error) {
    return error;
  }
}

function versionOf(name: string): string {
  const file = new URL(`node_modules/${name}/package.json`, JUDGES);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
