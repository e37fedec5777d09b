// RFC 9101 section 6.3: request objects are not supported, so they are refused rather than ignored.
import { ok } from '../../kernel/result.ts';
import type { Parameters } from '../parameters.ts';
import { refuse, type Checked } from './authorize-error.ts';

export function checkRequestObject(parameters: Parameters): Checked<void> {
  if (parameters.has('request')) return refuse('request_not_supported', 'request is not supported');
  if (parameters.has('request_uri'))
    return refuse('request_uri_not_supported', 'request_uri is not supported');
  return ok(undefined);
}
