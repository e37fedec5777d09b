import type { AppOptions } from './app-options.ts';
import type { Audit } from './audit/audit.ts';
import type { Usage } from './audit/usage.ts';
import { createLimit } from './gateway/pipeline/limit.ts';
import type { createGrants } from './grants/grants.ts';
import { createVerifyAssertion } from './grants/verify-assertion.ts';
import type { createKeyVerifier } from './keys/key-verifier.ts';
import type { Limiter, LimitPolicy } from './limits/limiter.ts';
import { ownApiUrl, type OwnApi } from './own-connector.ts';
import type { Management } from './portal/management/identify.ts';
import { createToolDocument } from './portal/openapi/document.ts';

/** Who may manage an organisation from outside the dashboard: keys, and our own gateway for who calls it. */
export function wireManagement(
  deps: Pick<AppOptions, 'clock' | 'mcpBaseUrl' | 'store' | 'webBaseUrl'> & {
    readonly grants: Pick<Awaited<ReturnType<typeof createGrants>>, 'signing' | 'standings'>;
    readonly keyVerifier: Pick<ReturnType<typeof createKeyVerifier>, 'verify'>;
    readonly limiter: Limiter;
    readonly limits: { readonly perKey: LimitPolicy; readonly perOrganisation: LimitPolicy };
    readonly audit: Audit;
    readonly usage: Usage;
  },
): Management {
  const { clock, grants, mcpBaseUrl, store, webBaseUrl } = deps;
  const verifyAssertion = createVerifyAssertion({ signing: grants.signing, clock, issuer: mcpBaseUrl });
  return {
    verifyKey: deps.keyVerifier.verify,
    verifyAssertion: (jws) => verifyAssertion(jws, ownApiUrl(webBaseUrl)),
    standingOf: grants.standings.of,
    organisationOf: store.people.findOrganisation,
    userOf: store.people.findUser,
    limitCalls: createLimit(deps.limiter, deps.limits),
    noteUse: deps.usage.touch,
    audit: deps.audit,
  };
}

/** What the portal offers models, for the connector that is Latchkey itself. */
export function ownApiOf(portal: Parameters<typeof createToolDocument>[0], webBaseUrl: string): OwnApi {
  const baseUrl = ownApiUrl(webBaseUrl);
  return { baseUrl, document: JSON.stringify(createToolDocument(portal, baseUrl)) };
}
