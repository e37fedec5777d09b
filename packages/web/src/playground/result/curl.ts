import type { RestCall } from '../../api/playground.ts';

/** A command for a POSIX shell. Of the key it has the name of a variable alone. */
export function curlOf({ body, headers, method, url }: RestCall): string {
  const lines = [
    `curl -X ${method} ${quoted(url)}`,
    '-H "X-API-Key: $LATCHKEY_API_KEY"',
    ...headers.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    ...(body === null ? [] : [`--data-raw ${quoted(body)}`]),
  ];
  return lines.join(' \\\n  ');
}

/** Nothing in single quotes means anything to a shell but a single quote. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** JSON-RPC, for whoever speaks MCP by hand. */
export function toolsCallOf(name: string, args: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(
    { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } },
    undefined,
    2,
  );
}
