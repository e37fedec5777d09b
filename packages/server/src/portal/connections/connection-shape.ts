import { z } from 'zod';
import type { Connection } from '../../grants/connections.ts';
import { ceilingOf, lowerAccess, type Access } from '../../kernel/access.ts';
import type { UserId } from '../../kernel/ids.ts';
import { access, time } from '../shapes.ts';

export const connectionShape = z.object({
  id: z.string(),
  app: z.object({
    name: z.string().describe('Chosen by the app itself.'),
    tier: z
      .enum(['approved', 'identified', 'self_named', 'blocked'])
      .describe(
        'approved: by an admin here; identified: it proved which host it belongs to; self_named: nobody but itself says who it is.',
      ),
    host: z.string().nullable().describe('The host that an identified app proved.'),
  }),
  destination: z.string().describe('The host that its access goes to.'),
  url: z.string().describe('The connector URL that it is for.'),
  holder: z.string().nullable().describe('The person’s address, or the agent’s name.'),
  is_yours: z.boolean(),
  by: z.enum(['consent', 'identity_provider', 'agent']),
  access: access.describe(
    'How far it reaches today: the role of its holder, or the organisation, may hold it to read-only.',
  ),
  can_lower: z.boolean().describe('Whether it could be made read-only in place.'),
  created_at: time,
  last_used_at: time.nullable(),
  expires_at: time,
});

export function presentConnection(
  { agentName, agentRole, client, email, grant, lastUsedAt, role, standing }: Connection,
  { maxAccess, mcpBaseUrl, self }: { maxAccess: Access; mcpBaseUrl: string; self: UserId },
): z.input<typeof connectionShape> {
  const holds = role ?? agentRole;
  return {
    id: grant.id,
    app: {
      name: client.name,
      tier: standing.kind,
      host: standing.kind === 'identified' ? standing.host : null,
    },
    destination: grant.destination,
    url: mcpBaseUrl + grant.resource,
    holder: email ?? agentName,
    is_yours: grant.userId === self,
    by: grant.issuer !== null ? 'identity_provider' : grant.userId === null ? 'agent' : 'consent',
    access: holds === null ? grant.access : lowerAccess(grant.access, ceilingOf(holds, maxAccess)),
    can_lower: grant.access === 'full' && grant.issuer === null,
    created_at: grant.createdAt.toISOString(),
    last_used_at: lastUsedAt?.toISOString() ?? null,
    expires_at: grant.expiresAt.toISOString(),
  };
}
