// RFC 9449 section 4.3: the checks of a proof against the request that it came with.
import { createHash } from 'node:crypto';
import type { Clock } from '../../kernel/clock.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { equalSecrets, hashSecret } from '../../kernel/secret.ts';
import { createNonces } from './nonce.ts';
import { DPOP_ALGORITHMS, readProof, type DpopClaims } from './proof.ts';

/** How far the clock of who signed may be from ours. */
const PROOF_AGE_SECONDS_MAX = 60;

/** What a request brought along: the proof, and what it must be about. */
interface ProofOfPossession {
  proof: string;
  method: string;
  /** The URL as the world knows it, whatever a proxy made of it; its query does not count. */
  url: string;
  /** At a resource: the access token that is presented with it. */
  accessToken?: string;
}

/** A key that the sender holds, shown by a proof for this request. */
export interface ProvenKey {
  /** SHA-256 thumbprint (RFC 7638), as in `cnf.jkt`. */
  thumbprint: string;
  /** True for the first request with this proof, on whichever node; called once all else is right. */
  useOnce(): Promise<boolean>;
}

export interface DpopFault {
  error: 'invalid_dpop_proof' | 'use_dpop_nonce';
  /** For the log alone. */
  detail: string;
}

export interface Dpop {
  readonly algorithms: readonly string[];
  /** For the `DPoP-Nonce` header. */
  nonce(): string;
  check(request: ProofOfPossession): Promise<Result<ProvenKey, DpopFault>>;
}

export function createDpop({
  claimOnce,
  key,
  clock,
}: {
  /** True for exactly one caller per id, on all nodes together. */
  claimOnce: (id: string, expiresAtSeconds: number) => Promise<boolean>;
  /** Makes the nonces; the same on all nodes. */
  key: Uint8Array;
  clock: Clock;
}): Dpop {
  const nonces = createNonces({ key, clock });

  function mismatchOf(claims: DpopClaims, request: ProofOfPossession): string | undefined {
    if (claims.htm !== request.method) return 'for another method';
    const htu = withoutQuery(claims.htu);
    if (htu === undefined || htu !== withoutQuery(request.url)) return 'for another URL';
    if (Math.abs(clock.nowMs() / 1000 - claims.iat) > PROOF_AGE_SECONDS_MAX)
      return 'too old, or of the future';
    if (request.accessToken === undefined) return undefined;
    const ath = createHash('sha256').update(request.accessToken).digest('base64url');
    return claims.ath !== undefined && equalSecrets(claims.ath, ath) ? undefined : 'for another access token';
  }

  return {
    algorithms: DPOP_ALGORITHMS,
    nonce: nonces.current,

    async check(request) {
      const read = await readProof(request.proof);
      if (!read.ok) return fail({ error: 'invalid_dpop_proof', detail: read.error });
      const { claims, thumbprint } = read.value;
      const mismatch = mismatchOf(claims, request);
      if (mismatch !== undefined) return fail({ error: 'invalid_dpop_proof', detail: mismatch });
      if (claims.nonce === undefined || !nonces.accepts(claims.nonce)) {
        return fail({ error: 'use_dpop_nonce', detail: 'no nonce, or an old one' });
      }
      return ok({
        thumbprint,
        // Of two keys, each has its own ids: nobody can use up another's. The sweep keeps rows for long enough that a
        // node whose clock is behind does not take the proof once more.
        useOnce: () =>
          claimOnce(hashSecret(`${thumbprint} ${claims.jti}`), Math.ceil(claims.iat) + PROOF_AGE_SECONDS_MAX),
      });
    },
  };
}

/** RFC 9449 section 4.3 (9): the URLs in their normal form (RFC 3986 section 6.2.2), without query and fragment. */
function withoutQuery(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return undefined;
  return url.origin + url.pathname;
}
