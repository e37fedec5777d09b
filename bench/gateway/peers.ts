import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Contender, Row } from './contender.ts';
import { startServer, type Place } from './start-server.ts';
import { apiDocument, callBody, JSON_HEADERS, type Wire } from './work.ts';

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

interface Peer {
  readonly package: string;
  readonly command: (place: Place) => string[];
  readonly row: (url: string) => Omit<Row, 'name'>;
}

const script =
  (name: string) =>
  ({ port, upstream }: Place) => [fileURLToPath(new URL(`servers/${name}.mjs`, JUDGES)), port, upstream];
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
  return startServer(
    { name, version: versionOf(name), command: peer.command, row: peer.row },
    { upstream, folder },
  );
}

function versionOf(name: string): string {
  const file = new URL(`node_modules/${name}/package.json`, JUDGES);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
