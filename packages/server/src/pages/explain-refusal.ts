import type { Context } from 'hono';
import type { DecisionFault } from '../grants/approvals.ts';
import type { PageEnv } from './page-env.ts';
import { clientBlocked, clientNotAllowed, expired, refuse } from './refusals.ts';

/** Each refusal says what can be done about it. What a person can mend on the form, they mend there. */
export function explain(
  c: Context<PageEnv>,
  fault: DecisionFault,
  again?: (problem: string) => Response | Promise<Response>,
): Response | Promise<Response> {
  switch (fault.reason) {
    case 'unknown':
      return expired(c);
    case 'already_connected':
      return refuse(
        c,
        409,
        fault.reason,
        'Already connected',
        'This request was approved and used. To connect again, start again from the app.',
      );
    case 'already_decided':
      return refuse(
        c,
        409,
        fault.reason,
        'Already answered',
        'This request was answered before, differently. Start again from the app.',
      );
    case 'not_a_member':
    case 'other_organisation':
      return refuse(
        c,
        403,
        'not_a_member',
        'You are not a member of this organisation',
        'Your account does not belong to the organisation that this connector URL names. Ask one of its admins, or use another account.',
      );
    case 'client_blocked':
      return (
        again?.('An admin of that organisation has blocked this app.') ??
        clientBlocked(c, ['the organisation'])
      );
    case 'client_not_allowed':
      return (
        again?.('That organisation lets its people connect only apps that are known well enough.') ??
        clientNotAllowed(c, ['the organisation'])
      );
    case 'client_changed':
      return refuse(
        c,
        409,
        fault.reason,
        'The app has changed',
        'It no longer lists the address that it asked to be answered at, so nothing was sent there. Start again from the app.',
      );
    case 'role_forbids':
      return (
        again?.('Full access is not possible with your role there.') ??
        refuse(c, 403, fault.reason, 'Not possible with your role', 'Choose Read-only.')
      );
    case 'organisation_forbids':
      return (
        again?.('That organisation gives read-only access alone.') ??
        refuse(c, 403, fault.reason, 'Not possible in this organisation', 'Choose Read-only.')
      );
    case 'scope_forbids':
      return (
        again?.('The app asked for read-only access.') ??
        refuse(c, 403, fault.reason, 'Not asked for', 'Choose Read-only.')
      );
  }
}
