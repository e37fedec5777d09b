import {
  asLegacyRevision,
  asModernRevision,
  claimedRevision,
  dialectOf,
  META_VERSION,
  REVISION_WITHOUT_HEADER,
  RPC,
  type Dialect,
  type Message,
} from '@latchkey/tools';
import type { McpView } from '../../connectors/organisation-view.ts';
import { errorAnswer, type Answer } from '../mcp/answer.ts';
import { decodeName, NAMED_BY } from '../mcp/era.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json.ts';
import { headerDeclarations } from './header-declarations.ts';

export type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** The revision of a message that speaks for itself; undefined: of one that belongs to a session. */
export function modernClaim(message: Message): string | undefined {
  if (message.kind === 'response') return undefined;
  const claim = claimedRevision(message.params);
  return typeof claim === 'string' && asLegacyRevision(claim) === undefined ? claim : undefined;
}

/** How an answer of ours is written. A revision that we do not know is answered as the latest that we do. */
export function dialectIn(message: Message, headers: Headers): Dialect {
  const claim = modernClaim(message);
  if (claim !== undefined) return dialectOf(asModernRevision(claim) ?? '2026-07-28');
  return dialectOf(asLegacyRevision(headers['mcp-protocol-version']) ?? REVISION_WITHOUT_HEADER);
}

/**
 * Refuses a message whose headers say something else than its body (MCP 2026-07-28, Streamable HTTP): the server behind
 * us may believe the one and we the other. What a header leaves out is the server's to miss, where it is no name. A
 * notification needs no headers.
 */
export function headersMatch(message: Message, headers: Headers, view: McpView): Answer | undefined {
  const claim = modernClaim(message);
  if (claim === undefined || message.kind === 'response') return undefined;
  const { method, params = {} } = message;
  const id = message.kind === 'request' ? message.id : undefined;
  const differs = (header: string, said: string): boolean =>
    headers[header] !== said && (id !== undefined || headers[header] !== undefined);
  const mismatch = (header: string, field: string): Answer =>
    errorAnswer(
      400,
      id,
      RPC.headerMismatch,
      `Header mismatch: ${header} is missing or is not what the body says in ${field}.`,
    );
  if (differs('mcp-protocol-version', claim))
    return mismatch('MCP-Protocol-Version', `_meta's ${META_VERSION}`);
  if (differs('mcp-method', method)) return mismatch('Mcp-Method', 'method');
  const field = NAMED_BY.get(method);
  const name = field && params[field];
  if (headers['mcp-name'] !== undefined || typeof name === 'string') {
    if (field !== undefined && decodeName(headers['mcp-name']) !== name)
      return mismatch('Mcp-Name', `params.${field}`);
  }
  if (method !== 'tools/call' || typeof name !== 'string') return undefined;
  const wrong = wrongParameter(params['arguments'], name, headers, view);
  return wrong === undefined ? undefined : mismatch(`Mcp-Param-${wrong}`, 'params.arguments');
}

/** A header of a parameter that says something else than the arguments do, as far as we know the tool. */
function wrongParameter(given: unknown, name: string, headers: Headers, view: McpView): string | undefined {
  const bound = view.toolSet.find(name);
  if (bound?.name !== name) return undefined;
  for (const { header, path } of headerDeclarations(bound.tool.inputSchema)) {
    const sent = headers[`mcp-param-${header.toLowerCase()}`];
    const value = valueAt(given, path);
    if (sent === undefined || value === undefined || value === null) continue;
    if (!isSame(decodeName(sent), value)) return header;
  }
  return undefined;
}

function valueAt(given: unknown, path: readonly string[]): unknown {
  let value = given;
  for (const key of path) {
    if (!isJsonObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = (value as JsonObject)[key];
  }
  return value;
}

function isSame(header: string | undefined, value: unknown): boolean {
  if (header === undefined) return false;
  if (typeof value === 'number') return header.trim() !== '' && Number(header) === value;
  return header === String(value);
}
