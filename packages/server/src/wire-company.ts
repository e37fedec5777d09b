import type { Hono } from 'hono';
import type { AppOptions } from './app-options.ts';
import { deepestCause } from './kernel/deepest-cause.ts';
import { createGuardedFetch } from './kernel/guarded-fetch.ts';
import type { GuardedOpenOptions } from './kernel/guarded-open.ts';
import { deriveKey } from './kernel/seal.ts';
import { COMPANY_CALLBACK_PATH, companyRoutes, type CompanyRoutesDeps } from './pages/company/company.tsx';
import type { PageEnv } from './pages/page-env.ts';
import { createCompanySignIn, type CompanySignIn } from './people/company/company-sign-in.ts';
import { createCompanyDomains, type ResolveTxt } from './people/company/domains.ts';
import { createCompanyProviders } from './people/company/provider.ts';
import { createProviderSecrets } from './people/company/provider-secrets.ts';
import { createRelyingParty } from './people/company/relying-party.ts';
import type { People } from './people/people.ts';

const HOUSEKEEPING_MS = 30 * 60_000;

/** Organisations' own sign-in: the way to their providers and back, and what their admins say of it. */
export function wireCompany({
  clock,
  guard,
  log,
  masterSecret,
  maySeal,
  observe = (companySignIn) => companySignIn,
  people,
  resolveTxt,
  store,
  webBaseUrl,
}: Pick<AppOptions, 'clock' | 'log' | 'store' | 'webBaseUrl'> & {
  /** How providers are reached. */
  guard: GuardedOpenOptions | undefined;
  masterSecret: string | Uint8Array;
  /** False: the secret is not the one that the database was sealed with. */
  maySeal: () => boolean;
  /** Counts how people sign in. */
  observe?: (companySignIn: CompanySignIn) => CompanySignIn;
  people: People;
  /** For tests, which bring domains of their own. */
  resolveTxt?: ResolveTxt | undefined;
}) {
  const fetch = createGuardedFetch(guard);
  const secrets = createProviderSecrets(deriveKey(masterSecret, 'company sign-in'));
  const redirectUri = webBaseUrl + COMPANY_CALLBACK_PATH;
  const relyingParty = createRelyingParty({ fetch, redirectUri });
  const companySignIn = observe(
    createCompanySignIn({ store, people, relyingParty, secrets, maySeal, clock, log }),
  );
  const companyDomains = createCompanyDomains({ store, clock, resolveTxt });

  /** Any node may do it, several at once too. */
  const timer = setInterval(() => {
    Promise.all([store.companySignIn.deleteExpired(), companyDomains.recheck()]).catch((error: unknown) =>
      log.warn({ error: deepestCause(error).message }, 'looking after companies’ domains failed'),
    );
  }, HOUSEKEEPING_MS).unref();

  return {
    companySignIn,
    pages: (deps: Omit<CompanyRoutesDeps, 'companySignIn'>): Hono<PageEnv> =>
      companyRoutes({ ...deps, companySignIn }),
    portal: {
      companyProviders: createCompanyProviders({ store, fetch, secrets, clock }),
      companyDomains,
      companyRedirectUri: redirectUri,
    },
    close: () => clearInterval(timer),
  };
}
