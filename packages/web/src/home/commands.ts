/** In place of a key: a page never shows a live one again. */
export const KEY_PLACEHOLDER = 'YOUR_KEY';

export function claudeCodeCommand(connector: { slug: string; url: string }): string {
  return `claude mcp add --transport http ${connector.slug} ${connector.url}`;
}

/** For clients that can only start a program. mcp-remote refuses plain http to other hosts unless told. */
export function mcpRemoteCommand(url: string): string {
  const { protocol, hostname } = new URL(url);
  const isLoopback = hostname === 'localhost' || hostname === '127.0.0.1';
  const allowHttp = protocol === 'http:' && !isLoopback ? ' --allow-http' : '';
  return `npx mcp-remote ${url}${allowHttp} --header X-API-Key:${KEY_PLACEHOLDER}`;
}
