import { clientDocuments, upstreamAnswers } from './answer-targets.ts';
import { documents, overlays } from './document-targets.ts';
import { httpTarget, rawHttp } from './http-targets.ts';
import { signedTokens } from './signed-target.ts';
import type { Target } from './target.ts';

/** Every parser that faces the network. */
export const TARGETS: readonly Target[] = [
  rawHttp,
  httpTarget('mcp', { serverErrors: [502, 504] }),
  httpTarget('api', { serverErrors: [502, 504] }),
  httpTarget('token'),
  httpTarget('register'),
  httpTarget('authorize'),
  httpTarget('revoke'),
  httpTarget('introspect'),
  httpTarget('portal'),
  httpTarget('pages'),
  signedTokens,
  upstreamAnswers,
  clientDocuments,
  documents,
  overlays,
];
