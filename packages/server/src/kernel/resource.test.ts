import { describe, expect, test } from 'vitest';
import type { FormerSlug } from './organisation-names.ts';
import { parseResourcePath, parseResourceUrl, resourceCovers } from './resource.ts';

const BASE = 'https://mcp.example.com';
const EXTRA = ['/api/ext/mcp'];
const NOW = 1_000_000;
const FORMER: Record<string, FormerSlug[]> = {
  northwind: [
    { slug: 'north', aliasUntilMs: NOW + 1 },
    { slug: 'wind', aliasUntilMs: NOW },
  ],
};

function covers(tokenPath: string, requestedPath: string, org: string): boolean {
  const requested = parseResourcePath(requestedPath, EXTRA);
  if (requested === undefined) throw new Error(`${requestedPath} is no resource`);
  return resourceCovers(tokenPath, requested, { orgSlug: org, formerSlugs: FORMER[org] }, EXTRA, NOW);
}

describe('parseResourceUrl', () => {
  test.each([
    ['https://mcp.example.com/mcp', '/mcp'],
    ['https://mcp.example.com/mcp/', '/mcp'],
    ['HTTPS://MCP.example.com:443/mcp/acme', '/mcp/acme'],
    ['https://mcp.example.com/mcp/x/../acme/sse', '/mcp/acme/sse'],
    ['https://mcp.example.com/api/ext/mcp', '/api/ext/mcp'],
    ['https://mcp.example.com/mcp/acme/c/crm', '/mcp/acme/c/crm'],
  ])('reads %s as %s', (indicator, path) => {
    expect(parseResourceUrl(indicator, BASE, EXTRA)?.path).toBe(path);
  });

  test.each([
    'https://mcp.example.com.evil.test/mcp',
    'http://mcp.example.com/mcp',
    'https://mcp.example.com:8443/mcp',
    'https://user@mcp.example.com/mcp',
    'https://mcp.example.com/mcp?x=1',
    'https://mcp.example.com/mcp?',
    'https://mcp.example.com/mcp#x',
    'https://mcp.example.com/mcp#',
    'https://mcp.example.com/mcp/ACME',
    'https://mcp.example.com/mcp/acme%2fsse',
    'https://mcp.example.com/mcp/acme/sse/more',
    'https://mcp.example.com/api/crm',
    'https://mcp.example.com/',
    '/mcp',
    'not a url',
  ])('refuses %s', (indicator) => {
    expect(parseResourceUrl(indicator, BASE, EXTRA)).toBeUndefined();
  });
});

describe('resourceCovers', () => {
  test.each([
    ['/mcp', '/mcp', 'acme', true],
    ['/mcp', '/mcp/acme/sse', 'acme', true],
    ['/api/ext/mcp', '/mcp', 'acme', true],
    ['/mcp', '/mcp/globex', 'acme', false],
    ['/mcp/acme', '/mcp/acme', 'acme', true],
    ['/mcp/acme', '/mcp/acme/sse', 'acme', true],
    ['/mcp/acme', '/mcp/acme/c/crm', 'acme', true],
    ['/mcp/acme', '/mcp', 'acme', false],
    ['/mcp/acme', '/mcp/acme-two', 'acme', false],
    ['/mcp/acme/sse', '/mcp/acme', 'acme', false],
    ['/mcp/acme/c/crm', '/mcp/acme/c/crm2', 'acme', false],
    ['/mcp/globex', '/mcp/acme', 'acme', false],
    ['/mcp/acme', '/mcp/acme/t/daily', 'acme', true],
    ['/mcp/acme/t/daily', '/mcp/acme/t/daily', 'acme', true],
    ['/mcp/acme/t/daily', '/mcp/acme/t/daily-two', 'acme', false],
    ['/mcp/acme/t/daily', '/mcp/acme', 'acme', false],
    ['/mcp/acme/t/crm', '/mcp/acme/c/crm', 'acme', false],
    ['/mcp/acme/c/crm', '/mcp/acme/t/crm', 'acme', false],
    ['/mcp/acme/t/daily', '/mcp/globex/t/daily', 'acme', false],
    // It was called north until lately, and wind until long ago.
    ['/mcp/north', '/mcp/north', 'northwind', true],
    ['/mcp/north', '/mcp/northwind/c/crm', 'northwind', true],
    ['/mcp/wind', '/mcp/northwind', 'northwind', true],
    ['/mcp/northwind', '/mcp/north/sse', 'northwind', true],
    ['/mcp', '/mcp/north', 'northwind', true],
    ['/mcp/wind', '/mcp/wind', 'northwind', false],
    ['/mcp', '/mcp/wind', 'northwind', false],
    ['/mcp/north/c/crm', '/mcp/northwind', 'northwind', false],
    ['/mcp/north/c/crm', '/mcp/northwind/c/crm2', 'northwind', false],
    ['/mcp/acme', '/mcp/northwind', 'northwind', false],
    ['/mcp/north', '/mcp/north', 'acme', false],
  ])('a token for %s at %s in %s: %s', (tokenPath, requestedPath, org, expected) => {
    expect(covers(tokenPath, requestedPath, org)).toBe(expected);
  });
});
