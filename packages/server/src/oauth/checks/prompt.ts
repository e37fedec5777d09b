// OpenID Connect Core 1.0 section 3.1.2.1: consent is never skipped, so `none` cannot be met.
import { ok } from '../../kernel/result.ts';
import type { Parameters } from '../parameters.ts';
import { refuse, type Checked } from './authorize-error.ts';

export function checkPrompt(parameters: Parameters): Checked<void> {
  const prompts = (parameters.get('prompt') ?? '').split(' ');
  return prompts.includes('none')
    ? refuse('interaction_required', 'a person must approve each connection')
    : ok(undefined);
}
