import type { ToolResult } from '@latchkey/tools';
import { AppError } from '../../kernel/errors.ts';
import type { RequestId } from '../../kernel/ids.ts';
import type { CredentialRefusal } from '../../upstreams/credentials/describe-fault.ts';

export function errorOfCredential({ code, message }: CredentialRefusal): AppError {
  return new AppError(code, message);
}

/** As diagnostics, with the address where the person can connect the account as a field of its own. */
export function presentCredentialRefusal(refusal: CredentialRefusal, requestId: RequestId): ToolResult {
  const { code, connectUrl, hint, message } = refusal;
  const diagnostics = {
    status: errorOfCredential(refusal).status,
    code,
    message,
    request_id: requestId,
    ...(connectUrl === undefined ? {} : { connect_url: connectUrl }),
    hint,
  };
  return {
    content: [{ type: 'text', text: JSON.stringify(diagnostics) }],
    structuredContent: diagnostics,
    isError: true,
  };
}
