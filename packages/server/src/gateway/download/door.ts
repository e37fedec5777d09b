import {
  fileNameOf,
  prepareRequest,
  type Result,
  type UpstreamFault,
  type UpstreamResponse,
} from '@latchkey/tools';
import type { Catalogues } from '../../connectors/catalogues.ts';
import { toolSetAt } from '../../connectors/organisation-view.ts';
import { costOf } from '../../connectors/tool-cost.ts';
import { AppError } from '../../kernel/errors.ts';
import { tooMany } from '../pipeline/too-many.ts';
import { parseResourcePath } from '../../kernel/resource.ts';
import { respond, respondError, type Exchange } from '../exchange.ts';
import { errorOfCredential } from '../pipeline/credential-refusal.ts';
import type { Authenticate } from '../pipeline/authenticate.ts';
import type { Limit } from '../pipeline/limit.ts';
import type { Call, Recorder } from '../pipeline/record.ts';
import type { CallUpstream, NotSent } from '../pipeline/upstream.ts';
import type { OpenCall } from '../under-way.ts';
import { fileHeaders } from './headers.ts';
import { DOWNLOAD_PATH, isOwnOrder, type DownloadLinks } from './links.ts';

export type DownloadDoor = (exchange: Exchange, call: OpenCall) => Promise<void>;

/**
 * The file that a read tool answered with, fetched anew for whoever it was answered to. The link says what; who is
 * asking is shown by the same credential, at the same resource, as when the tool was called.
 */
export function createDownloadDoor({
  authenticate,
  callUpstream,
  catalogues,
  connectorPaths,
  limit,
  links,
  recorder,
}: {
  authenticate: Authenticate;
  callUpstream: CallUpstream;
  catalogues: Catalogues;
  connectorPaths: readonly string[];
  limit: Limit;
  links: DownloadLinks;
  recorder: Recorder;
}): DownloadDoor {
  return async (plain, { follow, isOver, signal }) => {
    const { path, requestId, req } = plain;
    if (req.method !== 'GET') return respondError(plain, GET_ONLY, ['Allow', 'GET']);
    const order = links.open(path.slice(DOWNLOAD_PATH.length));
    const resource = order && parseResourcePath(order.resourcePath, connectorPaths);
    if (order === undefined || resource === undefined) return respondError(plain, GONE);

    const caller = await authenticate.atMcp(req, resource, order.resourcePath, path);
    if (!caller.ok) return respondError(plain, caller.error.error, caller.error.headers);
    const { principal } = caller.value;
    const own: Exchange = { ...plain, headers: [...plain.headers, ...caller.value.headers] };
    follow(caller.value, own);
    const limited = await limit(principal);
    const exchange: Exchange = { ...own, headers: [...own.headers, ...limited.headers] };
    if (!limited.allowed) return respondError(exchange, tooMany(limited.retryAfterSeconds));
    if (!isOwnOrder(order, principal)) return respondError(exchange, GONE);

    const view = await catalogues.of(principal.orgId, principal.role);
    const bound = toolSetAt(view, resource)?.find(order.tool);
    // The catalogue may have changed since: what has become a write, or is asked about now, is not repeated.
    if (
      bound?.kind !== 'api' ||
      bound.target.id !== order.connectorId ||
      bound.tool.access !== 'read' ||
      bound.confirmation !== undefined
    )
      return respondError(exchange, GONE);
    const call: Call = {
      principal,
      requestId,
      action: 'file.download',
      target: bound.name,
      connector: bound.target.slug,
      access: 'read',
      credits: costOf(bound.tool),
      signal: signal(),
    };
    const request = prepareRequest(bound.tool, order.arguments);
    if (!request.ok) {
      recorder.refused(call, 'invalid_arguments');
      return respondError(exchange, GONE);
    }
    if (isOver()) return;
    const outcome = await callUpstream(call, bound, request.value, signal());
    const file = fileOf(outcome);
    if (file instanceof AppError) return respondError(exchange, file);
    const type = file.headers['content-type'];
    const mimeType = typeof type === 'string' ? type : '';
    const name = fileNameOf(
      file.headers,
      bound.tool.name,
      (mimeType.split(';')[0] ?? '').trim().toLowerCase(),
    );
    return respond(exchange, 200, fileHeaders(mimeType, name), [file.body]);
  };
}

function fileOf(outcome: Result<UpstreamResponse, UpstreamFault> | NotSent): UpstreamResponse | AppError {
  if ('refused' in outcome) return errorOfCredential(outcome.refused);
  if (!outcome.ok) {
    const { code, message } = outcome.error;
    return new AppError(code === 'upstream_aborted' ? 'upstream_reset' : code, message);
  }
  const { status } = outcome.value;
  if (status >= 200 && status < 300) return outcome.value;
  return new AppError('upstream_invalid', `The API answered ${status} when it was asked for the file again.`);
}

const GONE = new AppError(
  'not_found',
  'This link is not yours, or no longer good. Call the tool again for another one.',
);
const GET_ONLY = new AppError('method_not_allowed', 'A file is read with GET.');
