import { expect, test } from 'vitest';
import { readPackageName } from './package-name.ts';

test.each([
  ['acme-mcp', 'acme-mcp', 'ACME'],
  ['@acme/mcp', 'mcp', 'ACME'],
  ['@acme/crm-mcp-server', 'crm-mcp-server', 'ACME_CRM'],
  ['mcp-server', 'mcp-server', 'MCP_SERVER'],
  ['7digital.mcp', '7digital.mcp', 'MCP_7DIGITAL'],
])('%s names the program %s and its variables %s_…', (full, short, prefix) => {
  expect(readPackageName(full)).toEqual({ ok: true, value: { full, short, prefix } });
});

test.each([
  ['nothing', ''],
  ['a way out of the folder', '../acme'],
  ['a way out of the folder in a scope', '@acme/../../etc'],
  ['a scope that is a way out', '@../acme'],
  ['an absolute path', '/etc/passwd'],
  ['a second slash', '@acme/crm/mcp'],
  ['a slash without a scope', 'acme/mcp'],
  ['a scope alone', '@acme'],
  ['a backslash', 'acme\\mcp'],
  ['a dot first', '.acme'],
  ['an underscore first', '_acme'],
  ['a hyphen first, as an option has', '-rf'],
  ['capitals', 'Acme'],
  ['a line break', 'acme\nmcp'],
  ['a control character', 'acme\u0000'],
  ['a space', 'acme mcp'],
  ['what a shell reads', 'acme$(id)'],
  ['mark-up', '<b>acme</b>'],
  ['a letter that looks like another', 'аcme'],
  ['a module of Node.js', 'http'],
  ['node_modules', 'node_modules'],
  ['215 characters', 'a'.repeat(215)],
])('%s is no name', (_, name) => {
  expect(readPackageName(name)).toMatchObject({ ok: false, error: expect.any(String) as string });
});
