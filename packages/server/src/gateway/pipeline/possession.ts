// RFC 9449 section 7: a bound token is good only with a proof of its key, and only in the scheme that says so.
import { inTime } from '../../kernel/in-time.ts';
import type { VerifiedCredential } from '../../kernel/credential.ts';
import type { GatewayUrls, ProofChecks } from '../ports.ts';
import type { Soon } from '../../kernel/soon.ts';
import type { Presented } from '../../kernel/presented.ts';
import type { AnyRequest } from '../../kernel/whole-exchange.ts';

export type PossessionFault = 'invalid_token' | 'invalid_dpop_proof' | 'use_dpop_nonce';

/** What is missing before a genuine credential counts; undefined: nothing. The proof is used up by being right. */
export function faultOfPossession(
  deps: { dpop: ProofChecks; urls: GatewayUrls },
  request: { req: AnyRequest; path: string; presented: Presented; credential: VerifiedCredential },
): Soon<PossessionFault | undefined> {
  const { presented } = request;
  const { boundTo } = request.credential;
  if (presented.kind !== 'token') return boundTo === undefined ? undefined : 'invalid_token';
  if ((presented.scheme === 'dpop') !== (boundTo !== undefined)) return 'invalid_token';
  return boundTo === undefined ? undefined : faultOfProof(deps, request, presented.secret, boundTo);
}

async function faultOfProof(
  { dpop, urls }: { dpop: ProofChecks; urls: GatewayUrls },
  { path, req }: { req: AnyRequest; path: string },
  accessToken: string,
  boundTo: string,
): Promise<PossessionFault | undefined> {
  const proof = req.headers['dpop'];
  if (typeof proof !== 'string') return 'invalid_dpop_proof';
  const checked = await dpop.check({
    proof,
    method: req.method ?? 'GET',
    url: urls.mcpBaseUrl + path,
    accessToken,
  });
  if (!checked.ok) return checked.error.error;
  const { thumbprint, useOnce } = checked.value;
  return thumbprint === boundTo && (await inTime(useOnce())) ? undefined : 'invalid_dpop_proof';
}
