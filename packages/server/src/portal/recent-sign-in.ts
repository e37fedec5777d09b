import type { Context } from 'hono';
import { AppError } from '../kernel/errors.ts';
import type { PortalEnv } from './env.ts';

/**
 * Routes by their id that give anybody access, take it away from others, or change how people sign in. Whoever finds a
 * browser that somebody left open can do none of it: the person confirms first that it is them (`confirm_sign_in`).
 * What only stops something at once, such as revoking a key, is not held up.
 */
export const NEEDS_RECENT_SIGN_IN: ReadonlySet<string> = new Set([
  'create_key',
  'rotate_key',
  'create_agent',
  'create_agent_key',
  'resume_agent',
  'delete_agent',
  'create_client',
  'delete_client',
  'allow_token_exchange',
  'sign_everyone_out',
  'change_address',
  'delete_organisation',
  'change_security',
  'change_audit_retention',
  'delete_connector',
  'set_member_role',
  'remove_member',
  'create_reset_link',
  'reset_two_factor',
  'create_invitation',
  'renew_invitation',
  'set_company_provider',
  'remove_company_provider',
  'add_company_domain',
  'remove_company_domain',
  'require_company_sign_in',
  'readmit_person',
  'set_connector_credential',
  'create_organisation',
  'create_owner_link',
  'suspend_organisation',
  'resume_organisation',
  'rotate_signing_key',
  'trust_issuer',
  'remove_trusted_issuer',
  'create_identity_link',
  'remove_identity_link',
  'create_webhook',
  'change_webhook',
  'rotate_webhook_secret',
  'begin_two_factor',
  'confirm_two_factor',
  'disable_two_factor',
  'replace_backup_codes',
  'begin_passkey',
  'add_passkey',
  'remove_passkey',
]);

/** Throws `reauthentication_required`. A key has no sign-in to be recent: what it may do is its own matter. */
export function requireRecentSignIn(id: string, context: Context<PortalEnv>): void {
  if (!NEEDS_RECENT_SIGN_IN.has(id) || context.get('caller') !== undefined) return;
  if (!context.get('user').isRecent)
    throw new AppError('reauthentication_required', 'Confirm first that it is you.');
}
