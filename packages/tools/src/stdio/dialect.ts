import type { Message } from '../mcp/message.ts';
import { claimedRevision, faultOfModernParams, META_VERSION } from '../mcp/modern-params.ts';
import {
  ALL_REVISIONS,
  asLegacyRevision,
  asModernRevision,
  dialectOf,
  REVISION_WITHOUT_HEADER,
} from '../mcp/revisions.ts';
import type { Dialect, LegacyRevision } from '../mcp/revisions.ts';
import { RPC } from '../mcp/rpc.ts';
import type { RpcError } from '../mcp/rpc.ts';
import { fail, ok } from '../result.ts';
import type { Result } from '../result.ts';

type Request = Extract<Message, { kind: 'request' }>;

/**
 * Which revision a request is written in (MCP 2026-07-28, Versioning): one whose `_meta` names a revision speaks for
 * itself, any other belongs to a client that has shaken hands.
 */
export function readDialect(
  { params }: Request,
  agreed: LegacyRevision | undefined,
): Result<Dialect, RpcError> {
  const claim = claimedRevision(params);
  if (claim === undefined || asLegacyRevision(claim) !== undefined)
    return ok(dialectOf(agreed ?? REVISION_WITHOUT_HEADER));
  if (typeof claim !== 'string') return fail(invalid(`${META_VERSION} is a string.`));
  const revision = asModernRevision(claim);
  if (revision === undefined)
    return fail({
      code: RPC.unsupportedVersion,
      message: 'Unsupported protocol version',
      data: { supported: ALL_REVISIONS, requested: claim.slice(0, 64) },
    });
  const fault = faultOfModernParams(params);
  return fault === undefined ? ok(dialectOf(revision)) : fail(invalid(fault));
}

function invalid(message: string): RpcError {
  return { code: RPC.invalidParams, message };
}
