import {
  maskOf,
  maskedResponse,
  withQuery,
  type PreparedRequest,
  type Sender,
  type UpstreamFault,
  type UpstreamResponse,
} from '@latchkey/tools';
import { audienceOfCall } from '../../connectors/reach.ts';
import type { ApiTool, ConnectorTarget } from '../../connectors/tool-set.ts';
import type { Cancellation } from '../../kernel/cancellation.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { Soon } from '../../kernel/soon.ts';
import type {
  CredentialFault,
  CredentialParts,
  CredentialTarget,
  UpstreamCredentials,
} from '../../upstreams/credentials.ts';
import { describeFault, type CredentialRefusal } from '../../upstreams/credentials/describe-fault.ts';
import { NOTHING } from '../../upstreams/credentials/parts.ts';
import type { CallWatch } from './call-watch.ts';
import type { Call, End, Ended, Recorder } from './record.ts';

export type CallUpstream = (
  call: Call,
  bound: ApiTool,
  request: PreparedRequest,
  signal: Cancellation,
  watch?: CallWatch,
) => Soon<UpstreamOutcome>;

type Outcome = Result<UpstreamResponse, UpstreamFault>;
export type UpstreamOutcome = Outcome | NotSent;
type FoundParts = { readonly ok: true; readonly value: CredentialParts } | NotSent;

/** It did not leave, for want of a credential. */
export interface NotSent {
  readonly ok: false;
  readonly refused: CredentialRefusal;
}

/** A request on its way out. */
interface Leaving {
  readonly call: Call;
  readonly target: ConnectorTarget;
  readonly request: PreparedRequest;
  readonly signal: Cancellation;
  readonly watch: CallWatch | undefined;
  readonly baseUrl: string;
  readonly audience: CredentialTarget;
  readonly isAnonymous: boolean;
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
  function findParts({ audience, call, isAnonymous, watch }: Leaving): Soon<FoundParts> {
    if (isAnonymous) return { ok: true, value: NOTHING };
    watch?.enter('credential');
    const found = credentials.partsFor(audience, call.principal);
    return found instanceof Promise ? found.then(sayWhyNot) : sayWhyNot(found);
  }

  /** Its record first: at once, or as soon as that is durable. */
  function begin(leaving: Leaving, found: FoundParts): Soon<UpstreamOutcome> {
    const { call, watch } = leaving;
    if (!found.ok) {
      recorder.refused(call, found.refused.code);
      return found;
    }
    watch?.enter('record');
    const begun = recorder.begin(call);
    return begun instanceof Promise
      ? begun.then((end) => exchange(leaving, found.value, end))
      : exchange(leaving, found.value, begun);
  }

  function exchange(leaving: Leaving, parts: CredentialParts, end: End): Promise<UpstreamOutcome> {
    const failed = (thrown: unknown): never => {
      end({ fault: 'internal' });
      throw thrown;
    };
    try {
      return send(leaving, parts)
        .then((outcome) => {
          // What was refused for its credential was not done: once more with another one does it once.
          const isRefused = outcome.ok && outcome.value.status === 401 && !leaving.isAnonymous;
          return isRefused ? sendAgain(leaving, outcome, end) : ending(outcome, end);
        })
        .catch(failed);
    } catch (thrown) {
      return failed(thrown);
    }
  }

  async function sendAgain(leaving: Leaving, first: Outcome, end: End): Promise<UpstreamOutcome> {
    const { audience, call } = leaving;
    if (!(await credentials.refused(audience, call.principal))) return ending(first, end);
    const parts = await findParts(leaving);
    if (!parts.ok) {
      end({ status: 401, fault: parts.refused.code });
      return parts;
    }
    return ending(await send(leaving, parts.value), end);
  }

  function send(leaving: Leaving, parts: CredentialParts): Promise<Outcome> {
    const { baseUrl, call, request, signal, target, watch } = leaving;
    watch?.credential(parts);
    const path = withQuery(request.path, parts);
    const sent = sender.send({
      baseUrl,
      request: path === request.path ? request : { ...request, path },
      // What is added after a spread gives each object a shape of its own on Node 20, which only a great collection frees.
      headers: { 'x-request-id': call.requestId, ...parts.headers },
      signal,
      reach: target.reach,
      watch: watch?.sender,
    });
    // What is only good for a minute needs no covering, unless somebody looks on.
    if (watch === undefined && parts.isLasting !== true) return sent;
    return sent.then((outcome) => {
      watch?.enter('shape');
      if (!outcome.ok) return outcome;
      // Who looks on is shown what the upstream says, so that what is good for a minute is covered, too.
      const response = maskedResponse(
        outcome.value,
        maskOf(watch === undefined ? parts : { ...parts, isLasting: true }),
      );
      watch?.answered(response);
      return ok(response);
    });
  }

  return (call, { tool, target }, request, signal, watch) => {
    const baseUrl = request.baseUrl ?? target.baseUrl;
    const leaving: Leaving = {
      call,
      target,
      request,
      signal,
      watch,
      baseUrl,
      audience: credentialTargetOf(target, baseUrl),
      isAnonymous: tool.binding.anonymous === true,
    };
    const found = findParts(leaving);
    return found instanceof Promise ? found.then((parts) => begin(leaving, parts)) : begin(leaving, found);
  };
}

function ending(outcome: Outcome, end: End): Outcome {
  end(outcome.ok ? { status: outcome.value.status } : endedBy(outcome.error));
  return outcome;
}

function endedBy({ code, notSent }: UpstreamFault): Ended {
  return { fault: code, notSent };
}

function sayWhyNot(found: Result<CredentialParts, CredentialFault>): FoundParts {
  return found.ok ? found : { ok: false, refused: describeFault(found.error) };
}

/** `sentTo`: where the call goes, if the operation may have a server of its own. */
export function credentialTargetOf(target: ConnectorTarget, sentTo = target.baseUrl): CredentialTarget {
  return { connectorId: target.id, orgId: target.orgId, audience: audienceOfCall(target, sentTo) };
}
