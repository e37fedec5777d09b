import { describe, expect, test } from 'vitest';
import { ROLES } from '../kernel/access.ts';
import { can, canChangeRole, LOWEST_ROLE, type Action } from './policy.ts';

const OWN: Action[] = ['keys.create.own', 'keys.read.own', 'keys.revoke.own', 'connections.create.own'];
const ANYONES: Action[] = [
  'keys.read.any',
  'keys.revoke.any',
  'connections.read.any',
  'connections.revoke.any',
];
const MANAGING: Action[] = [
  'agents.manage',
  'clients.manage',
  'identity_providers.manage',
  'connectors.manage',
  'members.manage',
];
const LOOKING_INTO: Action[] = ['audit.read', 'usage.read.any', 'settings.manage'];
const OWNING: Action[] = ['owners.manage', 'organisation.rename', 'organisation.delete'];

describe('the policy table', () => {
  test.each(ROLES)('lets a %s make, see and end what is their own', (role) => {
    for (const action of OWN) expect(can(role, action)).toBe(true);
  });

  test.each(['member', 'viewer'] as const)('keeps a %s from what is not their own', (role) => {
    for (const action of [...ANYONES, ...MANAGING, ...LOOKING_INTO, ...OWNING])
      expect({ action, allowed: can(role, action) }).toEqual({ action, allowed: false });
  });

  test('lets an admin run the organisation and not own it', () => {
    for (const action of [...ANYONES, ...MANAGING, ...LOOKING_INTO]) expect(can('admin', action)).toBe(true);
    for (const action of OWNING) expect(can('admin', action)).toBe(false);
  });

  test('lets an owner do everything', () => {
    for (const action of Object.keys(LOWEST_ROLE) as Action[]) expect(can('owner', action)).toBe(true);
  });

  test.each([
    ['owner', 'owner', 'viewer', true],
    ['owner', 'member', 'owner', true],
    ['admin', 'member', 'admin', true],
    ['admin', 'admin', 'viewer', true],
    ['admin', undefined, 'member', true],
    ['admin', 'member', undefined, true],
    ['admin', 'member', 'owner', false],
    ['admin', 'owner', 'member', false],
    ['admin', 'owner', undefined, false],
    ['admin', undefined, 'owner', false],
    ['member', 'viewer', 'member', false],
    ['member', 'member', undefined, false],
    ['viewer', 'viewer', 'owner', false],
  ] as const)('%s changing a %s into a %s: %s', (actor, from, to, allowed) => {
    expect(canChangeRole(actor, from, to)).toBe(allowed);
  });
});
