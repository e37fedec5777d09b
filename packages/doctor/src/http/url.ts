export function urlOf(text: string | undefined, base?: string | URL): URL | undefined {
  if (text === undefined) return undefined;
  try {
    return new URL(text, base);
  } catch {
    return undefined;
  }
}

/** A resource as clients compare it (RFC 8707 and MCP): lower-case host, no default port, fragment or last slash. */
export function canonical(text: string): string {
  const url = urlOf(text);
  if (url === undefined) return text;
  url.hash = '';
  return url.href.replace(/\/(?=$|\?)/, '');
}

export function isLoopbackHost(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  return (
    bare === 'localhost' || bare.endsWith('.localhost') || bare === '::1' || /^127\.\d+\.\d+\.\d+$/.test(bare)
  );
}
