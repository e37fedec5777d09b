import { fail, type Result } from '../../kernel/result.ts';

/** An error of the token endpoint (RFC 6749 section 5.2, RFC 8707 section 2, RFC 9449 sections 5 and 8). */
export interface TokenError {
  error:
    | 'invalid_request'
    | 'invalid_grant'
    | 'unauthorized_client'
    | 'unsupported_grant_type'
    | 'invalid_target'
    | 'invalid_dpop_proof'
    | 'use_dpop_nonce';
  description: string;
}

export function refuse(error: TokenError['error'], description: string): Result<never, TokenError> {
  return fail({ error, description });
}
