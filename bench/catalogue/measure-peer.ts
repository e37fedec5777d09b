// One document through a compiler, in a process of its own: `measure-peer.ts <compiler> <file>` prints one line of JSON.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compileCatalogue, lintTools, listed, type ListedTool } from '@latchkey/tools';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { countTokens, fromJudges } from './judges.ts';
import type { PeerName } from './peers.ts';

const LIST: Readonly<Record<PeerName | 'latchkey', (file: string) => Promise<ListedTool[]>>> = {
  latchkey: listOfOurs,
  '@ivotoby/openapi-mcp-server': listOfServer,
  'openapi-mcp-generator': listOfGenerator,
  '@samchon/openapi': listOfSamchon,
};

const [peer = '', file = ''] = process.argv.slice(2);
const startedMs = performance.now();
const tools = await LIST[peer as keyof typeof LIST](file);
const ms = performance.now() - startedMs;
const list = JSON.stringify(tools);
const ajv = new Ajv2020({ strict: false, validateFormats: false, logger: false });
const refused = new Set(
  lintTools(tools, 'anthropic').flatMap(({ severity, rule, tool }) =>
    severity === 'error' && tool !== undefined && rule !== 'hints' && rule !== 'no-title' ? [tool] : [],
  ),
);
for (const { name, inputSchema } of tools) if (!compiles(inputSchema)) refused.add(name);
console.log(
  JSON.stringify({
    tools: tools.length,
    refused: refused.size,
    bytes: Buffer.byteLength(list),
    // Counting tokens of a gigabyte takes longer than anything measured here.
    tokens: list.length > 50_000_000 ? null : countTokens(list),
    ms: Math.round(ms),
  }),
);
process.exit(0);

function compiles(schema: object): boolean {
  try {
    ajv.compile(schema);
    return true;
  } catch {
    return false;
  }
}

async function listOfOurs(document: string): Promise<ListedTool[]> {
  const compiled = compileCatalogue(readFileSync(document), { include: { deprecated: true } });
  if (!compiled.ok) throw new Error(compiled.error.message);
  return Promise.resolve(compiled.value.tools.map(listed));
}

/** As a client sees it: its own program, asked over stdio. */
async function listOfServer(document: string): Promise<ListedTool[]> {
  const command = fileURLToPath(
    new URL('../judges/node_modules/@ivotoby/openapi-mcp-server/bin/mcp-server.js', import.meta.url),
  );
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [command, '--api-base-url', 'https://api.example.test', '--openapi-spec', document],
    stderr: 'ignore',
  });
  const client = new Client({ name: 'latchkey-bench', version: '1' });
  await client.connect(transport, { timeout: 110_000 });
  const listed = await client.listTools(undefined, { timeout: 110_000 });
  await client.close();
  return listed.tools as ListedTool[];
}

async function listOfGenerator(document: string): Promise<ListedTool[]> {
  const { getToolsFromOpenApi } = fromJudges('openapi-mcp-generator') as {
    getToolsFromOpenApi(file: string, options: object): Promise<ListedTool[]>;
  };
  const tools = await getToolsFromOpenApi(document, { baseUrl: 'https://api.example.test' });
  return tools.map(({ name, description = '', inputSchema }) => ({ name, description, inputSchema }));
}

async function listOfSamchon(document: string): Promise<ListedTool[]> {
  const { HttpLlm } = fromJudges('@samchon/openapi') as {
    HttpLlm: {
      application(props: object): {
        functions: { name: string; description?: string; parameters: object }[];
      };
    };
  };
  const parsed: unknown = parse(readFileSync(document, 'utf8'));
  const { functions } = HttpLlm.application({ document: parsed });
  return Promise.resolve(
    functions.map(({ name, description = '', parameters }) => ({
      name,
      description,
      inputSchema: parameters,
    })),
  );
}
