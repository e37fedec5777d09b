import type { IncomingHttpHeaders } from 'node:http';
import {
  ALL_REVISIONS,
  asLegacyRevision,
  asModernRevision,
  claimedRevision,
  dialectOf,
  faultOfModernParams,
  META_CAPABILITIES,
  META_VERSION,
  REVISION_WITHOUT_HEADER,
  RPC,
  type Dialect,
  type Message,
  type RpcId,
} from '@latchkey/tools';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { errorAnswer, type Answer } from './answer.ts';

const VERSION_FIELD = `_meta's ${META_VERSION}`;

type Spoken = Exclude<Message, { kind: 'response' }>;

/**
 * Which revision a message is written in (MCP 2026-07-28, Versioning and Streamable HTTP). The body decides: a request
 * whose `_meta` names a revision speaks for itself, any other belongs to a client that has shaken hands. The
 * MCP-Protocol-Version header is only checked against it.
 */
export function readDialect(message: Spoken, headers: IncomingHttpHeaders): Result<Dialect, Answer> {
  const id = message.kind === 'request' ? message.id : undefined;
  const claim = claimedRevision(message.params);
  const legacyClaim = asLegacyRevision(claim);
  if (claim === undefined || legacyClaim !== undefined) return readLegacy(message, headers, id);
  if (typeof claim !== 'string') return fail(invalidParams(id, `${META_VERSION} is a string.`));
  const revision = asModernRevision(claim);
  if (revision === undefined) {
    // A client that contradicts itself is told so; one that is too new is told what there is.
    const header = headers['mcp-protocol-version'];
    const isClear = header === undefined || header === claim;
    return fail(isClear ? unsupported(id, claim) : mismatch(id, 'MCP-Protocol-Version', VERSION_FIELD));
  }
  return checkModern(message, headers, id, revision);
}

function readLegacy(
  message: Spoken,
  headers: IncomingHttpHeaders,
  id: RpcId | undefined,
): Result<Dialect, Answer> {
  const header = headers['mcp-protocol-version'];
  if (asModernRevision(header) !== undefined && message.kind === 'request') {
    return fail(invalidParams(id, `_meta names ${META_VERSION} and ${META_CAPABILITIES} in this revision.`));
  }
  // The handshake is where the revision is found out: what a client puts beside it means nothing yet.
  if (header === undefined || message.method === 'initialize') return ok(dialectOf(REVISION_WITHOUT_HEADER));
  const revision = asLegacyRevision(header) ?? asModernRevision(header);
  return revision === undefined ? fail(unsupported(id, String(header))) : ok(dialectOf(revision));
}

function checkModern(
  message: Spoken,
  headers: IncomingHttpHeaders,
  id: RpcId | undefined,
  revision: ReturnType<typeof asModernRevision> & string,
): Result<Dialect, Answer> {
  // The revision says nothing about the headers of notifications.
  if (message.kind === 'notification') return ok(dialectOf(revision));
  if (headers['mcp-protocol-version'] !== revision) {
    return fail(mismatch(id, 'MCP-Protocol-Version', VERSION_FIELD));
  }
  const fault = faultOfModernParams(message.params);
  if (fault !== undefined) return fail(invalidParams(id, fault));
  if (headers['mcp-method'] !== message.method) return fail(mismatch(id, 'Mcp-Method', 'method'));
  const field = NAMED_BY.get(message.method);
  const name = field && message.params?.[field];
  if (typeof name === 'string' && decodeName(headers['mcp-name']) !== name) {
    return fail(mismatch(id, 'Mcp-Name', `params.${field}`));
  }
  return ok(dialectOf(revision));
}

/** What Mcp-Name repeats. */
export const NAMED_BY: ReadonlyMap<string, 'name' | 'uri'> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
]);

const ENCODED = /^=\?base64\?([A-Za-z0-9+/]*={0,2})\?=$/;

/** A name that is no plain header value comes as `=?base64?…?=`. */
export function decodeName(header: string | string[] | undefined): string | undefined {
  if (typeof header !== 'string') return undefined;
  const encoded = ENCODED.exec(header)?.[1];
  return encoded === undefined ? header : Buffer.from(encoded, 'base64').toString('utf8');
}

function mismatch(id: RpcId | undefined, header: string, field: string): Answer {
  return errorAnswer(
    400,
    id,
    RPC.headerMismatch,
    `Header mismatch: ${header} is missing or is not what the body says in ${field}.`,
  );
}

function invalidParams(id: RpcId | undefined, message: string): Answer {
  return errorAnswer(400, id, RPC.invalidParams, message);
}

function unsupported(id: RpcId | undefined, requested: string): Answer {
  return errorAnswer(400, id, RPC.unsupportedVersion, 'Unsupported protocol version', {
    supported: ALL_REVISIONS,
    requested: requested.slice(0, 64),
  });
}
