import type { Audit } from '../audit/audit.ts';
import type { RequestId } from '../kernel/ids.ts';
import type { ClientFault } from './client-authentication.ts';

/** What a client is told that did not prove itself (RFC 6749 section 5.2). Who learns `invalid_client` registers anew. */
export interface ClientRefusal {
  status: 400 | 401;
  headers: Readonly<Record<string, string>>;
  body: { error: ClientFault['error']; error_description: string };
}

/** `address`: the caller's bucket. Anybody can come here, so the trail takes so many from each. */
export function refuseClient(
  fault: ClientFault,
  { requestId, address }: { requestId: RequestId; address: string },
  audit: Audit,
): ClientRefusal {
  audit.recordFromAnybody(address, {
    action: 'client.refused',
    actor: { kind: 'anonymous' },
    requestId,
    outcome: 'refused',
  });
  return {
    status: fault.error === 'invalid_client' ? 401 : 400,
    headers: fault.usedBasic ? { 'WWW-Authenticate': 'Basic realm="latchkey"' } : {},
    body: { error: fault.error, error_description: fault.description },
  };
}
