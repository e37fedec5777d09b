import { expect, test } from 'vitest';
import { addToClaudeUrl, reachOf, type Reach } from './claude-link.ts';

test.each<[string, Reach]>([
  ['https://mcp.example.com/mcp/acme', 'public'],
  ['https://203.0.113.7/mcp/acme', 'public'],
  ['https://[2001:db8::1]/mcp/acme', 'public'],
  ['http://mcp.example.com/mcp/acme', 'not-https'],
  ['http://localhost:4747/mcp/acme', 'this-computer'],
  ['https://localhost/mcp/acme', 'this-computer'],
  ['http://latchkey.localhost/mcp', 'this-computer'],
  ['http://127.0.0.1:4747/mcp', 'this-computer'],
  ['http://[::1]:4747/mcp', 'this-computer'],
  ['https://10.1.2.3/mcp', 'private-network'],
  ['https://172.20.0.1/mcp', 'private-network'],
  ['https://172.32.0.1/mcp', 'public'],
  ['https://192.168.1.4/mcp', 'private-network'],
  ['https://100.64.0.1/mcp', 'private-network'],
  ['https://[fd00::1]/mcp', 'private-network'],
  ['https://nas.local/mcp', 'private-network'],
  ['https://latchkey/mcp', 'private-network'],
])('claude.ai sees %s as %s', (url, reach) => {
  expect(reachOf(url)).toBe(reach);
});

test('the link carries name and URL to the form of claude.ai, whatever is in them', () => {
  const link = new URL(addToClaudeUrl({ name: 'Ümlaut & Söhne', url: 'https://mcp.example.com/mcp/acme' }));
  expect(link.origin + link.pathname).toBe('https://claude.ai/customize/connectors');
  expect(Object.fromEntries(link.searchParams)).toEqual({
    modal: 'add-custom-connector',
    connectorName: 'Ümlaut & Söhne',
    connectorUrl: 'https://mcp.example.com/mcp/acme',
  });
});
