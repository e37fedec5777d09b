import { mkdtemp, rm, writeFile, chmod } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NO_CHROMIUM, openChromium } from '../packages/server/test/portal/open-chromium.ts';
import {
  startCommand,
  stopCommand,
  untilReady,
  type StartedCommand,
} from '../packages/server/test/support/latchkey-command.ts';
import { CALLBACK } from './support/mcp-app.ts';
import { sdkV2Auto } from './support/sdk-v2.ts';
import type { World } from './support/world.ts';

// From a new service to a revoked connection, as a person goes: the built command, a real browser, a real MCP client.
const EMAIL = 'ada@initech.test';
const PASSWORD = 'a long enough password';
const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'Notes', version: '1' },
  paths: {
    '/notes': {
      get: {
        operationId: 'listNotes',
        summary: 'List notes',
        responses: { 200: { description: 'The notes' } },
      },
      post: { operationId: 'addNote', summary: 'Add a note', responses: { 201: { description: 'Added' } } },
    },
  },
};

let browser: Browser | undefined;
let folder: string;
let latchkey: StartedCommand;
let url: string;
const notes: string[] = ['Buy milk'];
const api = createServer((request, response) => {
  if (request.method === 'POST') notes.push(`Note ${notes.length + 1}`);
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ notes }));
});

beforeAll(async () => {
  browser = await openChromium();
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  const { port } = api.address() as AddressInfo;
  folder = await mkdtemp(join(tmpdir(), 'latchkey-journey-'));
  // Where root runs it, the database's own account passes through here.
  await chmod(folder, 0o755);
  await writeFile(join(folder, 'notes.json'), JSON.stringify(DOCUMENT));
  const connectors = [
    { slug: 'notes', name: 'Notes', document: './notes.json', base_url: `http://127.0.0.1:${port}` },
  ];
  await writeFile(join(folder, 'latchkey.json'), JSON.stringify({ connectors }));
  latchkey = startCommand(['serve'], {
    cwd: folder,
    environment: {
      PORT: '0',
      LATCHKEY_DATA_DIR: './data',
      LATCHKEY_CONFIG: './latchkey.json',
      LOG_LEVEL: 'silent',
    },
  });
  const ready = await untilReady(latchkey);
  url = ready['url'] ?? '';
});

afterAll(async () => {
  await browser?.close();
  await stopCommand(latchkey);
  api.close();
  await rm(folder, { recursive: true, force: true });
});

test('a new service is set up, connected to, used and cut off again, with scripts on in the dashboard alone', async (context) => {
  if (browser === undefined) return context.skip(NO_CHROMIUM);
  const person = await browser.newContext({ javaScriptEnabled: false });
  const page = await person.newPage();

  await page.goto(/https?:\S+\/setup\S*/.exec(latchkey.err())?.[0] ?? '');
  await page.getByLabel('Email').fill(EMAIL);
  await page.getByLabel('Your name').fill('Ada');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByLabel('Organisation name').fill('Initech');
  await page.getByRole('button', { name: 'Finish set-up' }).click();
  const pasted = await page.getByText(/^http\S+\/mcp\/initech$/).innerText();

  const decisions = ['full', 'read'] as const;
  let asked = 0;
  const world = {
    url,
    atOffset: <Value>(_: number, act: () => Promise<Value>) => act(),
    approve: (authorizeUrl: string) => approve(page, authorizeUrl, decisions[asked++] ?? 'read'),
  } as unknown as World;
  const app = await sdkV2Auto.connect(world, {
    clientName: 'Notebook',
    path: new URL(pasted).pathname,
    email: EMAIL,
    access: 'full',
  });
  expect((await app.tools()).map(({ name }) => name)).toEqual(['add_note', 'list_notes']);
  expect((await app.call('add_note')).said).toEqual({ notes: ['Buy milk', 'Note 2'] });

  const dashboard = await openDashboard(browser, person);
  await dashboard.goto(`${url}/app/initech/keys`);
  const row = dashboard.getByRole('row', { name: /Notebook \(MCP connector\)/ });
  await row.getByRole('button', { name: 'Revoke' }).click();
  await dashboard.getByRole('alertdialog').getByRole('button', { name: 'Revoke key' }).click();
  await row.waitFor({ state: 'detached' });

  await expect(app.call('list_notes')).rejects.toThrow(sdkV2Auto.Unauthorized);
  await app.approveAgain({ email: EMAIL, access: 'read' });
  expect((await app.tools()).map(({ name }) => name)).toEqual(['list_notes']);
  await app.close();
});

/** What the person does in the browser that the app opened; answers where it is sent back to. */
async function approve(page: Page, authorizeUrl: string, access: 'read' | 'full'): Promise<URL> {
  const wayBack = page.waitForRequest((request) => request.url().startsWith(CALLBACK));
  await page.goto(authorizeUrl);
  if (new URL(page.url()).pathname === '/sign-in') {
    await page.getByLabel('Email').fill(EMAIL);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  }
  await page.getByLabel(access === 'read' ? /^Read-only/ : /^Full access/).check();
  await page.getByRole('button', { name: /^Allow/ }).click();
  return new URL((await wayBack).url());
}

/** The same person, signed in, where scripts run. */
async function openDashboard(opened: Browser, person: BrowserContext): Promise<Page> {
  const context = await opened.newContext({ storageState: await person.storageState() });
  return context.newPage();
}
