import { recordEvent } from '../../audit/record-event.ts';
import type { Role } from '../../kernel/access.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { GuardedFetch } from '../../kernel/guarded-fetch.ts';
import type { OrganisationId, RequestId, UserId } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { CompanyProvider } from '../../store/queries/company-sign-in.ts';
import type { GroupRole } from '../../store/schema.ts';
import type { Queries, Store } from '../../store/store.ts';
import { can } from '../policy.ts';
import { refusableTransaction } from '../refusable-transaction.ts';
import { examineIssuer, type DiscoveryReport } from './discovery.ts';
import type { ProviderSecrets } from './provider-secrets.ts';
import { givesOwner } from './role-of-groups.ts';

export interface ProviderDecision {
  readonly orgId: OrganisationId;
  readonly by: UserId;
  readonly requestId: RequestId;
}

export interface WantedProvider {
  readonly issuer: string;
  readonly clientId: string;
  /** Null: none, we are a public client. Undefined: as it is. */
  readonly clientSecret: string | null | undefined;
  readonly scopes: string;
  readonly defaultRole: 'member' | 'viewer' | null;
  readonly groupsClaim: string | null;
  readonly groupRoles: GroupRole[];
  /** What was seen; null: there was none. */
  readonly version: number | null;
}

export type ProviderSetFault =
  | { readonly reason: 'forbidden' }
  /** A group that makes owners: only an owner decides about it, and about whose word that is. */
  | { readonly reason: 'owners_only' }
  | { readonly reason: 'changed_meanwhile' }
  /** The secret is another issuer's. */
  | { readonly reason: 'secret_needed' }
  | { readonly reason: 'unusable'; readonly report: DiscoveryReport };

export type RequiredFault = 'forbidden' | 'no_provider' | 'no_domain' | 'never_used';
export type RemovedFault = 'forbidden' | 'not_removed';

const REMOVED_MAX = 100;

/** An organisation's provider for sign-in: what its admins say of it, and what that ends. */
export function createCompanyProviders({
  store,
  fetch,
  secrets,
  clock,
}: {
  store: Store;
  fetch: GuardedFetch;
  secrets: ProviderSecrets;
  clock: Clock;
}) {
  function record(
    queries: Queries,
    { by, orgId, requestId }: ProviderDecision,
    entry: { action: string; target?: string; detail?: Record<string, unknown> },
  ): Promise<void> {
    const actor = { kind: 'user', id: by } as const;
    return recordEvent(queries, clock, { orgId, actor, requestId, outcome: 'ok', ...entry });
  }

  /** What the person is who decides, while nobody changes who is what; undefined: they may not. */
  async function mayManage(queries: Queries, { by, orgId }: ProviderDecision): Promise<Role | undefined> {
    await queries.people.lockMembers(orgId);
    const role = await queries.people.roleOf(orgId, by);
    return role !== undefined && can(role, 'identity_providers.manage') ? role : undefined;
  }

  return {
    find: (orgId: OrganisationId) => store.companySignIn.findProvider(orgId),
    countLinked: (orgId: OrganisationId) => store.companySignIn.countIdentities(orgId),
    listRemoved: (orgId: OrganisationId) => store.companySignIn.listRemoved(orgId, REMOVED_MAX),

    examine: (issuer: string, hasSecret: boolean) => examineIssuer(fetch, { issuer, hasSecret }),

    async set(
      decision: ProviderDecision,
      wanted: WantedProvider,
    ): Promise<Result<CompanyProvider, ProviderSetFault>> {
      const { orgId } = decision;
      const before = await store.companySignIn.findProvider(orgId);
      if (before?.issuer !== wanted.issuer) {
        const report = await examineIssuer(fetch, {
          issuer: wanted.issuer,
          hasSecret: typeof wanted.clientSecret === 'string',
        });
        if (!report.usable) return fail({ reason: 'unusable', report });
      }
      return refusableTransaction<CompanyProvider, ProviderSetFault>(store, async (queries) => {
        const role = await mayManage(queries, decision);
        if (role === undefined) return fail({ reason: 'forbidden' });
        const held = await queries.companySignIn.findProvider(orgId);
        if ((held?.version ?? null) !== wanted.version) return fail({ reason: 'changed_meanwhile' });
        const aboutOwners = givesOwner(wanted.groupRoles) || givesOwner(held?.groupRoles ?? []);
        if (aboutOwners && role !== 'owner') return fail({ reason: 'owners_only' });
        const isOther = held !== undefined && held.issuer !== wanted.issuer;
        if (isOther && held.sealed !== null && wanted.clientSecret === undefined) {
          return fail({ reason: 'secret_needed' });
        }
        const { clientSecret, version, ...rest } = wanted;
        const settings = {
          ...rest,
          sealed: typeof clientSecret === 'string' ? secrets.sealSecret(orgId, clientSecret) : clientSecret,
          updatedBy: decision.by,
        };
        const isSet =
          version === null
            ? await queries.companySignIn.addProvider(orgId, settings)
            : await queries.companySignIn.changeProvider(orgId, version, settings);
        const now = await queries.companySignIn.findProvider(orgId);
        if (!isSet || now === undefined) return fail({ reason: 'changed_meanwhile' });
        // Nobody whom the former one named is named by this one.
        const ended = isOther ? await queries.companySignIn.forgetIdentities(orgId) : undefined;
        await record(queries, decision, {
          action: 'company.provider_set',
          target: wanted.issuer,
          detail: {
            client_id: wanted.clientId,
            default_role: wanted.defaultRole,
            groups_claim: wanted.groupsClaim,
            group_roles: wanted.groupRoles,
            secret: clientSecret === undefined ? 'kept' : clientSecret === null ? 'none' : 'set',
            ...(ended === undefined ? {} : { former: held?.issuer, ...ended }),
          },
        });
        return ok(now);
      });
    },

    /** Ends each session that it began; members stay, and sign in by their own means. */
    remove: (
      decision: ProviderDecision,
    ): Promise<Result<{ endedSessions: number }, 'forbidden' | 'no_provider'>> =>
      refusableTransaction<{ endedSessions: number }, 'forbidden' | 'no_provider'>(store, async (queries) => {
        if ((await mayManage(queries, decision)) === undefined) return fail('forbidden');
        const held = await queries.companySignIn.findProvider(decision.orgId);
        if (held === undefined) return fail('no_provider');
        await queries.companySignIn.removeProvider(decision.orgId);
        const endedSessions = await queries.companySignIn.endSessionsVia(decision.orgId);
        await record(queries, decision, {
          action: 'company.provider_removed',
          target: held.issuer,
          detail: { ended_sessions: endedSessions },
        });
        return ok({ endedSessions });
      }),

    /** Whether only sessions that began at the provider open the organisation. Owners' own always do. */
    setRequired: (decision: ProviderDecision, required: boolean): Promise<Result<void, RequiredFault>> =>
      refusableTransaction<void, RequiredFault>(store, async (queries) => {
        const { orgId } = decision;
        if ((await mayManage(queries, decision)) === undefined) return fail('forbidden');
        const held = await queries.companySignIn.findProvider(orgId);
        if (held === undefined) return fail('no_provider');
        if (required) {
          const domains = await queries.companySignIn.listDomains(orgId);
          if (domains.every(({ verifiedAt }) => verifiedAt === null)) return fail('no_domain');
          // Somebody has got in that way: it works.
          if ((await queries.companySignIn.countIdentities(orgId)) === 0) return fail('never_used');
        }
        if (await queries.companySignIn.setRequired(orgId, required)) {
          await record(queries, decision, { action: 'company.required_set', detail: { required } });
        }
        return ok(undefined);
      }),

    /** Somebody who was removed may come back, as who joins. */
    readmit: (decision: ProviderDecision, userId: UserId): Promise<Result<void, RemovedFault>> =>
      refusableTransaction<void, RemovedFault>(store, async (queries) => {
        const { orgId } = decision;
        if ((await mayManage(queries, decision)) === undefined) return fail('forbidden');
        const held = await queries.companySignIn.findProvider(orgId);
        const isLinked = await queries.companySignIn.isLinked(orgId, userId);
        const role = await queries.people.heldRoleOf(orgId, userId);
        if (held === undefined || !isLinked || role !== undefined) return fail('not_removed');
        const becomes = held.defaultRole ?? 'viewer';
        await queries.people.addMember(orgId, userId, becomes);
        await queries.changes.add('member', `${orgId}:${userId}`);
        await record(queries, decision, {
          action: 'member.joined',
          target: userId,
          detail: { role: becomes, by: 'readmitted' },
        });
        return ok(undefined);
      }),
  };
}

export type CompanyProviders = ReturnType<typeof createCompanyProviders>;
