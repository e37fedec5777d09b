import { compileCatalogue } from '@latchkey/tools';
import { importConnector } from '../../../../src/connectors/import-connector.ts';
import { unescapeHtml } from '../../../../src/demo/html.ts';
import type { ConnectorId } from '../../../../src/kernel/ids.ts';
import type { Credential } from '../../../../src/upstreams/credentials/credential.ts';
import type { Answer, Browser } from '../../../oauth/support/browser.ts';
import type { Member, Organisation, World } from '../../../oauth/support/world.ts';
import { rpc } from '../../../support/oauth-client.ts';
import { SERVICE_DOCUMENT } from './authorization-server.ts';

const PLAIN: Credential = { kind: 'oauth', scopes: [] };

/** A connector of one organisation, before a service where people have accounts of their own. */
export async function newConnector(
  { latchkey }: World,
  { orgId }: Pick<Organisation, 'orgId'>,
  baseUrl: string,
  {
    credential = PLAIN,
    name = 'Drive',
    slug = 'drive',
  }: { credential?: Credential; name?: string; slug?: string } = {},
): Promise<ConnectorId> {
  const imported = await importConnector(latchkey.store, {
    orgId,
    slug,
    name,
    baseUrl,
    document: SERVICE_DOCUMENT,
    compile: compileCatalogue,
  });
  if (!imported.ok) throw new Error(imported.error.message);
  const { connectorId } = imported.value;
  await latchkey.setCredential({ connectorId, orgId, audience: baseUrl, credential });
  return connectorId;
}

/** The hidden fields of a page's form that has a button of this name. */
export function fieldsOf(html: string, button: string): Record<string, string> {
  const forms = html.match(/<form\b[\s\S]*?<\/form>/g) ?? [];
  const form = forms.find((one) => one.includes(`name="${button}"`)) ?? '';
  const inputs = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
  return Object.fromEntries(inputs.map(([, name = '', value = '']) => [name, unescapeHtml(value)]));
}

/** Where a page sends the browser by itself; undefined: nowhere. */
export function refreshOf({ html }: Answer): string | undefined {
  const target = /<meta http-equiv="refresh" content="0;url=([^"]*)"/.exec(html)?.[1];
  return target === undefined ? undefined : unescapeHtml(target);
}

/** Presses the button of the connect page: the page that leads to the service. */
export async function depart(browser: Browser, path: string): Promise<Answer> {
  const page = await browser.get(path);
  return browser.post(path, { ...fieldsOf(page.html, 'action'), action: 'connect' });
}

/** At the service, which believes everybody: the address that it sends the browser back to. */
export async function approveAt(target: string | undefined): Promise<string> {
  if (target === undefined) throw new Error('the page leads nowhere');
  const answer = await fetch(target, { redirect: 'manual' });
  await answer.body?.cancel();
  return answer.headers.get('location') ?? '';
}

/** From the connect page to the service and back. */
export async function connectAccount({ browser, home }: Member, connector = 'drive'): Promise<Answer> {
  const left = await depart(browser, `/connect/${home}/${connector}`);
  return browser.get(await approveAt(refreshOf(left)));
}

interface Called {
  result: {
    isError?: boolean;
    content: { text: string }[];
    structuredContent?: Record<string, unknown>;
  };
}

/** Calls the tool that reads, by a token of that person at the organisation's URL. */
export async function callTool(
  url: string,
  slug: string,
  accessToken: string,
  name = 'list_files',
): Promise<Called['result']> {
  const response = await rpc(
    `${url}/mcp/${slug}/c/drive`,
    { authorization: `Bearer ${accessToken}` },
    'tools/call',
    {
      name,
      arguments: {},
    },
  );
  if (response.status !== 200) throw new Error(`tools/call: ${response.status} ${await response.text()}`);
  return ((await response.json()) as Called).result;
}
