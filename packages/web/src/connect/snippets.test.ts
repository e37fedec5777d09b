import { expect, test } from 'vitest';
import { APPS } from '../text/connect-apps.ts';
import { APP_NAMES } from './app-names.ts';
import { cursorLink, curlCommand, stdioConfig, vsCodeLink } from './snippets.ts';

const PLACE = { slug: 'acme', name: 'Acme & Söhne', url: 'https://tools.acme.com/mcp/acme/c/crm' };

test('Cursor and VS Code are given the URL in the form that they read', () => {
  const cursor = new URL(cursorLink(PLACE));
  expect(`${cursor.protocol}//${cursor.host}${cursor.pathname}`).toBe(
    'cursor://anysphere.cursor-deeplink/mcp/install',
  );
  expect(cursor.searchParams.get('name')).toBe('acme');
  expect(JSON.parse(atob(cursor.searchParams.get('config') ?? ''))).toEqual({ url: PLACE.url });

  const [scheme, json = ''] = vsCodeLink(PLACE).split('?');
  expect(scheme).toBe('vscode:mcp/install');
  expect(JSON.parse(decodeURIComponent(json))).toEqual({ name: 'acme', type: 'http', url: PLACE.url });
});

test('a program over stdio is given its key by the environment', () => {
  const { mcpServers } = JSON.parse(stdioConfig(PLACE)) as { mcpServers: Record<string, object> };
  expect(mcpServers).toEqual({
    acme: {
      command: 'node',
      args: [expect.stringMatching(/latchkey-stdio\.js$/)],
      env: { LATCHKEY_URL: PLACE.url, LATCHKEY_API_KEY: 'YOUR_KEY' },
    },
  });
});

test('no guide has anything like a live key in it, and each has its URL and steps', () => {
  for (const name of APP_NAMES) {
    const steps = APPS[name].steps(PLACE);
    const all = JSON.stringify(steps);
    expect(all).not.toMatch(/lk_(live|test)_/);
    expect(steps.length).toBeGreaterThan(1);
    expect(all.includes('YOUR_KEY')).toBe(APPS[name].usesKey);
    expect(steps.some(({ snippet }) => snippet?.text.includes(PLACE.url))).toBe(true);
  }
  expect(curlCommand(PLACE.url)).toContain(`curl ${PLACE.url} `);
});
