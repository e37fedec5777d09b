import type { Role } from '../kernel/access.ts';

/** Fixed, so that anyone can script the demo. These exist under `latchkey demo` alone. */
export const DEMO_PASSWORD = 'latchkey-demo';

export const DEMO_ORGANISATIONS: readonly { slug: string; name: string; tokenMode: 'token' | 'key' }[] = [
  { slug: 'acme', name: 'Acme', tokenMode: 'token' },
  { slug: 'globex', name: 'Globex', tokenMode: 'key' },
];

export const DEMO_USERS: readonly { email: string; name: string; roles: Readonly<Record<string, Role>> }[] = [
  { email: 'owner@acme.test', name: 'Olivia Acme', roles: { acme: 'owner', globex: 'member' } },
  { email: 'member@acme.test', name: 'Marco Acme', roles: { acme: 'member' } },
  { email: 'viewer@acme.test', name: 'Vera Acme', roles: { acme: 'viewer' } },
  { email: 'owner@globex.test', name: 'Gina Globex', roles: { globex: 'owner' } },
];

/** Who looks after the demo's installation. */
export const DEMO_OPERATOR = 'owner@acme.test';
