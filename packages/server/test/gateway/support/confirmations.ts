import type { ConnectorId } from '../../../src/kernel/ids.ts';
import type { StoredToolRule } from '../../../src/store/queries/tool-rules.ts';
import type { Harness } from './harness.ts';
import { MODERN, modern, toolCall } from './messages.ts';

export type Caller = ReturnType<Harness['caller']>;

export const QUESTION = 'latchkey_confirmation';
const AT = '/mcp/acme/c/items';
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
