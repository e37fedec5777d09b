// RFC 6749 section 4.1.3, RFC 7636 section 4.5.
import type { Client } from '../../grants/clients.ts';
import type { CodeRedemption } from '../../grants/redeem-code.ts';
import { ok, type Result } from '../../kernel/result.ts';
import type { Parameters } from '../parameters.ts';
import { refuse, type TokenError } from './token-error.ts';

const VERIFIER = /^[A-Za-z0-9._~-]{43,128}$/;

export function readCodeRedemption(
  parameters: Parameters,
  client: Client,
  resource: string | undefined,
): Result<CodeRedemption, TokenError> {
  const code = parameters.get('code');
  const verifier = parameters.get('code_verifier');
  if (code === undefined) return refuse('invalid_request', 'code is missing');
  if (verifier === undefined) return refuse('invalid_request', 'code_verifier is missing');
  if (!VERIFIER.test(verifier)) return refuse('invalid_grant', 'code_verifier has not the form of one');
  return ok({ code, verifier, client, redirectUri: parameters.get('redirect_uri'), resource });
}
