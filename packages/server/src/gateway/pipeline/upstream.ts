import type {
  PreparedRequest,
  ResponseHeaders,
  Sender,
  UpstreamFault,
  UpstreamResponse,
} from '@latchkey/tools';
import { audienceOfCall } from '../../connectors/reach.ts';
import type { ApiTool, ConnectorTarget } from '../../connectors/tool-set.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { CredentialParts, CredentialTarget, UpstreamCredentials } from '../../upstreams/credentials.ts';
import { describeFault, type CredentialRefusal } from '../../upstreams/credentials/describe-fault.ts';
import { createMask, type Mask } from '../../upstreams/credentials/mask.ts';
import { NOTHING, withQuery } from '../../upstreams/credentials/parts.ts';
import type { Call, Recorder } from './record.ts';

export type CallUpstream = (
  call: Call,
  bound: ApiTool,
  request: PreparedRequest,
  signal: AbortSignal,
) => Promise<Result<UpstreamResponse, UpstreamFault> | NotSent>;

/** It did not leave, for want of a credential. */
export interface NotSent {
  readonly ok: false;
  readonly refused: CredentialRefusal;
}

/** Sends a tool's request with our credential in place of the caller's, between its intent and its outcome. */
export function createCallUpstream({
  credentials,
  recorder,
  sender,
}: {
  credentials: UpstreamCredentials;
  recorder: Recorder;
  sender: Sender;
}): CallUpstream {
  return async (call, { tool, target }, request, signal) => {
    const baseUrl = request.baseUrl ?? target.baseUrl;
    const isAnonymous = tool.binding.anonymous === true;
    const audience = credentialTargetOf(target, baseUrl);
    const partsFor = async (): Promise<{ ok: true; value: CredentialParts } | NotSent> => {
      if (isAnonymous) return { ok: true, value: NOTHING };
      const found = await credentials.partsFor(audience, call.principal);
      return found.ok ? found : { ok: false, refused: describeFault(found.error) };
    };
    const send = async (parts: CredentialParts) => {
      const headers = { ...parts.headers, 'x-request-id': call.requestId };
      const path = withQuery(request.path, parts);
      const outcome = await sender.send({
        baseUrl,
        request: { ...request, path },
        headers,
        signal,
        reach: target.reach,
      });
      return outcome.ok ? ok(masked(outcome.value, createMask(parts))) : outcome;
    };

    let parts = await partsFor();
    if (!parts.ok) {
      recorder.refused(call, parts.refused.code);
      return parts;
    }
    const end = await recorder.begin(call);
    try {
      let outcome = await send(parts.value);
      // What was refused for its credential was not done: once more with another one does it once.
      const isRefused = outcome.ok && outcome.value.status === 401 && !isAnonymous;
      if (isRefused && (await credentials.refused(audience, call.principal))) {
        parts = await partsFor();
        if (!parts.ok) {
          end({ status: 401, fault: parts.refused.code });
          return parts;
        }
        outcome = await send(parts.value);
      }
      end(outcome.ok ? { status: outcome.value.status } : { fault: outcome.error.code });
      return outcome;
    } catch (error) {
      end({ fault: 'internal' });
      throw error;
    }
  };
}

/** `sentTo`: where the call goes, if the operation may have a server of its own. */
export function credentialTargetOf(target: ConnectorTarget, sentTo = target.baseUrl): CredentialTarget {
  return { connectorId: target.id, orgId: target.orgId, audience: audienceOfCall(target, sentTo) };
}

function masked(response: UpstreamResponse, mask: Mask | undefined): UpstreamResponse {
  if (mask === undefined) return response;
  const { body, headers, status } = response;
  return { status, headers: maskedHeaders(headers, mask), body: mask.bytes(body) };
}

/** Links to a next page repeat the query that we were known by. */
export function maskedHeaders(headers: ResponseHeaders, mask: Mask): ResponseHeaders {
  const covered = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.map(mask.text) : value && mask.text(value),
  ]);
  return Object.fromEntries(covered) as ResponseHeaders;
}
