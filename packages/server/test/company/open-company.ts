import type { Role } from '../../src/kernel/access.ts';
import type { OrganisationId, RequestId, UserId } from '../../src/kernel/ids.ts';
import { COMPANY_CALLBACK_PATH } from '../../src/pages/company/company.tsx';
import type { WantedProvider } from '../../src/people/company/provider.ts';
import { refreshTarget } from '../../src/demo/html.ts';
import { hiddenFields, openPages } from '../pages/open-pages.ts';
import { PASSWORD, valueOf } from '../people/open-people.ts';
import {
  startCompanyProvider,
  type AccountClaims,
} from '../support/company-provider/start-company-provider.ts';

export const ACME = 'https://login.acme.test';
/** Another organisation's, whose admins run it as they like. */
export const EVIL = 'https://login.evil.test';
export const SECRET = 'a-client-secret-of-acme-0123456789';
const BASE_URL = 'http://localhost:4747';
const requestId = 'req_test' as RequestId;

/** The pages before two organisations' real providers, which are a process of their own. */
export async function openCompany() {
  const redirectUri = BASE_URL + COMPANY_CALLBACK_PATH;
  const provider = await startCompanyProvider([
    { issuer: ACME, clientSecret: SECRET, redirectUri },
    { issuer: EVIL, redirectUri, claimsInIdToken: true },
  ]);
  const opened = await openPages({ baseUrl: BASE_URL, guard: provider.guard });
  const { company, dns, people, store } = opened;
  let made = 0;

  /** An organisation whose people sign in at `issuer`, with one verified domain of its own. */
  async function organisation(issuer = ACME, more: Partial<WantedProvider> = {}) {
    made += 1;
    const slug = `company-${made}`;
    const domain = `company-${made}.test`;
    const { orgId } = valueOf(
      await people.createOrganisation({ slug, name: `Company ${made}`, tokenMode: 'token' }),
    );
    const owner = await account({ orgId, role: 'owner' });
    const by = { orgId, by: owner.userId, requestId };
    const set = (change: Partial<WantedProvider> = {}, decidedBy: UserId = owner.userId) =>
      company.portal.companyProviders.set(
        { ...by, by: decidedBy },
        {
          issuer,
          clientId: 'latchkey',
          clientSecret: issuer === ACME ? SECRET : null,
          scopes: 'openid email profile groups',
          defaultRole: 'member',
          groupsClaim: null,
          groupRoles: [],
          version: null,
          ...change,
        },
      );
    const held = valueOf(await set(more));
    const { record } = valueOf(await company.portal.companyDomains.add({ ...by, domain }));
    dns.set(domain, [record]);
    valueOf(await company.portal.companyDomains.check({ ...by, domain }));
    return { orgId, slug, domain, owner, by, set, version: held.version };
  }

  /** Somebody with a password, in these organisations. */
  async function account(
    ...roles: { orgId: OrganisationId; role: Role }[]
  ): Promise<{ userId: UserId; email: string }> {
    made += 1;
    return named(`person-${made}@elsewhere.test`, ...roles);
  }

  async function named(email: string, ...roles: { orgId: OrganisationId; role: Role }[]) {
    const { userId } = valueOf(await people.createUser({ email, name: 'Somebody', password: PASSWORD }));
    for (const { orgId, role } of roles) await store.people.addMember(orgId, userId, role);
    return { userId, email };
  }

  type Browser = ReturnType<typeof opened.browser>;

  /** To the provider: presses the organisation's button. Where that leads. */
  async function depart(browser: Browser, slug: string, more: { returnTo?: string; action?: string } = {}) {
    const { action = 'sign-in', returnTo = '/app' } = more;
    const query = returnTo === '/app' ? '' : `?return_to=${encodeURIComponent(returnTo)}`;
    const page = await browser.get(`/sign-in/company/${slug}${query}`);
    const forms = page.html.split('<form ').map((form) => hiddenFields(form));
    const form = forms.find((hidden) => hidden['action'] === action);
    if (form === undefined) throw new Error(`no form for ${action}: ${page.status} ${page.html}`);
    const left = await browser.post(`/sign-in/company/${slug}`, form);
    const target = refreshTarget(left.html);
    if (target === undefined) throw new Error(`led nowhere: ${left.status} ${left.html}`);
    return target;
  }

  /** The whole way: to the provider, in as `subject`, and back. */
  async function signIn(
    browser: Browser,
    slug: string,
    subject: string,
    more: { returnTo?: string; action?: string } = {},
  ) {
    const target = await depart(browser, slug, more);
    const back = await provider.visitor().signIn(target, subject);
    return browser.get(back.pathname + back.search);
  }

  return {
    ...opened,
    provider,
    organisation,
    account,
    named,
    depart,
    signIn,
    /** What the provider says of a subject. */
    at: (issuer: string, subject: string, claims: AccountClaims) => provider.account(issuer, subject, claims),
    /** Who is signed in at a browser. */
    async whoIs(browser: Browser) {
      const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      return people.currentUser(new Headers({ cookie }));
    },
    /** What the audit has of an organisation, as `action outcome`, the latest last. */
    async audit(
      orgId: OrganisationId,
    ): Promise<{ action: string; detail: Record<string, unknown> | null }[]> {
      const { rows } = await store.pool.query<{ action: string; detail: Record<string, unknown> | null }>(
        'select action, detail from audit_events where org_id = $1 order by id',
        [orgId],
      );
      return rows;
    },
    async close() {
      await opened.close();
      await provider.close();
    },
  };
}

export type OpenedCompany = Awaited<ReturnType<typeof openCompany>>;
