import type { CredentialFault } from '../credentials.ts';

/** Why a call did not leave, for who made it. */
export interface CredentialRefusal {
  readonly code: 'connect_needed' | 'credential_unavailable';
  readonly message: string;
  readonly hint: string;
  /** Where the person can connect the account. */
  readonly connectUrl?: string | undefined;
}

/** A credential's fault in words that a person, a model and a program can each do something with. */
export function describeFault(fault: CredentialFault): CredentialRefusal {
  switch (fault.kind) {
    case 'connect_needed':
      return {
        code: 'connect_needed',
        message: `This tool acts through the person's own account at the service behind it, and that account is not connected, or no longer. The person can connect it at ${fault.connectUrl}`,
        hint: 'Show the address to the person, who opens it in a browser and signs in. Then call the tool again. Nothing was sent.',
        connectUrl: fault.connectUrl,
      };
    case 'nobody':
      return {
        code: 'credential_unavailable',
        message: 'The service behind this tool is asked on behalf of somebody, and nobody is calling.',
        hint: 'Nothing was sent.',
      };
    case 'unavailable':
      return { code: 'credential_unavailable', message: fault.message, hint: 'Nothing was sent.' };
  }
}
