import type { Audit } from '../audit/audit.ts';
import type { RequestId } from '../kernel/ids.ts';
import type { ClientFault } from './client-authentication.ts';

/** What a client is told that did not prove itself (RFC 6749 section 5.2). Who learns `invalid_client` registers anew. */
export interface ClientRefusal {
  status: 400 | 401;
  headers: Readonly<Record<string, string>>;
  body: { error: ClientFault['error']; error_description: string };
}

export function refuseClient(fault: ClientFault, requestId: RequestId, audit: Audit): ClientRefusal {
  audit.record({
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
