import { createHash } from 'node:crypto';
import { toAuditRow } from '../audit/entry.ts';
import { recordEvent } from '../audit/record-event.ts';
import { lowerAccess } from '../kernel/access.ts';
import type { Clock } from '../kernel/clock.ts';
import { newId, type RequestId } from '../kernel/ids.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { equalSecrets, hashSecret } from '../kernel/secret.ts';
import { refusableTransaction } from '../people/refusable-transaction.ts';
import type { Authorization } from '../store/queries/authorizations.ts';
import type { Store } from '../store/store.ts';
import type { AskingClient, ClientRules } from './client-rules.ts';
import { destinationOf } from './destination.ts';
import { readStanding } from './standings.ts';
import { familyKeyOf, PROOF_REPLAYED } from './dpop/family-key.ts';
import {
  invalidGrant,
  type Mint,
  type TokenAnswer,
  type TokenFault,
  type TokenRequestContext,
} from './token-answer.ts';

/** Nothing is known of it: it is nobody's. */
export const UNKNOWN_CODE = 'unknown code';

const BLOCKED_BY = {
  rule: 'an admin has blocked the client',
  policy: 'the organisation does not allow the client',
} as const;

const CLAIM_LOST: TokenFault = { error: 'invalid_grant', detail: 'another request redeemed the code first' };

export interface CodeRedemption {
  code: string;
  client: AskingClient & { name: string; authMethod: string };
  verifier: string;
  redirectUri: string | undefined;
  /** Canonical path of the requested resource; undefined: none was named. */
  resource: string | undefined;
}

/**
 * Exchanges a code for a grant's first tokens (RFC 6749 section 4.1.3). Everything is checked before the code is
 * claimed, so a wrong request does not burn it (five do); the claim, the grant and its tokens are one transaction.
 */
export function createRedeemCode({
  store,
  clientRules,
  clock,
  mint,
}: {
  store: Store;
  clientRules: ClientRules;
  clock: Clock;
  mint: Mint;
}) {
  return async function redeemCode(
    redemption: CodeRedemption,
    { requestId, provenKey }: TokenRequestContext,
  ): Promise<Result<TokenAnswer, TokenFault>> {
    const codeHash = hashSecret(redemption.code);
    const authorization = await store.authorizations.findByCode(codeHash);
    if (authorization === undefined) return invalidGrant(UNKNOWN_CODE);

    const mismatch = findMismatch(authorization, redemption, provenKey?.thumbprint);
    if (mismatch !== undefined) {
      await countFailure(authorization, redemption, mismatch, requestId);
      return fail(mismatch);
    }
    if (authorization.codeUsedAt !== null) {
      // The right client with the right verifier shows a used code: what came of it may be in the wrong hands
      // (RFC 6749 section 4.1.2). Without the verifier it ends nothing, because codes pass through browsers.
      await endReplayedGrant(authorization, requestId);
      return invalidGrant('the code was used before');
    }
    const { userId, orgId, access } = authorization;
    if (authorization.codeExpired || userId === null || orgId === null || access === null) {
      return invalidGrant('the code expired');
    }
    const actor = { kind: 'user', id: userId } as const;
    const standing = await readStanding(store, orgId, actor);
    if (standing === undefined) return invalidGrant('the user is no longer a member');
    const organisation = await store.people.findOrganisation(orgId);
    if (organisation === undefined) return invalidGrant('the organisation is gone');
    const destination = destinationOf(authorization.redirectUri);
    const known = await clientRules.standingOf(orgId, redemption.client, destination);
    if (known.kind === 'blocked') return invalidGrant(BLOCKED_BY[known.by]);

    if (provenKey !== undefined && !(await provenKey.useOnce())) return fail(PROOF_REPLAYED);

    const grantId = newId('grt');
    const keyId = newId('key');
    const allowed = lowerAccess(access, standing.ceiling);
    const redeemed = await refusableTransaction<TokenAnswer, TokenFault>(store, async (queries) => {
      if (!(await queries.authorizations.claimCode(codeHash, grantId))) return fail(CLAIM_LOST);
      const grant = await queries.grants.create({
        id: grantId,
        orgId,
        userId,
        clientId: authorization.clientId,
        access: allowed,
        resource: authorization.resource,
        destination,
        tokenMode: organisation.tokenMode,
        lifetimeDays: authorization.lifetimeDays,
        dpopJkt: familyKeyOf(redemption.client, organisation.tokenMode, provenKey),
      });
      // The new grant holds on to the organisation's row, as who removes a member, blocks a client or signs everyone out
      // does: either that is seen here, or it will see this grant and end it.
      if ((await readStanding(queries, orgId, actor)) === undefined) {
        return invalidGrant('the user was removed just now');
      }
      if (!(await queries.authorizations.wasDecidedSinceSignOut(codeHash))) {
        return invalidGrant('everyone was signed out after the decision');
      }
      const stillKnown = await clientRules.standingOf(orgId, redemption.client, destination, queries);
      if (stillKnown.kind === 'blocked') return invalidGrant(`${BLOCKED_BY[stillKnown.by]} just now`);
      const minted = mint(grant, keyId, allowed, standing.role, provenKey?.thumbprint);
      await queries.keys.create({
        id: keyId,
        orgId,
        userId,
        grantId,
        name: `${redemption.client.name} (MCP connector)`,
        access: allowed,
        hint: minted.keySecret?.hint ?? null,
        secretHash: minted.keySecret?.hash ?? null,
        expiresAt: minted.keySecret?.expiresAt ?? grant.expiresAt,
      });
      await queries.grants.addRefreshToken({
        tokenHash: minted.refreshHash,
        orgId,
        grantId,
        expiresAt: grant.expiresAt,
      });
      // Who deletes the client waits for this, and then ends the new grant too.
      if (!(await queries.clients.touch(authorization.clientId))) {
        return invalidGrant('the client was deleted just now');
      }
      await recordEvent(queries, clock, {
        orgId,
        action: 'grant.created',
        actor: { kind: 'user', id: userId },
        clientId: authorization.clientId,
        grantId,
        keyId,
        requestId,
        outcome: 'ok',
        detail: { access: allowed, destination: grant.destination, resource: grant.resource },
      });
      return ok(minted.answer);
    });
    // A replay all the same, though it was a moment too early to see the first use.
    if (!redeemed.ok && redeemed.error === CLAIM_LOST) {
      const used = await store.authorizations.findByCode(codeHash);
      if (used !== undefined) await endReplayedGrant(used, requestId);
    }
    return redeemed;
  };

  /** On record as long as the code can still be tried: what one who holds a code makes us store has an end. */
  async function countFailure(
    { orgId, clientId, grantId, codeExpired }: Authorization & { codeExpired: boolean },
    { client, code }: CodeRedemption,
    { detail }: TokenFault,
    requestId: RequestId,
  ): Promise<void> {
    await store.transaction(async (queries) => {
      await queries.authorizations.countCodeFailure(hashSecret(code));
      if (codeExpired) return;
      await recordEvent(queries, clock, {
        orgId: orgId ?? undefined,
        action: 'code.refused',
        actor: { kind: 'client', id: client.id },
        clientId,
        grantId: grantId ?? undefined,
        requestId,
        outcome: 'refused',
        detail: { why: detail },
      });
    });
  }

  async function endReplayedGrant(
    { orgId, grantId, clientId }: Authorization,
    requestId: RequestId,
  ): Promise<void> {
    if (orgId === null || grantId === null) return;
    const ended = {
      orgId,
      action: 'grant.revoked',
      actor: { kind: 'system' },
      clientId,
      grantId,
      requestId,
      outcome: 'ok',
      detail: { why: 'code_replayed' },
    } as const;
    await store.grantEnds.end(orgId, grantId, 'code_replayed', toAuditRow(ended, 'event', clock));
  }
}

function findMismatch(
  authorization: Authorization,
  redemption: CodeRedemption,
  thumbprint: string | undefined,
): TokenFault | undefined {
  if (authorization.clientId !== redemption.client.id) return refuse('the code belongs to another client');
  const { redirectUri, resource } = redemption;
  if (redirectUri !== undefined && redirectUri !== authorization.redirectUri)
    return refuse('another redirect URI');
  if (!equalSecrets(challengeOf(redemption.verifier), authorization.challenge))
    return refuse('wrong code verifier');
  const { dpopJkt } = authorization;
  if (dpopJkt !== null && thumbprint !== dpopJkt) return refuse('the code is bound to another key');
  if (resource !== undefined && resource !== authorization.resource) {
    return { error: 'invalid_target', detail: 'another resource than the one that was authorized' };
  }
  return undefined;
}

/** S256 of RFC 7636 section 4.2. */
function challengeOf(verifier: string): string {
  return createHash('sha256').update(verifier).digest('base64url');
}

function refuse(detail: string): TokenFault {
  return { error: 'invalid_grant', detail };
}
