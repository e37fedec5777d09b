import { expect, test } from 'vitest';
import { claudeCodeCommand, mcpRemoteCommand } from './commands.ts';

test.each([
  [
    'http://localhost:4747/mcp/acme/sse',
    'npx mcp-remote http://localhost:4747/mcp/acme/sse --header X-API-Key:YOUR_KEY',
  ],
  [
    'https://mcp.example.com/mcp/acme',
    'npx mcp-remote https://mcp.example.com/mcp/acme --header X-API-Key:YOUR_KEY',
  ],
  [
    'http://10.0.0.5/mcp/acme/sse',
    'npx mcp-remote http://10.0.0.5/mcp/acme/sse --allow-http --header X-API-Key:YOUR_KEY',
  ],
])('mcp-remote to %s is told what it needs, with a placeholder for the key', (url, command) => {
  expect(mcpRemoteCommand(url)).toBe(command);
});

test('Claude Code gets the URL under the name of the organisation', () => {
  expect(claudeCodeCommand({ slug: 'acme', url: 'https://mcp.example.com/mcp/acme' })).toBe(
    'claude mcp add --transport http acme https://mcp.example.com/mcp/acme',
  );
});
