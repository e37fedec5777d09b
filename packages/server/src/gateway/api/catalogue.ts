import type { ServerIdentity } from '@latchkey/tools';
import { toolSetAt } from '../../connectors/organisation-view.ts';
import { AppError } from '../../kernel/errors.ts';
import { tooMany } from '../pipeline/too-many.ts';
import { parseResourcePath } from '../../kernel/resource.ts';
import { JSON_TYPE, respond, respondError, type Exchange } from '../exchange.ts';
import type { IconsOf } from '../mcp/dispatch.ts';
import type { HeardView } from '../mcp/heard-view.ts';
import { instructions } from '../mcp/instructions.ts';
import { IDENTITY } from '../mcp/server-info.ts';
import type { Authenticate } from '../pipeline/authenticate.ts';
import type { Limit } from '../pipeline/limit.ts';
import type { OpenCall } from '../under-way.ts';
import { snapshotBody } from './snapshot-body.ts';

/** No connector can be called that: slugs begin with a letter or a digit. */
export const CATALOGUE_PATH = '/api/_catalogue';

/**
 * `GET /api/_catalogue?at=/mcp/acme`: what a key is offered at a place of the MCP door, with how each tool is called, for
 * a server over stdio that stands in for us (`CatalogueSnapshot` of @latchkey/tools). Keys alone: who has an access token
 * is at the MCP door already. Without `at`: all that the key's organisation offers.
 */
export function createCatalogueDoor({
  authenticate,
  connectorPaths,
  heardView,
  iconsOf = async () => undefined,
  limit,
}: {
  authenticate: Authenticate;
  connectorPaths: readonly string[];
  heardView: HeardView;
  iconsOf?: IconsOf | undefined;
  limit: Limit;
}): (exchange: Exchange, call: OpenCall) => Promise<void> {
  return async (plain, call) => {
    const { query, req } = plain;
    const caller = await authenticate.atApi(req);
    if (!caller.ok) return respondError(plain, caller.error.error, caller.error.headers);
    call.follow(caller.value, plain);
    const { principal } = caller.value;
    const limited = await limit(principal);
    const exchange: Exchange = { ...plain, headers: [...plain.headers, ...limited.headers] };
    if (!limited.allowed) return respondError(exchange, tooMany(limited.retryAfterSeconds));
    if (req.method !== 'GET' && req.method !== 'HEAD')
      return respondError(exchange, GET_ONLY, ['Allow', 'GET, HEAD']);

    const place = parseResourcePath(new URLSearchParams(query).get('at') ?? '/mcp', connectorPaths);
    // A key of another organisation is told no more there than at the MCP door.
    const isHere = place?.kind === 'any' || (place && (await authenticate.atMcp(req, place, place.path)).ok);
    if (place === undefined || isHere !== true) return respondError(exchange, NOT_HERE);
    const view = await heardView(principal, place);
    if (place.kind === 'connector' && view.connectors.get(place.connector)?.kind === 'mcp')
      return respondError(exchange, RELAYED);
    const toolSet = toolSetAt(view, place);
    if (toolSet === undefined) return respondError(exchange, NOT_HERE);

    const server: ServerIdentity = { ...IDENTITY, icons: await iconsOf(principal.orgId) };
    const { body, etag } = snapshotBody(toolSet, principal.access, {
      server,
      instructions: instructions(caller.value, toolSet),
    });
    const headers = ['ETag', etag, 'Cache-Control', 'private, no-cache', 'Vary', 'Authorization, X-API-Key'];
    if (req.headers['if-none-match'] === etag) return respond(exchange, 304, headers, '');
    return respond(exchange, 200, [...JSON_TYPE, ...headers], body);
  };
}

const GET_ONLY = new AppError('method_not_allowed', 'A catalogue can be read, by GET.');
const NOT_HERE = new AppError('not_found', 'This key is offered no tools at this address.');
const RELAYED = new AppError(
  'not_found',
  'An MCP server at an address of its own is relayed as it is and has no catalogue: use the address of the organisation.',
);
