import { recordEvent } from '../../audit/record-event.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { OrganisationId, RequestId, UserId } from '../../kernel/ids.ts';
import type { Log } from '../../kernel/log.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { hashSecret, randomToken } from '../../kernel/secret.ts';
import type { CompanyProvider } from '../../store/queries/company-sign-in.ts';
import type { Organisation } from '../../store/queries/people.ts';
import type { Store } from '../../store/store.ts';
import type { CurrentUser, People } from '../people.ts';
import { refusableTransaction } from '../refusable-transaction.ts';
import { admit, type AdmitFault } from './admit.ts';
import { domainOfEmail } from './domain-name.ts';
import type { ProviderSecrets } from './provider-secrets.ts';
import type { CompanyClaims, ProviderFault, Registration, RelyingParty } from './relying-party.ts';

const MINUTES = 10;

/** What the provider sent the browser back with, in the browser that came. */
export interface CompanyArrival {
  readonly query: URLSearchParams;
  readonly browser: string;
  /** Who is signed in there, if anybody. */
  readonly user: CurrentUser | undefined;
  readonly headers: Headers;
  readonly requestId: RequestId;
}

export type ArrivalRefusal =
  /** Not begun here in this browser, too long ago, or finished already. Nothing was done. */
  | { readonly reason: 'unknown' }
  | (Refused & { readonly reason: 'provider'; readonly fault: ProviderFault })
  | (Refused & { readonly reason: 'person'; readonly fault: AdmitFault; readonly email: string | undefined })
  /** Somebody else signed in meanwhile, or nobody is signed in any more. */
  | (Refused & { readonly reason: 'other_session' });

interface Refused {
  readonly organisation: Organisation;
  readonly returnTo: string;
}

/** The parameters of an answer; of one that comes twice, two readers could see two different ones. */
const PARAMETERS = ['state', 'code', 'iss', 'error'] as const;

/**
 * People sign in through an organisation's provider (OpenID Connect, code flow with PKCE). Whoever comes back must be in
 * the browser that left, once, and within ten minutes; the answer must be from the provider that was asked.
 */
export function createCompanySignIn({
  store,
  people,
  relyingParty,
  secrets,
  maySeal = () => true,
  clock,
  log,
}: {
  store: Store;
  people: Pick<People, 'beginSession'>;
  relyingParty: RelyingParty;
  secrets: ProviderSecrets;
  maySeal?: () => boolean;
  clock: Clock;
  log: Log;
}) {
  function registrationOf(provider: CompanyProvider): Registration {
    const { clientId, issuer, orgId, scopes, sealed } = provider;
    const clientSecret = sealed === null ? undefined : secrets.openSecret(orgId, sealed);
    return { issuer, clientId, clientSecret, scopes };
  }

  async function refused(
    organisation: Organisation,
    requestId: RequestId,
    why: string,
    claims?: CompanyClaims,
  ): Promise<void> {
    log.info({ organisation: organisation.slug, why }, 'a company sign-in was refused');
    const detail = {
      why,
      ...(claims === undefined ? {} : { subject: claims.subject, email: claims.email ?? null }),
    };
    await recordEvent(store, clock, {
      orgId: organisation.id,
      action: 'company.refused',
      actor: { kind: 'anonymous' },
      requestId,
      outcome: 'refused',
      detail,
    });
  }

  return {
    /** Whether the sign-in page needs to offer it at all. */
    isInUse: (): Promise<boolean> => store.companySignIn.isInUse(),

    /** Where people with this address sign in; undefined: with us. */
    async organisationFor(email: string): Promise<Organisation | undefined> {
      const domain = domainOfEmail(email);
      return domain === undefined ? undefined : store.companySignIn.findOrganisationOfDomain(domain);
    },

    /** The organisation of this slug and the host of its provider, if people can sign in through it. */
    async organisationAt(slug: string): Promise<{ organisation: Organisation; host: string } | undefined> {
      const organisation = await store.organisationSlugs.findOrganisation(slug);
      if (organisation === undefined || organisation.suspendedAt !== null) return undefined;
      const provider = await store.companySignIn.findProvider(organisation.id);
      return provider && { organisation, host: new URL(provider.issuer).host };
    },

    isLinked: (orgId: OrganisationId, userId: UserId): Promise<boolean> =>
      store.companySignIn.isLinked(orgId, userId),

    /** Where the browser goes. `session`: the account there is to be linked to who is signed in here. */
    async begin({
      browser,
      loginHint,
      orgId,
      returnTo,
      session,
    }: {
      readonly browser: string;
      readonly orgId: OrganisationId;
      readonly returnTo: string;
      readonly loginHint?: string | undefined;
      readonly session?: CurrentUser | undefined;
    }): Promise<Result<{ url: string; host: string }, ProviderFault>> {
      const provider = await store.companySignIn.findProvider(orgId);
      if (provider === undefined || !maySeal()) return fail({ reason: 'unreachable', detail: 'not now' });
      const [state, nonce, verifier] = [randomToken(), randomToken(), randomToken()];
      const registration = registrationOf(provider);
      const url = await relyingParty.authorizationUrl(registration, { state, nonce, verifier }, loginHint);
      if (!url.ok) {
        log.warn({ issuer: provider.issuer, fault: url.error }, 'a company cannot be signed in through');
        return url;
      }
      const stateHash = hashSecret(state);
      const { clientId, issuer } = registration;
      await store.companySignIn.begin(
        {
          stateHash,
          orgId,
          browserHash: hashSecret(browser),
          sessionHash: session === undefined ? null : hashSecret(session.sessionId),
          sealed: secrets.sealDeparture(stateHash, { issuer, clientId, nonce, verifier }),
          returnTo,
        },
        MINUTES,
      );
      return url;
    },

    async finish(
      arrival: CompanyArrival,
    ): Promise<Result<{ returnTo: string; setCookies: string[] }, ArrivalRefusal>> {
      const { browser, headers, query, requestId, user } = arrival;
      const state = query.get('state');
      if (state === null || PARAMETERS.some((name) => query.getAll(name).length > 1)) {
        return fail({ reason: 'unknown' });
      }
      const stateHash = hashSecret(state);
      const claimed = await store.companySignIn.claim(stateHash, hashSecret(browser));
      const provider = claimed && (await store.companySignIn.findProvider(claimed.orgId));
      const organisation = claimed && (await store.people.findOrganisation(claimed.orgId));
      if (claimed === undefined || provider === undefined || organisation === undefined) {
        return fail({ reason: 'unknown' });
      }
      const about = { organisation, returnTo: claimed.returnTo };
      const { clientId, issuer, nonce, verifier } = secrets.openDeparture(stateHash, claimed.sealed);
      // Another provider was set meanwhile: neither may answer for the other.
      if (issuer !== provider.issuer || clientId !== provider.clientId) {
        await refused(organisation, requestId, 'changed');
        return fail({ reason: 'person', fault: 'changed', email: undefined, ...about });
      }
      const linkTo = linkOf(claimed.sessionHash, user);
      if (linkTo === 'other') {
        await refused(organisation, requestId, 'other_session');
        return fail({ reason: 'other_session', ...about });
      }
      const answer = await relyingParty.redeem(registrationOf(provider), { state, nonce, verifier }, query);
      if (!answer.ok) {
        const { error: fault } = answer;
        await refused(
          organisation,
          requestId,
          'error' in fault ? fault.error : `${fault.reason}: ${fault.detail}`,
        );
        return fail({ reason: 'provider', fault, ...about });
      }
      const admitted = await refusableTransaction(store, (queries) =>
        admit(queries, clock, { provider, claims: answer.value, linkTo, requestId }),
      );
      if (!admitted.ok) {
        await refused(organisation, requestId, admitted.error, answer.value);
        return fail({ reason: 'person', fault: admitted.error, email: answer.value.email, ...about });
      }
      const { userId } = admitted.value;
      if (await keepsOwnSession(linkTo, provider)) return ok({ returnTo: claimed.returnTo, setCookies: [] });
      let fault: AdmitFault = 'disabled';
      const begun = await people.beginSession({
        userId,
        amr: ['sso'],
        headers,
        viaOrgId: organisation.id,
        // The provider may have been given up since: with it go the identities that it vouched for.
        async ifStill({ companySignIn, people: members }) {
          await members.lockMembers(organisation.id);
          const { subject } = answer.value;
          if ((await companySignIn.findIdentity(organisation.id, issuer, subject)) === userId) return true;
          fault = 'changed';
          return false;
        },
      });
      if (!begun.ok) return fail({ reason: 'person', fault, email: undefined, ...about });
      return ok({ returnTo: claimed.returnTo, setCookies: begun.value.setCookies });
    },
  };

  /** Who linked an account goes on as they were, unless the organisation would stay shut to them so. */
  async function keepsOwnSession(
    linkTo: UserId | undefined,
    { orgId, required }: CompanyProvider,
  ): Promise<boolean> {
    if (linkTo === undefined) return false;
    return !required || (await store.people.roleOf(orgId, linkTo)) === 'owner';
  }
}

export type CompanySignIn = ReturnType<typeof createCompanySignIn>;

/** Only who signed in by their own means says what their account is linked to. */
function linkOf(sessionHash: string | null, user: CurrentUser | undefined): UserId | 'other' | undefined {
  if (sessionHash === null) return undefined;
  const isTheirs = user !== undefined && user.viaOrgId === null && hashSecret(user.sessionId) === sessionHash;
  return isTheirs ? user.userId : 'other';
}
