import type { Role } from '../../src/kernel/access.ts';
import { newId, type OrganisationId, type UserId } from '../../src/kernel/ids.ts';
import { PASSWORD, valueOf } from '../people/open-people.ts';
import { trailOf } from '../support/trail-of.ts';
import { openPages } from './open-pages.ts';

/** The pages, with organisations and people for invitations and reset links. */
export async function openInvitations(options: Parameters<typeof openPages>[0] = {}) {
  const opened = await openPages(options);
  const { invitations, people, store } = opened;
  let made = 0;

  async function organisation() {
    made += 1;
    const wanted = { slug: `org-${made}`, name: `Organisation ${made}`, tokenMode: 'key' as const };
    return valueOf(await people.createOrganisation(wanted));
  }

  async function person(...roles: [OrganisationId, Role][]) {
    made += 1;
    const email = `person-${made}@acme.test`;
    const name = `Person ${made}`;
    const { userId } = valueOf(await people.createUser({ email, name, password: PASSWORD }));
    for (const [orgId, role] of roles) await store.people.addMember(orgId, userId, role);
    return { userId, email, name };
  }

  return {
    ...opened,
    organisation,
    person,
    by: (userId: UserId) => ({ userId, requestId: newId('req'), viaOrgId: null }),
    /** An organisation with an owner, and a link that the owner made. */
    async invited(more: { role?: Role; email?: string; days?: 1 | 2 | 7 | 30 } = {}) {
      const org = await organisation();
      const owner = await person([org.orgId, 'owner']);
      const { days = 2, email = '', role = 'member' } = more;
      const by = { userId: owner.userId, requestId: newId('req') };
      const link = valueOf(await invitations.create({ orgId: org.orgId, role, email, days, by }));
      return { ...org, owner, link, path: `/invite/${link.token}` };
    },
    roleOf: (orgId: OrganisationId, userId: UserId) => store.people.heldRoleOf(orgId, userId),
    async userOf(email: string): Promise<UserId> {
      const userId = await store.people.findUserByEmail(email);
      if (userId === undefined) throw new Error(`nobody has ${email}`);
      return userId;
    },
    auditOf: (orgId: OrganisationId) => trailOf(store, orgId, 'action, actor_id, target, detail'),
  };
}

export type OpenedInvitations = Awaited<ReturnType<typeof openInvitations>>;
