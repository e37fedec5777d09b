import { Resolver } from 'node:dns/promises';
import { recordEvent } from '../../audit/record-event.ts';
import type { Clock } from '../../kernel/clock.ts';
import { deepestCause } from '../../kernel/deepest-cause.ts';
import type { OrganisationId, RequestId, UserId } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { randomToken } from '../../kernel/secret.ts';
import type { CompanyDomain } from '../../store/queries/company-sign-in.ts';
import type { Queries, Store } from '../../store/store.ts';
import { can } from '../policy.ts';
import { refusableTransaction } from '../refusable-transaction.ts';
import { parseDomain } from './domain-name.ts';

/** The TXT records of a name, each in its pieces, as `node:dns` has them. */
export type ResolveTxt = (domain: string) => Promise<string[][]>;

export interface DomainDecision {
  readonly orgId: OrganisationId;
  readonly domain: string;
  readonly by: UserId;
  readonly requestId: RequestId;
}

export type DomainFault =
  | 'forbidden'
  | 'domain_invalid'
  | 'exists'
  | 'too_many'
  | 'no_domain'
  /** The record is not there, or says something else. */
  | 'missing'
  /** The name servers did not answer. */
  | 'unanswered'
  /** Another organisation here has it. */
  | 'taken';

const DOMAINS_MAX = 50;
const STALE_HOURS = 24;
/** A slip of whoever edits the zone locks nobody out. */
const GRACE_HOURS = 72;
const RECHECKED_AT_ONCE = 100;

/** The text of the record that shows that a domain is the organisation's. */
export function recordOf({ token }: Pick<CompanyDomain, 'token'>): string {
  return `latchkey-verification=${token}`;
}

/** Domains whose addresses an organisation's provider may speak for. */
export function createCompanyDomains({
  store,
  clock,
  resolveTxt = resolveByDns,
}: {
  store: Store;
  clock: Clock;
  resolveTxt?: ResolveTxt | undefined;
}) {
  async function look({ domain, token }: CompanyDomain): Promise<'there' | 'missing' | 'unanswered'> {
    try {
      const records = await resolveTxt(domain);
      const wanted = recordOf({ token });
      return records.some((pieces) => pieces.join('').trim() === wanted) ? 'there' : 'missing';
    } catch (error) {
      const code = (error as { code?: unknown }).code;
      return code === 'ENOTFOUND' || code === 'ENODATA' ? 'missing' : 'unanswered';
    }
  }

  function record(
    queries: Queries,
    { by, domain, orgId, requestId }: Pick<DomainDecision, 'orgId' | 'domain'> & Partial<DomainDecision>,
    action: string,
  ): Promise<void> {
    const actor = by === undefined ? ({ kind: 'system' } as const) : ({ kind: 'user', id: by } as const);
    return recordEvent(queries, clock, { orgId, action, actor, target: domain, requestId, outcome: 'ok' });
  }

  /** Judged in the transaction that acts, while nobody changes who is what. */
  function deciding<T>(
    decision: DomainDecision,
    work: (queries: Queries) => Promise<Result<T, DomainFault>>,
  ): Promise<Result<T, DomainFault>> {
    return refusableTransaction<T, DomainFault>(store, async (queries) => {
      await queries.people.lockMembers(decision.orgId);
      const role = await queries.people.roleOf(decision.orgId, decision.by);
      if (role === undefined || !can(role, 'identity_providers.manage')) return fail('forbidden');
      return work(queries);
    });
  }

  return {
    list: (orgId: OrganisationId) => store.companySignIn.listDomains(orgId),

    add(decision: DomainDecision): Promise<Result<{ domain: string; record: string }, DomainFault>> {
      const domain = parseDomain(decision.domain);
      if (domain === undefined) return Promise.resolve(fail('domain_invalid'));
      const { orgId } = decision;
      return deciding(decision, async (queries) => {
        if ((await queries.companySignIn.listDomains(orgId)).length >= DOMAINS_MAX) return fail('too_many');
        const token = randomToken();
        if (!(await queries.companySignIn.addDomain(orgId, domain, token))) return fail('exists');
        await record(queries, { ...decision, domain }, 'company.domain_added');
        return ok({ domain, record: recordOf({ token }) });
      });
    },

    async check(decision: DomainDecision): Promise<Result<void, DomainFault>> {
      const { domain, orgId } = decision;
      const known = await store.companySignIn.findDomain(orgId, domain);
      if (known === undefined) return fail('no_domain');
      const seen = await look(known);
      if (seen === 'unanswered') return fail('unanswered');
      if (seen === 'missing') {
        await store.companySignIn.missDomain(orgId, domain, GRACE_HOURS);
        return fail('missing');
      }
      try {
        return await deciding(decision, async (queries) => {
          const now = await queries.companySignIn.findDomain(orgId, domain);
          if (now?.token !== known.token) return fail('no_domain');
          if (!(await queries.companySignIn.verifyDomain(orgId, domain))) return fail('taken');
          if (now.verifiedAt === null) await record(queries, decision, 'company.domain_verified');
          return ok(undefined);
        });
      } catch (error) {
        // Two organisations at the same moment: the database has let one of them.
        if ((deepestCause(error) as { code?: unknown }).code === '23505') return fail('taken');
        throw error;
      }
    },

    remove: (decision: DomainDecision): Promise<Result<void, DomainFault>> =>
      deciding(decision, async (queries) => {
        if (!(await queries.companySignIn.removeDomain(decision.orgId, decision.domain))) {
          return fail('no_domain');
        }
        await record(queries, decision, 'company.domain_removed');
        return ok(undefined);
      }),

    /** Looks at verified domains that nobody has looked at for a day. One whose record is gone for three is lost. */
    async recheck(): Promise<{ lost: number }> {
      let lost = 0;
      for (const domain of await store.companySignIn.claimStaleDomains(STALE_HOURS, RECHECKED_AT_ONCE)) {
        const seen = await look(domain);
        if (seen === 'there') await store.companySignIn.verifyDomain(domain.orgId, domain.domain);
        if (seen !== 'missing') continue;
        await store.transaction(async (queries) => {
          if (!(await queries.companySignIn.missDomain(domain.orgId, domain.domain, GRACE_HOURS))) return;
          lost += 1;
          await record(queries, { orgId: domain.orgId, domain: domain.domain }, 'company.domain_lost');
        });
      }
      return { lost };
    },
  };
}

export type CompanyDomains = ReturnType<typeof createCompanyDomains>;

function resolveByDns(domain: string): Promise<string[][]> {
  return new Resolver({ timeout: 3000, tries: 2 }).resolveTxt(domain);
}
