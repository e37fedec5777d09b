import { KEY_PLACEHOLDER } from '../home/commands.ts';

/** A place to connect to: a name for it in a configuration, one for people, and its URL. */
export interface Place {
  slug: string;
  name: string;
  url: string;
}

export function cursorLink({ slug, url }: Place): string {
  const query = new URLSearchParams({ name: slug, config: btoa(JSON.stringify({ url })) });
  return `cursor://anysphere.cursor-deeplink/mcp/install?${query.toString()}`;
}

export function cursorConfig({ slug, url }: Place): string {
  return JSON.stringify({ mcpServers: { [slug]: { url } } }, undefined, 2);
}

export function vsCodeLink({ slug, url }: Place): string {
  return `vscode:mcp/install?${encodeURIComponent(JSON.stringify({ name: slug, type: 'http', url }))}`;
}

export function vsCodeConfig({ slug, url }: Place): string {
  return JSON.stringify({ servers: { [slug]: { type: 'http', url } } }, undefined, 2);
}

/** Where the program is in a clone of Latchkey. */
const STDIO_PROGRAM = '/path/to/latchkey/packages/tools/bin/latchkey-stdio.js';

/** For apps that start a program: latchkey-stdio, with the key in its environment and in no argument. */
export function stdioConfig({ slug, url }: Place): string {
  const env = { LATCHKEY_URL: url, LATCHKEY_API_KEY: KEY_PLACEHOLDER };
  return JSON.stringify(
    { mcpServers: { [slug]: { command: 'node', args: [STDIO_PROGRAM], env } } },
    undefined,
    2,
  );
}

export function curlCommand(url: string): string {
  return [
    `curl ${url}`,
    `-H 'X-API-Key: ${KEY_PLACEHOLDER}'`,
    `-H 'Content-Type: application/json'`,
    `-H 'Accept: application/json, text/event-stream'`,
    `-d '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'`,
  ].join(' \\\n  ');
}
