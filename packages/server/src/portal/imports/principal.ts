import type { Context } from 'hono';
import { highestAccess } from '../../kernel/access.ts';
import type { KeyId } from '../../kernel/ids.ts';
import type { Principal } from '../../kernel/principal.ts';
import type { OrganisationEnv } from '../env.ts';

/** Who tests a connection, as the upstream is told: a person in the dashboard, by no key. */
export function principalOf(context: Context<OrganisationEnv>): Principal {
  const { id, role, slug } = context.get('organisation');
  return {
    orgId: id,
    orgSlug: slug,
    actor: { kind: 'user', id: context.get('user').userId },
    role,
    access: highestAccess(role),
    clientId: undefined,
    grantId: undefined,
    keyId: 'dashboard' as KeyId,
  };
}
