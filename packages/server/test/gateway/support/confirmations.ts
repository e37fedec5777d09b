import type { ConnectorId } from '../../../src/kernel/ids.ts';
import type { StoredToolRule } from '../../../src/store/queries/tool-rules.ts';
import { importConnector } from '../../../src/connectors/import-connector.ts';
import type { Harness } from './harness.ts';
import { MODERN, modern, toolCall } from './messages.ts';
import { UPSTREAM_DOCUMENT } from './upstream.ts';

export type Caller = ReturnType<Harness['caller']>;

export const QUESTION = 'latchkey_confirmation';
export const AT = '/mcp/acme/c/items';
const FORMS = { elicitation: { form: {} } };

/** What an organisation says of one tool, and that its nodes have heard of it. */
export async function setRule(
  { catalogues, orgId: idOf, store }: Harness,
  tool: string,
  rule: Partial<StoredToolRule> & { connectorId: ConnectorId },
  org = 'acme',
): Promise<void> {
  const orgId = idOf(org);
  await store.toolRules.set({
    orgId,
    tool,
    enabled: null,
    access: null,
    roles: null,
    confirmation: null,
    updatedBy: null,
    ...rule,
  });
  catalogues.invalidate(orgId);
}

export interface Round {
  requestState?: unknown;
  inputResponses?: unknown;
  capabilities?: unknown;
  path?: string;
}

/** A client that shows forms calls a tool. */
export function callInForm(
  harness: Harness,
  caller: Caller,
  name: string,
  args: unknown,
  { capabilities = FORMS, path = AT, ...round }: Round = {},
) {
  const { headers, message } = modern(
    'tools/call',
    { name, arguments: args, ...round },
    { 'io.modelcontextprotocol/clientCapabilities': capabilities },
  );
  return harness.rpc(message, {
    headers: { ...headers, ...caller.bearer },
    path,
  });
}

/** A client that does not. */
export function callWithCode(
  harness: Harness,
  caller: Caller,
  name: string,
  args: Record<string, unknown>,
  { path = AT, revision = '2025-06-18' }: { path?: string; revision?: string } = {},
) {
  if (revision === MODERN) return callInForm(harness, caller, name, args, { capabilities: {}, path });
  return harness.rpc(toolCall(name, args), {
    headers: { ...caller.bearer, 'mcp-protocol-version': revision },
    path,
  });
}

export const AGREED = { [QUESTION]: { action: 'accept', content: { confirm: true } } };

/** The state that came with a question; fails if there was none. */
export function stateIn(answer: { json: { result: Record<string, unknown> } }): string {
  const state = answer.json.result['requestState'];
  if (typeof state !== 'string') throw new Error(`nothing was asked: ${JSON.stringify(answer.json)}`);
  return state;
}

export function codeIn(answer: {
  json: { result: { structuredContent?: Record<string, unknown> } };
}): string {
  const code = answer.json.result.structuredContent?.['confirmation_code'];
  if (typeof code !== 'string') throw new Error(`no code: ${JSON.stringify(answer.json)}`);
  return code;
}

/** The same API once more, as a connector whose tools are found by search. */
export async function publishSearched({ orgId, store, upstream }: Harness): Promise<ConnectorId> {
  const searched = await importConnector(store, {
    orgId: orgId('acme'),
    slug: 'searched',
    name: 'Searched',
    baseUrl: upstream.baseUrl,
    document: UPSTREAM_DOCUMENT,
    options: { mode: 'search' },
  });
  if (!searched.ok) throw new Error(searched.error.message);
  return searched.value.connectorId;
}

/** What arrived at the API. */
export function sentBy({ upstream }: Harness): string[] {
  return upstream.received.map(({ method, url }) => `${method} ${url}`);
}

/** What the trail says of somebody, the oldest first. */
export async function trailOf(harness: Harness, { credential }: Caller) {
  return (await harness.auditOf('acme'))
    .filter(({ keyId }) => keyId === credential.keyId)
    .map(({ detail, outcome, phase }) => [phase, outcome, detail])
    .toReversed();
}

/** What it says of a call of the items that was not made. */
export const refused = (reason: string) => ['event', 'refused', { connector: 'items', reason }];
