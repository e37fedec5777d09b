import type { JsonObject } from '../json.ts';
import { emptyCapabilities } from './empty-features.ts';
import { modernIntroduction, serverInfo } from './identity.ts';
import type { ServerIdentity } from './identity.ts';
import { ALL_REVISIONS, dialectOf, negotiate } from './revisions.ts';
import type { Dialect } from './revisions.ts';
import { replyError, RPC } from './rpc.ts';
import type { Reply } from './rpc.ts';

const DISCOVER_TTL_MS = 300_000;

/** The answer to `initialize`. `hearsChanges`: the client has a stream on which it is told that its tools changed. */
export function replyToInitialize(
  params: JsonObject | undefined,
  about: {
    readonly identity: ServerIdentity;
    readonly instructions: string;
    readonly hearsChanges: boolean;
  },
): Reply {
  const requested = params?.['protocolVersion'];
  if (typeof requested !== 'string')
    return replyError(RPC.invalidParams, 'params.protocolVersion is a string.');
  const protocolVersion = negotiate(requested);
  const dialect = dialectOf(protocolVersion);
  return {
    result: JSON.stringify({
      protocolVersion,
      capabilities: {
        tools: about.hearsChanges ? { listChanged: true } : {},
        ...emptyCapabilities(dialect),
      },
      serverInfo: serverInfo(about.identity, dialect),
      instructions: about.instructions,
    }),
  };
}

/** The answer to `server/discover`. */
export function replyToDiscover(
  dialect: Dialect,
  about: { readonly identity: ServerIdentity; readonly instructions: string },
): Reply {
  const rest = JSON.stringify({
    supportedVersions: ALL_REVISIONS,
    capabilities: { tools: { listChanged: true }, ...emptyCapabilities(dialect) },
    instructions: about.instructions,
    ttlMs: DISCOVER_TTL_MS,
    cacheScope: 'private',
  });
  return { result: `${modernIntroduction(about.identity, dialect)},${rest.slice(1)}` };
}

/** Where a list is on one page: a client that asks for another is told so. */
export function hasCursor(params: JsonObject | undefined): boolean {
  return params?.['cursor'] !== undefined && params['cursor'] !== null;
}

export function replyUnknownMethod(method: string): Reply {
  const shown = method.length > 64 ? `${method.slice(0, 64)}…` : method;
  return replyError(RPC.methodNotFound, `Method not found: ${shown}`);
}
