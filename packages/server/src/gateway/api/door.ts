import { maskOf, safeSegments, withQuery, type Sender } from '@latchkey/tools';
import type { Catalogues } from '../../connectors/catalogues.ts';
import type { ApiView, ConnectorView } from '../../connectors/organisation-view.ts';
import type { RouteMatch } from '../../connectors/routes.ts';
import { CALL_MS_MAX } from '../../kernel/call-ms-max.ts';
import { AppError, toAppError } from '../../kernel/errors.ts';
import { tooMany } from '../pipeline/too-many.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { UpstreamCredentials } from '../../upstreams/credentials.ts';
import { describeFault } from '../../upstreams/credentials/describe-fault.ts';
import { NOTHING } from '../../upstreams/credentials/parts.ts';
import { respondError, type Exchange, type NodeHeldExchange } from '../exchange.ts';
import { isLimited } from '../pipeline/admit.ts';
import type { Authenticate } from '../pipeline/authenticate.ts';
import { errorOfCredential } from '../pipeline/credential-refusal.ts';
import type { Limit } from '../pipeline/limit.ts';
import type { Call, End, Recorder } from '../pipeline/record.ts';
import { credentialTargetOf } from '../pipeline/upstream.ts';
import { refusal, type Refusal } from '../refusal.ts';
import type { OpenCall } from '../under-way.ts';
import { requestHeaders } from './headers.ts';
import { bodyTooLarge, relay } from './relay.ts';

export const UPLOAD_BYTES_MAX = 50 * 1024 * 1024;

export type ApiDoor = (exchange: NodeHeldExchange, call: OpenCall) => Promise<void>;

/** The API itself, by key: each request is one of the catalogue's operations, and goes through as it came. */
export function createApiDoor({
  authenticate,
  callMsMax = CALL_MS_MAX,
  limit,
  catalogues,
  recorder,
  credentials,
  sender,
}: {
  authenticate: Authenticate;
  callMsMax?: number | undefined;
  limit: Limit;
  catalogues: Catalogues;
  recorder: Recorder;
  credentials: UpstreamCredentials;
  sender: Sender;
}): ApiDoor {
  /** A limit's refusal is an answer. */
  async function begin(call: Call): Promise<End | AppError> {
    try {
      return await recorder.begin(call);
    } catch (thrown) {
      const error = toAppError(thrown);
      if (!isLimited(error)) throw thrown;
      return error;
    }
  }

  return async (plain, { follow, signal }) => {
    const { req, requestId } = plain;
    const caller = await authenticate.atApi(req);
    if (!caller.ok) return respondError(plain, caller.error.error, caller.error.headers);
    follow(caller.value, plain);
    const { principal } = caller.value;

    const taken = limit(principal);
    const limited = taken instanceof Promise ? await taken : taken;
    const exchange: NodeHeldExchange = { ...plain, headers: [...plain.headers, ...limited.headers] };
    if (!limited.allowed) return respondError(exchange, tooMany(limited.retryAfterSeconds));

    const view = await catalogues.of(principal.orgId, principal.role);
    const operation = findOperation(exchange, view.connectors);
    if (!operation.ok) return respondError(exchange, operation.error.error, operation.error.headers);
    const { access, connector, credits, path, route } = operation.value;

    const call = {
      principal,
      requestId,
      action: 'api.call',
      target: `${route.method} ${route.template.text}`,
      connector: connector.target.slug,
      access,
      credits,
      signal: signal(),
    } as const;
    if (access === 'full' && principal.access !== 'full') {
      recorder.refused(call, 'read_only');
      return respondError(exchange, READ_ONLY);
    }
    if (Number(req.headers['content-length'] ?? 0) > UPLOAD_BYTES_MAX)
      return respondError(exchange, bodyTooLarge(UPLOAD_BYTES_MAX));

    const baseUrl = route.baseUrl ?? connector.target.baseUrl;
    const audience = credentialTargetOf(connector.target, baseUrl);
    const found = route.anonymous ? ok(NOTHING) : await credentials.partsFor(audience, principal);
    if (!found.ok) {
      const refused = describeFault(found.error);
      recorder.refused(call, refused.code);
      return respondError(exchange, errorOfCredential(refused));
    }
    const parts = found.value;
    // The credential goes last: nothing that the caller sent stands in its place.
    const headers: Record<string, string | string[]> = {
      ...requestHeaders(req.headers, route.headers),
      ...parts.headers,
    };
    headers['x-request-id'] = requestId;
    const mask = maskOf(parts);
    // What is compressed cannot be looked into.
    if (mask !== undefined) headers['accept-encoding'] = 'identity';
    const begun = await begin(call);
    if (begun instanceof AppError) return respondError(exchange, begun);
    const end = begun;
    const passed = relay({
      exchange,
      sender,
      signal: call.signal,
      end,
      headers,
      path: withQuery(path, parts),
      mask,
      // A body that has passed through cannot be sent again: what comes of it is for the next call.
      onRefused: () => void credentials.refused(audience, principal).catch(() => undefined),
      baseUrl,
      reach: connector.target.reach,
      doorPath: `/api/${connector.target.slug}`,
      bodyBytesMax: UPLOAD_BYTES_MAX,
      callMsMax,
    });
    // An intent is never left without its outcome.
    return passed.finally(() => end({ fault: 'internal' }));
  };
}

interface Operation extends RouteMatch {
  readonly connector: ApiView;
  /** Under the base URL, with the query. */
  readonly path: string;
}

function findOperation(
  { path, query, req }: Exchange,
  connectors: ReadonlyMap<string, ConnectorView>,
): Result<Operation, Refusal> {
  const afterDoor = path.slice('/api/'.length);
  const slash = afterDoor.indexOf('/');
  const connector = connectors.get(slash < 0 ? afterDoor : afterDoor.slice(0, slash));
  if (connector?.kind !== 'api') return fail(refusal(NO_OPERATION));
  const rest = slash < 0 ? '/' : afterDoor.slice(slash);
  const segments = safeSegments(rest);
  if (segments === undefined || !/^(?:\?[!-~]*)?$/.test(query) || query.includes('#')) {
    return fail(refusal(AMBIGUOUS_PATH));
  }
  const match = connector.routes.find(req.method ?? 'GET', segments);
  if ('route' in match) return ok({ ...match, connector, path: rest + query });
  if (match.allowed.length === 0) return fail(refusal(NO_OPERATION));
  return fail(refusal(WRONG_METHOD, ['Allow', match.allowed.join(', ')]));
}

const NO_OPERATION = new AppError('not_found', 'The API has no operation at this address.');
const WRONG_METHOD = new AppError(
  'method_not_allowed',
  'The API has no operation with this method at this address.',
);
const AMBIGUOUS_PATH = new AppError(
  'invalid_request',
  'The path has empty or dot segments, encoded slashes or characters that do not belong in a URL.',
);
const READ_ONLY = new AppError(
  'forbidden',
  'This key is read-only: it cannot call an operation that changes something.',
);
