import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, describe, expect, test } from 'vitest';
import { startDocumentHost, type DocumentHost } from '../client-documents/support/document-host.ts';
import { shopDocument } from './import-documents.ts';
import { focused, useDashboard } from './open-dashboard.ts';

let internet: DocumentHost;
const dashboard = useDashboard({
  addressGuard: async () => {
    internet = await startDocumentHost(['docs.test', 'mcp.test', 'api.shop.example']);
    return internet.guard;
  },
});
afterAll(() => internet?.close());

const TOKEN = 'tok_of_the_wiki';
const TOOLS = [
  { name: 'look', title: 'Look it up', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } },
  { name: 'change', title: 'Change a page', inputSchema: { type: 'object' } },
];

/** An MCP server of 2025-06-18 that wants to know who asks. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return void response.writeHead(401).end();
    if (request.method !== 'POST') return void response.writeHead(405).end();
    const { id, method } = JSON.parse(Buffer.concat(chunks).toString()) as { id?: number; method: string };
    if (id === undefined) return void response.writeHead(202).end();
    const results: Record<string, object> = {
      initialize: {
        protocolVersion: '2025-06-18',
        capabilities: { tools: {} },
        serverInfo: { name: 'Wiki', version: '1' },
      },
      'tools/list': { tools: TOOLS },
    };
    const known = results[method];
    const told =
      known === undefined ? { error: { code: -32_601, message: 'no such method' } } : { result: known };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ jsonrpc: '2.0', id, ...told }));
  });
}

async function admin() {
  const { organisation, person } = dashboard();
  const { orgId, slug } = await organisation();
  const owner = await person({ orgId, role: 'owner' });
  const visit = await dashboard().visit(owner.cookie);
  await visit.goto(`/app/${slug}/connectors/import`);
  return { slug, visit, page: visit.page };
}

describe('an import from the network', () => {
  test('is stopped while it is being fetched, and begun again', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    internet.on('https://docs.test/slow.json', (_request, response) => {
      void held.then(() => response.writeHead(200).end(shopDocument()));
    });
    const { page, visit } = await admin();
    await page.getByLabel('Address of the document').fill('https://docs.test/slow.json');
    await page.getByRole('button', { name: 'Fetch' }).click();
    await page.getByRole('progressbar', { name: 'Fetching the document' }).waitFor();
    expect(await visit.axe()).toEqual([]);
    await page.reload();
    await page.getByRole('button', { name: 'Stop it' }).click();
    await page.getByRole('heading', { name: 'This import was stopped.' }).waitFor();
    expect(await visit.axe()).toEqual([]);
    release();
    const stopped = visit.path();
    await page.getByRole('button', { name: 'Try it again' }).click();
    await page.getByRole('heading', { name: 'What was found' }).waitFor();
    expect(visit.path()).not.toBe(stopped);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('tries the address and the credential before anything is published', async () => {
    internet.publish('https://docs.test/shop.json', shopDocument());
    internet.on('https://api.shop.example/v1/goods', (request, response) => {
      response.writeHead(request.headers['x-shop-key'] === 'right' ? 200 : 401).end('{"secret":"answer"}');
    });
    const { page, visit } = await admin();
    await page.getByLabel('Address of the document').fill('https://docs.test/shop.json');
    await page.getByRole('button', { name: 'Fetch' }).click();
    await page.getByRole('heading', { name: 'What was found' }).waitFor();
    await page.getByRole('link', { name: 'Authenticate' }).click();
    const tryWith = async (secret: string): Promise<void> => {
      await page.getByLabel('Secret in a header').check();
      await page.getByLabel('Name of the header').fill('X-Shop-Key');
      await page.getByLabel('Secret', { exact: true }).fill(secret);
      await page.getByRole('button', { name: 'Save', exact: true }).click();
      await page.getByText('A secret is stored. It is not shown.').waitFor();
      await page.getByLabel('Operation').selectOption('GET /goods');
      await page.getByRole('button', { name: 'Test', exact: true }).click();
    };
    await tryWith('wrong');
    await page.getByText('It did not work.').waitFor();
    await page.getByText('Answer: 401').waitFor();
    expect(await visit.axe()).toEqual([]);
    await page.getByRole('button', { name: 'Change it' }).click();
    expect(await page.getByLabel('Secret', { exact: true }).inputValue()).toBe('');
    await tryWith('right');
    await page.getByText(/It works: 200 in \d+ ms/).waitFor();
    expect(await page.locator('main').innerText()).not.toContain('answer"');
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('of an MCP server asks for the credential that the server wants, and then for its tools', async () => {
    internet.on('https://mcp.test/mcp', answer);
    const { page, visit } = await admin();
    await page.getByLabel('It is an MCP server').check();
    await page.getByLabel('Address of the MCP server').fill('https://mcp.test/mcp');
    await page.getByRole('button', { name: 'Ask it' }).click();
    await page.getByRole('heading', { name: 'The server could not be asked' }).waitFor();
    expect(await visit.axe()).toEqual([]);
    await page.getByRole('radio', { name: /^Token/ }).check();
    await page.getByRole('textbox', { name: 'Token' }).fill(TOKEN);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('heading', { name: 'What was found' }).waitFor();
    await page.getByText('2: 1 read-only, 1 with full access').waitFor();
    await page.getByRole('link', { name: 'Next: Choose' }).click();
    await page.getByText('An MCP server says itself what its tools are').waitFor();
    await page.getByRole('link', { name: 'Publish' }).click();
    await page.getByRole('checkbox', { name: 'Offer change at once' }).waitFor();
    expect(await page.getByLabel('Base URL').count()).toBe(0);
    expect(await visit.axe()).toEqual([]);
    const publish = page.getByRole('button', { name: 'Publish connector' });
    await expect.poll(() => publish.isEnabled()).toBe(true);
    await publish.click();
    await page.getByRole('heading', { name: 'Published' }).waitFor();
    await expect.poll(() => focused(page)).toBe('Published');
    await page.getByText('1 new tool waits to be let in.').waitFor();
    expect(await page.content()).not.toContain(TOKEN);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });
});
