import { fail, type Result } from '../../kernel/result.ts';

/** An error of the authorization endpoint (RFC 6749 section 4.1.2.1, RFC 8707 section 2, OpenID Connect Core 3.1.2.6). */
export interface AuthorizeError {
  error:
    | 'invalid_request'
    | 'unsupported_response_type'
    | 'invalid_target'
    | 'interaction_required'
    | 'request_not_supported'
    | 'request_uri_not_supported';
  description: string;
}

export type Checked<T> = Result<T, AuthorizeError>;

export function refuse(error: AuthorizeError['error'], description: string): Result<never, AuthorizeError> {
  return fail({ error, description });
}
