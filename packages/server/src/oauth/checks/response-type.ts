// RFC 6749 section 3.1.1: the code flow alone, answered in the query (RFC 9700 section 2.1.2).
import { ok } from '../../kernel/result.ts';
import type { Parameters } from '../parameters.ts';
import { refuse, type Checked } from './authorize-error.ts';

export function checkResponseType(parameters: Parameters): Checked<void> {
  const responseType = parameters.get('response_type');
  if (responseType === undefined) return refuse('invalid_request', 'response_type is missing');
  if (responseType !== 'code') return refuse('unsupported_response_type', 'response_type must be code');
  const mode = parameters.get('response_mode');
  return mode === undefined || mode === 'query'
    ? ok(undefined)
    : refuse('invalid_request', 'response_mode must be query');
}
