import { z } from 'zod';
import { toAuditRow } from '../audit/entry.ts';
import { recordEvent } from '../audit/record-event.ts';
import { accessAskedFor, highestAccess, lowerAccess } from '../kernel/access.ts';
import type { Clock } from '../kernel/clock.ts';
import type { ClientId, RequestId } from '../kernel/ids.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { deriveKey, seal, unseal } from '../kernel/seal.ts';
import { hashSecret } from '../kernel/secret.ts';
import type { Grant } from '../store/queries/grants.ts';
import type { Store } from '../store/store.ts';
import { GRANT_KEY_OVERLAP_SECONDS, REPLAY_SECONDS } from './lifetimes.ts';
import { actorOf } from './actor.ts';
import { familyKeyOf, PROOF_REPLAYED } from './dpop/family-key.ts';
import {
  invalidGrant,
  type Mint,
  type TokenAnswer,
  type TokenFault,
  type TokenRequestContext,
} from './token-answer.ts';

export interface RefreshRequest {
  refreshToken: string;
  client: { id: ClientId; authMethod: string };
  /** The requested scopes; undefined: what was granted. */
  scopes: readonly string[] | undefined;
  /** Canonical path of the requested resource; undefined: none was named. */
  resource: string | undefined;
}

const replaySchema = z.object({
  issuedAtMs: z.number(),
  answer: z.object({
    access_token: z.string(),
    token_type: z.enum(['Bearer', 'DPoP']),
    expires_in: z.number(),
    refresh_token: z.string(),
    scope: z.string(),
  }),
});

/**
 * Rotates a refresh token (RFC 9700 section 4.14). All checks come first; then one statement claims the token and
 * inserts its successor. The same request again within 30 s, before the successor was used, gets the same answer, so
 * that parallel and repeated refreshes of an honest client succeed; any other reuse ends the grant.
 */
export function createRefresh({ store, clock, mint }: { store: Store; clock: Clock; mint: Mint }) {
  return async function refresh(
    request: RefreshRequest,
    { requestId, provenKey }: TokenRequestContext,
  ): Promise<Result<TokenAnswer, TokenFault>> {
    const tokenHash = hashSecret(request.refreshToken);
    const found = await store.tokens.findRefresh(tokenHash);
    if (found === undefined) return invalidGrant('unknown refresh token');
    const { grant, keyId, maxAccess, role } = found;
    if (grant.clientId !== request.client.id) return endFamily(grant, 'shown_by_another_client', requestId);
    if (grant.revokedAt !== null) return invalidGrant('the grant was revoked');
    if (found.expired) return invalidGrant('the refresh token expired');
    if (request.resource !== undefined && request.resource !== grant.resource) {
      return fail({ error: 'invalid_target', detail: 'another resource than the granted one' });
    }
    // Refused without an effect: who has the token but not the key cannot end the family either.
    if (grant.dpopJkt !== null && provenKey?.thumbprint !== grant.dpopJkt) {
      return invalidGrant('the family is bound to another key');
    }
    if (role === null || maxAccess === null) return invalidGrant('the user is no longer a member');
    if (keyId === null) return invalidGrant('the key of the grant is gone');
    if (provenKey !== undefined && !(await provenKey.useOnce())) return fail(PROOF_REPLAYED);
    const boundTo = grant.tokenMode === 'key' ? undefined : provenKey?.thumbprint;
    const parameters = parametersOf(request, boundTo);
    if (found.used) return repeatAnswer();

    const granted = lowerAccess(grant.access, highestAccess(role));
    // A refresh can narrow what it gets, never widen it; scopes that were not granted are ignored.
    const access = lowerAccess(granted, accessAskedFor(request.scopes));
    // What the organisation allows today holds a key wherever it is shown, so that it is itself again once that is lifted.
    const minted = mint(grant, keyId, lowerAccess(access, maxAccess), role, boundTo);
    const rotated = await store.tokens.rotate({
      tokenHash,
      successorHash: minted.refreshHash,
      replay: sealAnswer(minted.answer),
      replaySeconds: REPLAY_SECONDS,
      bindTo: grant.dpopJkt === null ? familyKeyOf(request.client, grant.tokenMode, provenKey) : null,
      keySecret: minted.keySecret && {
        ...minted.keySecret,
        access,
        overlapSeconds: GRANT_KEY_OVERLAP_SECONDS,
      },
      audit: toAuditRow(
        { ...entryOf(grant), action: 'token.refreshed', requestId, outcome: 'ok' },
        'event',
        clock,
      ),
    });
    return rotated ? ok(minted.answer) : repeatAnswer();

    function sealAnswer(answer: TokenAnswer): string {
      const replay = JSON.stringify({ issuedAtMs: clock.nowMs(), answer });
      return seal(replayKey(request.refreshToken), replay, parameters);
    }

    async function repeatAnswer(): Promise<Result<TokenAnswer, TokenFault>> {
      const sealed = await store.grants.findReplay(tokenHash);
      const answer =
        sealed === undefined ? undefined : openReplay(sealed, request.refreshToken, parameters, clock);
      // A race with a revocation also ends here: then nothing is left to end.
      if (answer === undefined) return endFamily(grant, 'refresh_token_reused', requestId);
      await recordEvent(store, clock, {
        ...entryOf(grant),
        action: 'token.replayed',
        requestId,
        outcome: 'ok',
      });
      return ok(answer);
    }
  };

  async function endFamily(
    grant: Grant,
    why: string,
    requestId: RequestId,
  ): Promise<Result<never, TokenFault>> {
    const ended = {
      ...entryOf(grant),
      action: 'grant.revoked',
      actor: { kind: 'system' },
      requestId,
      outcome: 'ok',
      detail: { why },
    } as const;
    await store.grantEnds.end(grant.orgId, grant.id, why, toAuditRow(ended, 'event', clock));
    return invalidGrant(why);
  }
}

function entryOf(grant: Grant) {
  return {
    orgId: grant.orgId,
    actor: actorOf(grant),
    clientId: grant.clientId,
    grantId: grant.id,
  } as const;
}

function replayKey(refreshToken: string): Uint8Array {
  return deriveKey(refreshToken, 'refresh replay');
}

/** What makes two requests the same: who asks, by which key, and for how much. The resource can only be the granted one. */
function parametersOf(request: RefreshRequest, boundTo: string | undefined): string {
  return JSON.stringify([request.client.id, accessAskedFor(request.scopes) === 'read', boundTo ?? null]);
}

function openReplay(
  sealed: string,
  refreshToken: string,
  parameters: string,
  clock: Clock,
): TokenAnswer | undefined {
  try {
    const opened = unseal(replayKey(refreshToken), sealed, parameters);
    const { issuedAtMs, answer } = replaySchema.parse(JSON.parse(opened));
    const ageSeconds = Math.max(0, Math.ceil((clock.nowMs() - issuedAtMs) / 1000));
    return { ...answer, expires_in: Math.max(0, answer.expires_in - ageSeconds) };
  } catch {
    // Other parameters than those of the first use: not the same request.
    return undefined;
  }
}
