export type Reach = 'public' | 'this-computer' | 'private-network' | 'not-https';

/** Whether claude.ai, which calls from the internet, can reach an address. By its looks: names are not resolved. */
export function reachOf(connectorUrl: string): Reach {
  const { protocol, hostname } = new URL(connectorUrl);
  const host = hostname.replace(/^\[|\]$/g, '');
  if (host === 'localhost' || host.endsWith('.localhost') || host === '::1' || host.startsWith('127.')) {
    return 'this-computer';
  }
  if (isPrivate(host)) return 'private-network';
  return protocol === 'https:' ? 'public' : 'not-https';
}

function isPrivate(host: string): boolean {
  const privateV4 = /^(10|192\.168|169\.254|172\.(1[6-9]|2\d|3[01])|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7]))\./;
  const privateV6 = /^(f[cd][0-9a-f]{2}|fe[89ab][0-9a-f]):/;
  const privateName = /\.(local|internal|lan|home\.arpa|test)$/;
  const singleLabel = !host.includes('.') && !host.includes(':');
  return privateV4.test(host) || privateV6.test(host) || privateName.test(host) || singleLabel;
}

/** Opens claude.ai with its form for a new connector filled in; claude.ai shows it for review. */
export function addToClaudeUrl(connector: { name: string; url: string }): string {
  const query = new URLSearchParams({
    modal: 'add-custom-connector',
    connectorName: connector.name,
    connectorUrl: connector.url,
  });
  return `https://claude.ai/customize/connectors?${query.toString()}`;
}
