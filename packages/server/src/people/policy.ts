import { atLeast, type Role } from '../kernel/access.ts';

/**
 * Who may do what in an organisation: the lowest role that may. `own` is what the actor made or approved, `any` is
 * everybody's. How far a key or a connection reaches is not here: see `highestAccess`, which keeps a viewer read-only.
 */
export const LOWEST_ROLE = {
  'connections.create.own': 'viewer',
  'connections.read.own': 'viewer',
  'connections.revoke.own': 'viewer',
  'connections.read.any': 'admin',
  'connections.revoke.any': 'admin',
  'keys.create.own': 'viewer',
  'keys.read.own': 'viewer',
  'keys.revoke.own': 'viewer',
  'keys.read.any': 'admin',
  'keys.revoke.any': 'admin',
  'agents.read': 'admin',
  'agents.manage': 'admin',
  'clients.manage': 'admin',
  'identity_providers.manage': 'admin',
  'connectors.read': 'viewer',
  'connectors.manage': 'admin',
  'members.read': 'member',
  'members.manage': 'admin',
  'owners.manage': 'owner',
  'usage.read': 'member',
  'usage.read.any': 'admin',
  'audit.read': 'admin',
  'audit.retain': 'owner',
  'settings.read': 'member',
  'settings.manage': 'admin',
  'organisation.rename': 'owner',
  'organisation.delete': 'owner',
} as const satisfies Record<string, Role>;

export type Action = keyof typeof LOWEST_ROLE;

export function can(role: Role, action: Action): boolean {
  return atLeast(role, LOWEST_ROLE[action]);
}

/** `undefined` stands for "no member": before an invitation, after a removal. */
export function canChangeRole(actor: Role, from: Role | undefined, to: Role | undefined): boolean {
  return can(actor, from === 'owner' || to === 'owner' ? 'owners.manage' : 'members.manage');
}
