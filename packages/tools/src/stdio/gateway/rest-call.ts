import { diagnoseFault, errorResult, presentArgumentFaults } from '../../call/diagnose.ts';
import { headerOf } from '../../call/header.ts';
import { prepareRequest } from '../../call/request.ts';
import { safeSegments } from '../../call/safe-path.ts';
import { presentResult } from '../../call/result.ts';
import type { Sender } from '../../call/send.ts';
import type { PreparedRequest, ResponseHeaders, UpstreamFault } from '../../call/types.ts';
import type { Tool } from '../../catalogue/types.ts';
import type { ToolResult } from '../../mcp/tool-result.ts';
import { ok } from '../../result.ts';
import type { BackendCall } from '../backend.ts';
import { localRequestId } from '../local-request-id.ts';
import type { SnapshotTool } from '../snapshot.ts';
import { KEY_ENDED, outOfReach } from './catalogue-reader.ts';
import { doorError } from './door-error.ts';
import type { Place } from './place.ts';

export type ApiSnapshotTool = Extract<SnapshotTool, { through: 'api' }>;

export type RestCall = (
  call: Pick<BackendCall, 'arguments' | 'signal'>,
  tool: ApiSnapshotTool,
) => Promise<ToolResult | 'not_here'>;

/** The gateway waits half a minute for the API, and calls may wait for their turn before that. */
const TIMEOUT_MS = 120_000;

/**
 * Calls an operation of the API at the REST door of a Latchkey: its limits, its audit, its words. `not_here`: the call
 * has a path that the door would not take, and nothing was sent.
 */
export function createRestCall({
  key,
  place,
  sender,
}: {
  readonly place: Pick<Place, 'origin' | 'path'>;
  readonly key: string;
  readonly sender: Sender;
}): RestCall {
  return async ({ arguments: given, signal }, { connector, tool }) => {
    const prepared = prepareRequest(tool, given);
    if (!prepared.ok) return presentArgumentFaults(prepared.error, { requestId: localRequestId() });
    // Where the key goes is for whoever gave the key to say, never for a catalogue.
    const { baseUrl: _, ...request } = prepared.value;
    if (!isPlain(request)) return 'not_here';
    const outcome = await sender.send({
      baseUrl: `${place.origin}/api/${connector}`,
      request,
      headers: { 'x-api-key': key },
      signal,
      timeoutMs: TIMEOUT_MS,
    });
    if (!outcome.ok) return errorResult(faultOf(place, tool, outcome.error));
    const said = doorError(outcome.value);
    if (said !== undefined)
      return errorResult(said.code === 'unauthenticated' ? { ...said, hint: KEY_ENDED } : said);
    const { headers } = outcome.value;
    return presentResult(tool, ok({ ...outcome.value, headers: ofTheApi(headers) }), {
      requestId: headerOf(headers, 'x-request-id') ?? localRequestId(),
      call: { arguments: given, request, baseUrl: undefined },
    });
  };
}

/** The door takes no path that could be read in two ways; a value with a slash in it makes one. */
function isPlain({ path }: PreparedRequest): boolean {
  const [steps = ''] = path.split('?', 1);
  return safeSegments(steps) !== undefined;
}

/** What is left of the door's own limits says nothing about the API's. */
function ofTheApi(headers: ResponseHeaders): ResponseHeaders {
  return { ...headers, ratelimit: undefined, 'ratelimit-policy': undefined };
}

function faultOf(place: Place, tool: Tool, fault: UpstreamFault) {
  const { code, hint, status } = diagnoseFault(tool, fault, { requestId: '' });
  const { message, request_id } = outOfReach(place, fault);
  const isSafe = fault.notSent === true ? 'Nothing was sent.' : hint;
  return { status, code, message, request_id, ...(isSafe === undefined ? {} : { hint: isSafe }) };
}
