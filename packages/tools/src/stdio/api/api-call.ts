import { withQuery } from '../../call/credential-parts.ts';
import type { CredentialParts } from '../../call/credential-parts.ts';
import { presentArgumentFaults } from '../../call/diagnose.ts';
import { maskedResponse, maskOf } from '../../call/mask.ts';
import { prepareRequest } from '../../call/request.ts';
import { presentResult } from '../../call/result.ts';
import type { Sender } from '../../call/send.ts';
import { ok } from '../../result.ts';
import type { StdioBackend } from '../backend.ts';
import { localRequestId } from '../local-request-id.ts';

/** Calls an API itself, with a credential of whoever started this server. Tools of MCP servers cannot be among them. */
export function createApiCall({
  baseUrl,
  credential,
  sender,
}: {
  readonly baseUrl: string;
  readonly credential: CredentialParts;
  readonly sender: Sender;
}): StdioBackend['call'] {
  return async ({ arguments: given, signal, tool: { through, tool } }) => {
    if (through !== 'api') throw new Error('only operations of an API can be called here');
    const requestId = localRequestId();
    const prepared = prepareRequest(tool, given);
    if (!prepared.ok) return { kind: 'result', result: presentArgumentFaults(prepared.error, { requestId }) };
    const request = prepared.value;
    const isAnonymous = tool.binding.anonymous === true;
    const outcome = await sender.send({
      baseUrl,
      request: {
        ...(isAnonymous ? request : { ...request, path: withQuery(request.path, credential) }),
        ...ownServer(baseUrl, request.baseUrl),
      },
      headers: isAnonymous ? {} : credential.headers,
      signal,
    });
    // An API that repeats what it was sent does not show the credential to a model.
    const shown = outcome.ok ? ok(maskedResponse(outcome.value, maskOf(credential))) : outcome;
    const result = presentResult(tool, shown, {
      requestId,
      call: { arguments: given, request, baseUrl },
    });
    return { kind: 'result', result };
  };
}

/** An operation's own server; a relative one has the host of the API. */
function ownServer(baseUrl: string, own: string | undefined): { readonly baseUrl?: string } {
  return own?.startsWith('/') === true ? { baseUrl: new URL(baseUrl).origin + own.replace(/\/+$/, '') } : {};
}
