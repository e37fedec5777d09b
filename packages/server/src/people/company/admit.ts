import { recordEvent } from '../../audit/record-event.ts';
import type { Role } from '../../kernel/access.ts';
import type { Clock } from '../../kernel/clock.ts';
import { newId, type RequestId, type UserId } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { CompanyProvider } from '../../store/queries/company-sign-in.ts';
import type { Queries } from '../../store/store.ts';
import { bindDeclared } from '../declared/bind-declared.ts';
import { cleanDisplayName } from '../display-name.ts';
import { parseEmail } from '../email.ts';
import { unlinkNewOwner } from '../organisations/unlink-new-owner.ts';
import { domainOfEmail } from './domain-name.ts';
import type { CompanyClaims } from './relying-party.ts';
import { givesOwner, readGroups, roleOfGroups } from './role-of-groups.ts';

export type AdmitFault =
  /** The provider says no address, or does not vouch for it. */
  | 'email_unverified'
  /** The address is of a domain that the organisation has not shown to be its own. */
  | 'domain'
  /** An account with this address exists, and may be somebody's who is not this provider's to name. */
  | 'account_exists'
  /** The account is linked to another person at the provider, or the person to another account. */
  | 'linked_otherwise'
  | 'disabled'
  | 'suspended'
  /** They were a member and were removed. */
  | 'removed'
  /** Nobody joins by signing in. */
  | 'not_invited'
  /** The provider was replaced while the person was there. */
  | 'changed';

const GOOGLE = 'https://accounts.google.com';

/**
 * Who somebody is here whom an organisation's provider vouches for, and as what: on the caller's transaction, with the
 * organisation's members held still. The provider is run by whoever administers that organisation, so that nothing it
 * says may reach beyond it: see docs/decisions/030-company-sign-in.md.
 */
export async function admit(
  queries: Queries,
  clock: Clock,
  arrival: {
    readonly provider: CompanyProvider;
    readonly claims: CompanyClaims;
    /** Who is signed in by their own means and asked for the link; undefined: a sign-in. */
    readonly linkTo: UserId | undefined;
    readonly requestId: RequestId;
  },
): Promise<Result<{ userId: UserId; joined: boolean }, AdmitFault>> {
  const { claims, linkTo, provider, requestId } = arrival;
  const { orgId } = provider;
  await queries.people.lockMembers(orgId);
  const current = await queries.companySignIn.findProvider(orgId);
  if (current?.issuer !== provider.issuer || current.clientId !== provider.clientId) return fail('changed');
  const organisation = await queries.people.findOrganisation(orgId);
  if (organisation === undefined || organisation.suspendedAt !== null) return fail('suspended');

  const email = claims.emailVerified && claims.email !== undefined ? parseEmail(claims.email) : undefined;
  const domain = email === undefined ? undefined : domainOfEmail(email);
  if (email === undefined || domain === undefined) return fail('email_unverified');
  if (!(await queries.companySignIn.isVerified(orgId, domain))) return fail('domain');
  // Google vouches for addresses that were somebody's at work once; only `hd` says that they still are.
  if (provider.issuer === GOOGLE && claims.all['hd'] !== domain) return fail('domain');

  const found = await findPerson(queries, { provider: current, subject: claims.subject, email, linkTo });
  if (!found.ok) return found;
  const wanted = wantedRole(current, claims);
  const userId = found.value ?? newId('usr');
  const held = found.value === undefined ? undefined : await queries.people.heldRoleOf(orgId, userId);
  const isLinked =
    (await queries.companySignIn.findIdentity(orgId, current.issuer, claims.subject)) === userId;

  if (found.value !== undefined) {
    const user = await queries.people.findUser(userId);
    if (user === undefined || user.disabledAt !== null) return fail('disabled');
    if (held === undefined && isLinked) return fail('removed');
  }
  if (held === undefined && wanted.toJoin === undefined) return fail('not_invited');

  if (found.value === undefined) {
    const name = cleanDisplayName(claims.name ?? '') || cleanDisplayName(email.slice(0, email.indexOf('@')));
    if (!(await queries.companySignIn.createAccount({ id: userId, email, name })))
      return fail('account_exists');
  }
  if (!isLinked) {
    const identity = { orgId, issuer: current.issuer, subject: claims.subject, userId };
    if (!(await queries.companySignIn.addIdentity(identity))) return fail('linked_otherwise');
    await trace('company.linked', { issuer: current.issuer, subject: claims.subject });
  }
  if (held === undefined && wanted.toJoin !== undefined) {
    await queries.people.addMember(orgId, userId, wanted.toJoin);
    await queries.changes.add('member', `${orgId}:${userId}`);
    await trace('member.joined', { role: wanted.toJoin, by: 'company sign-in' });
  }
  const mayBind = (declared: { orgId: string }) => declared.orgId === orgId;
  await bindDeclared(queries, clock, { userId, email, requestId, mayBind });
  if (held !== undefined) await followGroups(held);
  await queries.companySignIn.touchIdentity(orgId, userId);
  await trace('company.signed_in', { issuer: current.issuer });
  return ok({ userId, joined: held === undefined });

  /** What the groups say today. What the operator's file says stands, and somebody always owns the organisation. */
  async function followGroups(from: Role): Promise<void> {
    const to = wanted.ofMember;
    if (to === undefined || to === from || (await queries.declaredMembers.isDeclared(orgId, userId))) return;
    if (from === 'owner') {
      if (!wanted.mapsOwners) return;
      if (!(await queries.people.hasOtherOwner(orgId, userId))) {
        return trace('company.role_kept', { role: from, groups_say: to, because: 'last owner' });
      }
    }
    await queries.people.setRole(orgId, userId, to);
    if (to === 'owner')
      await unlinkNewOwner(queries, clock, {
        orgId,
        userId,
        actor: { kind: 'user', id: userId },
        requestId,
      });
    await queries.changes.add('member', `${orgId}:${userId}`);
    await trace('member.role_changed', { from, to, by: 'company groups' });
  }

  function trace(action: string, detail: Record<string, unknown>): Promise<void> {
    const actor = { kind: 'user', id: userId } as const;
    return recordEvent(queries, clock, {
      orgId,
      action,
      actor,
      target: userId,
      requestId,
      outcome: 'ok',
      detail,
    });
  }
}

/** Undefined: nobody yet, and there is no account with the address. */
async function findPerson(
  queries: Queries,
  {
    email,
    linkTo,
    provider: { issuer, orgId },
    subject,
  }: { provider: CompanyProvider; subject: string; email: string; linkTo: UserId | undefined },
): Promise<Result<UserId | undefined, AdmitFault>> {
  const linked = await queries.companySignIn.findIdentity(orgId, issuer, subject);
  if (linkTo !== undefined) {
    return linked === undefined || linked === linkTo ? ok(linkTo) : fail('linked_otherwise');
  }
  if (linked !== undefined) return ok(linked);
  const account = await queries.companySignIn.findAccount(email);
  if (account === undefined) return ok(undefined);
  const memberships = await queries.companySignIn.listMembershipsOf(account.userId);
  const here = memberships.find(({ organisation }) => organisation.id === orgId);
  // Whoever made the account may have typed any address; other organisations never trusted this provider; and an owner
  // stands above the admins who may choose it.
  const isTheirs =
    account.emailVerified && memberships.length === 1 && here !== undefined && here.role !== 'owner';
  return isTheirs ? ok(account.userId) : fail('account_exists');
}

/** `toJoin` undefined: nobody joins so. `ofMember` undefined: roles are given here. */
function wantedRole(
  { defaultRole, groupRoles, groupsClaim }: CompanyProvider,
  claims: CompanyClaims,
): { toJoin: Role | undefined; ofMember: Role | undefined; mapsOwners: boolean } {
  const byGroup =
    groupsClaim === null ? undefined : roleOfGroups(readGroups(claims.all[groupsClaim]), groupRoles);
  return {
    toJoin: byGroup ?? defaultRole ?? undefined,
    ofMember: groupsClaim === null ? undefined : (byGroup ?? defaultRole ?? 'viewer'),
    mapsOwners: givesOwner(groupRoles),
  };
}
