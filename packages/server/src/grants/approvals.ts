import type { AuditEntry } from '../audit/entry.ts';
import { recordEvent } from '../audit/record-event.ts';
import { highestAccess, type Access } from '../kernel/access.ts';
import type { Clock } from '../kernel/clock.ts';
import type { ClientId, OrganisationId, RequestId, UserId } from '../kernel/ids.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { isRegisteredRedirectUri } from '../kernel/redirect-uri.ts';
import { equalSecrets, hashSecret, hmac, randomToken } from '../kernel/secret.ts';
import type { Authorization } from '../store/queries/authorizations.ts';
import type { Store } from '../store/store.ts';
import type { ClientRules } from './client-rules.ts';
import { destinationOf } from './destination.ts';
import { AUTHORIZATION_MINUTES, CODE_MINUTES } from './lifetimes.ts';
import { readStanding } from './standings.ts';

export interface Decision {
  userId: UserId;
  requestId: RequestId;
  /** `lifetimeDays` null: as long as the organisation has it. */
  choice: 'deny' | Choice;
}

export interface Choice {
  orgId: OrganisationId;
  access: Access;
  lifetimeDays: number | null;
}

export type DecisionFault =
  | { reason: 'unknown' }
  | { reason: 'already_connected' }
  | { reason: 'already_decided' }
  | { reason: 'not_a_member' }
  | { reason: 'other_organisation' }
  | { reason: 'client_blocked'; orgId: OrganisationId }
  | { reason: 'client_not_allowed' }
  | { reason: 'client_changed' }
  | { reason: 'role_forbids' }
  | { reason: 'organisation_forbids' }
  | { reason: 'scope_forbids' };

/** What the client is sent back with: `code`, or `error=access_denied`; always `state` and `iss` (RFC 9207). */
export interface AuthorizationResponse {
  redirectUri: string;
  parameters: Record<string, string>;
}

/**
 * Authorize requests while they wait for a person. The transaction's id is a secret of the browser that opened it; we
 * keep its hash. The code is derived from the id, so that the same decision sent twice gets the same answer although
 * no code is ever stored.
 */
export function createApprovals({
  store,
  clientRules,
  clock,
  codeKey,
  issuer,
}: {
  store: Store;
  clientRules: ClientRules;
  clock: Clock;
  codeKey: Uint8Array;
  issuer: string;
}) {
  function codeOf(transactionId: string): string {
    return hmac(codeKey, transactionId);
  }

  function respond(
    authorization: Pick<Authorization, 'redirectUri' | 'state'>,
    parameters: Record<string, string>,
  ): AuthorizationResponse {
    const state: Record<string, string> = authorization.state === null ? {} : { state: authorization.state };
    return { redirectUri: authorization.redirectUri, parameters: { ...parameters, ...state, iss: issuer } };
  }

  /** Membership, role and scope are looked at when the decision arrives, not when the page was drawn. */
  async function refusalOf(
    authorization: Authorization,
    userId: UserId,
    choice: Choice,
  ): Promise<DecisionFault | undefined> {
    const { resourceOrgId, maxAccess } = authorization;
    if (resourceOrgId !== null && resourceOrgId !== choice.orgId) return { reason: 'other_organisation' };
    const standing = await readStanding(store, choice.orgId, { kind: 'user', id: userId });
    if (standing === undefined) return { reason: 'not_a_member' };
    const client = await store.clients.find(authorization.clientId);
    // A document can take an address back that it listed when the transaction was opened.
    if (client === undefined || !isRegisteredRedirectUri(authorization.redirectUri, client.redirectUris)) {
      return { reason: 'client_changed' };
    }
    const known = await clientRules.standingOf(
      choice.orgId,
      client,
      destinationOf(authorization.redirectUri),
    );
    if (known.kind === 'blocked') {
      return known.by === 'policy'
        ? { reason: 'client_not_allowed' }
        : { reason: 'client_blocked', orgId: choice.orgId };
    }
    if (choice.access === 'full' && standing.ceiling === 'read') {
      return { reason: highestAccess(standing.role) === 'read' ? 'role_forbids' : 'organisation_forbids' };
    }
    if (choice.access === 'full' && maxAccess === 'read') return { reason: 'scope_forbids' };
    return undefined;
  }

  /** The second time the same decision arrives, its answer is given again; any other is refused. */
  function repeat(
    authorization: Authorization,
    transactionId: string,
    { userId, choice }: Decision,
  ): Result<AuthorizationResponse, DecisionFault> {
    if (authorization.codeUsedAt !== null) return fail({ reason: 'already_connected' });
    if (authorization.userId !== userId) return fail({ reason: 'already_decided' });
    if (choice === 'deny') {
      return authorization.decision === 'deny'
        ? ok(respond(authorization, { error: 'access_denied' }))
        : fail({ reason: 'already_decided' });
    }
    const same =
      authorization.orgId === choice.orgId &&
      authorization.access === choice.access &&
      authorization.lifetimeDays === choice.lifetimeDays;
    return same
      ? ok(respond(authorization, { code: codeOf(transactionId) }))
      : fail({ reason: 'already_decided' });
  }

  return {
    async open(request: {
      clientId: ClientId;
      redirectUri: string;
      maxAccess: Access;
      resource: string;
      resourceOrgId: OrganisationId | null;
      challenge: string;
      /** Thumbprint of the key that the code is bound to (RFC 9449 section 10). */
      dpopJkt: string | null;
      state: string | null;
      gateBrowser: string;
    }): Promise<string> {
      const transactionId = randomToken();
      const { gateBrowser, ...columns } = request;
      await store.authorizations.create(
        { ...columns, idHash: hashSecret(transactionId), gateBrowserHash: hashSecret(gateBrowser) },
        AUTHORIZATION_MINUTES,
      );
      // A registration in use does not expire under the person who is about to approve it.
      await store.clients.touch(request.clientId);
      return transactionId;
    },

    /** Whether the person at this browser approved that this client is answered there, and has not ended it since. */
    isTrustedDestination: ({
      gateBrowser,
      ...pair
    }: {
      gateBrowser: string;
      clientId: ClientId;
      redirectUri: string;
    }): Promise<boolean> =>
      store.authorizations.hasLiveGrant({ ...pair, gateBrowserHash: hashSecret(gateBrowser) }),

    /** Gives the transaction to the browser that arrived with the handoff. False: another one was first. */
    bindToWebBrowser: (transactionId: string, webBrowser: string): Promise<boolean> =>
      store.authorizations.bindWebBrowser(hashSecret(transactionId), hashSecret(webBrowser)),

    /** The transaction, if it is open and belongs to the browser with this cookie. */
    async find(transactionId: string, webBrowser: string | undefined): Promise<Authorization | undefined> {
      const authorization = await store.authorizations.find(hashSecret(transactionId));
      const bound = authorization?.webBrowserHash ?? undefined;
      if (bound === undefined || webBrowser === undefined) return undefined;
      return equalSecrets(bound, hashSecret(webBrowser)) ? authorization : undefined;
    },

    /** Whether this is the browser that opened the transaction at the gateway. */
    async isGateBrowser(transactionId: string, gateBrowser: string | undefined): Promise<boolean> {
      const authorization = await store.authorizations.find(hashSecret(transactionId));
      if (authorization === undefined || gateBrowser === undefined) return false;
      return equalSecrets(authorization.gateBrowserHash, hashSecret(gateBrowser));
    },

    /** The answer to a decided transaction, for the gateway to send; undefined if it is open, expired or redeemed. */
    async answerOf(transactionId: string): Promise<AuthorizationResponse | undefined> {
      const authorization = await store.authorizations.find(hashSecret(transactionId));
      if (authorization?.decision === 'deny') return respond(authorization, { error: 'access_denied' });
      if (authorization?.decision !== 'allow' || authorization.codeUsedAt !== null) return undefined;
      return respond(authorization, { code: codeOf(transactionId) });
    },

    /** Records the decision, once. The caller has shown that it comes from the transaction's browser. */
    async decide(
      transactionId: string,
      decision: Decision,
    ): Promise<Result<AuthorizationResponse, DecisionFault>> {
      const idHash = hashSecret(transactionId);
      const authorization = await store.authorizations.find(idHash);
      if (authorization === undefined) return fail({ reason: 'unknown' });
      if (authorization.decision !== null) return repeat(authorization, transactionId, decision);

      const { userId, choice } = decision;
      const refusal = choice === 'deny' ? undefined : await refusalOf(authorization, userId, choice);
      if (refusal !== undefined) return fail(refusal);

      const code = codeOf(transactionId);
      const decided = await store.transaction(async (queries) => {
        const first = await queries.authorizations.decide(
          idHash,
          choice === 'deny'
            ? { decision: 'deny', userId }
            : { decision: 'allow', userId, ...choice, codeHash: hashSecret(code) },
          CODE_MINUTES,
        );
        if (first) await recordEvent(queries, clock, consentEntry(authorization, decision));
        return first;
      });
      if (!decided) {
        // Two decisions raced and the other one was first.
        const now = await store.authorizations.find(idHash);
        return now === undefined ? fail({ reason: 'unknown' }) : repeat(now, transactionId, decision);
      }
      return ok(respond(authorization, choice === 'deny' ? { error: 'access_denied' } : { code }));
    },
  };
}

function consentEntry(authorization: Authorization, { userId, choice, requestId }: Decision): AuditEntry {
  return {
    orgId: choice === 'deny' ? (authorization.resourceOrgId ?? undefined) : choice.orgId,
    action: choice === 'deny' ? 'consent.denied' : 'consent.allowed',
    actor: { kind: 'user', id: userId },
    clientId: authorization.clientId,
    target: authorization.redirectUri,
    requestId,
    outcome: choice === 'deny' ? 'refused' : 'ok',
    detail: { resource: authorization.resource, ...(choice === 'deny' ? {} : { access: choice.access }) },
  };
}

export type Approvals = ReturnType<typeof createApprovals>;
