/** What a principal may do through a door: `read` reaches read-only tools, `full` reaches all. */
export type Access = 'read' | 'full';

export const ROLES = ['owner', 'admin', 'member', 'viewer'] as const;
export type Role = (typeof ROLES)[number];

/** A viewer can never hold more than read-only access. */
export function highestAccess(role: Role): Access {
  return role === 'viewer' ? 'read' : 'full';
}

/** What somebody of this role may do at most in an organisation that allows nobody more than `maxAccess`. */
export function ceilingOf(role: Role, maxAccess: Access): Access {
  return lowerAccess(highestAccess(role), maxAccess);
}

export function lowerAccess(left: Access, right: Access): Access {
  return left === 'full' && right === 'full' ? 'full' : 'read';
}

/** True if `role` stands at or above `floor` in owner > admin > member > viewer. */
export function atLeast(role: Role, floor: Role): boolean {
  return ROLES.indexOf(role) <= ROLES.indexOf(floor);
}

export const SCOPE_READ = 'mcp:read';
export const SCOPE_CALL = 'mcp:call';

/** What a request asks for: unknown scopes ask for nothing, and no known one asks for all (RFC 6749 section 3.3). */
export function accessAskedFor(scopes: readonly string[] | undefined): Access {
  return scopes?.includes(SCOPE_READ) === true && !scopes.includes(SCOPE_CALL) ? 'read' : 'full';
}

export function scopeOf(access: Access): string {
  return access === 'full' ? SCOPE_CALL : SCOPE_READ;
}
