import type { Role } from './api/types.ts';
import { rolesText } from './text/roles.ts';

/** For what to show and how to say it. What is allowed is decided by the server, for each request. */
export const ROLE_NAMES: Readonly<Record<Role, string>> = rolesText;

export const ROLES = ['owner', 'admin', 'member', 'viewer'] as const satisfies readonly Role[];

export function managesMembers(role: Role): boolean {
  return role === 'owner' || role === 'admin';
}

export function managesAgents(role: Role): boolean {
  return role === 'owner' || role === 'admin';
}

export function managesApps(role: Role): boolean {
  return role === 'owner' || role === 'admin';
}

export function managesIdentityProviders(role: Role): boolean {
  return role === 'owner' || role === 'admin';
}

export function managesConnectors(role: Role): boolean {
  return role === 'owner' || role === 'admin';
}

export function changesSettings(role: Role): boolean {
  return role === 'owner' || role === 'admin';
}

export function renamesOrganisation(role: Role): boolean {
  return role === 'owner';
}

export function deletesOrganisation(role: Role): boolean {
  return role === 'owner';
}

export function seesMembers(role: Role): boolean {
  return role !== 'viewer';
}

/** Which roles somebody of this role may give to a member who has that one; empty: none. */
export function rolesToGive(role: Role, held: Role): readonly Role[] {
  if (role === 'owner') return ['owner', 'admin', 'member', 'viewer'];
  return role === 'admin' && held !== 'owner' ? ['admin', 'member', 'viewer'] : [];
}

export function signsEveryoneOut(role: Role): boolean {
  return role === 'owner' || role === 'admin';
}

export function readsAudit(role: Role): boolean {
  return role === 'owner' || role === 'admin';
}

export function setsAuditRetention(role: Role): boolean {
  return role === 'owner';
}

export function readsUsage(role: Role): boolean {
  return role !== 'viewer';
}

export function seesAllKeys(role: Role): boolean {
  return role === 'owner' || role === 'admin';
}

export function mayHoldFull(role: Role): boolean {
  return role !== 'viewer';
}
