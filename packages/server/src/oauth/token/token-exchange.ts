// RFC 8693 section 2.1: what is asked for; section 2.2.2: in which words it is refused.
import {
  ACCESS_TOKEN_URN,
  type ExchangeAnswer,
  type ExchangeFault,
  type ExchangeToken,
  type TokenExchange,
} from '../../grants/exchange-token.ts';
import type { Client } from '../../grants/clients.ts';
import type { TokenRequestContext } from '../../grants/token-answer.ts';
import { parseResourcePath, resourceCovers } from '../../kernel/resource.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Parameters } from '../parameters.ts';
import { refuse, type TokenError } from './token-error.ts';

const JWT_URN = 'urn:ietf:params:oauth:token-type:jwt';

export interface ExchangeDeps {
  exchangeToken: ExchangeToken;
  connectorPaths: readonly string[];
  resourcePath: (indicator: string) => string | undefined;
}

/** `resource` is the canonical path of the parameter of that name; undefined: none was named. */
export async function answerTokenExchange(
  deps: ExchangeDeps,
  asked: { parameters: Parameters; client: Client; resource: string | undefined },
  request: TokenRequestContext,
): Promise<Result<ExchangeAnswer, TokenError>> {
  const exchange = readTokenExchange(deps, asked);
  if (!exchange.ok) return exchange;
  const answer = await deps.exchangeToken(exchange.value, request);
  return answer.ok ? answer : fail(PUBLIC_FAULTS[answer.error.reason]);
}

function readTokenExchange(
  { connectorPaths, resourcePath }: ExchangeDeps,
  { parameters, client, resource }: { parameters: Parameters; client: Client; resource: string | undefined },
): Result<TokenExchange, TokenError> {
  const subjectToken = parameters.get('subject_token');
  const subjectType = parameters.get('subject_token_type');
  if (subjectToken === undefined || subjectType === undefined) {
    return refuse('invalid_request', 'subject_token and subject_token_type are needed');
  }
  const isJwt = subjectType === JWT_URN;
  if (subjectType !== ACCESS_TOKEN_URN && !isJwt) {
    return refuse('invalid_request', 'subject_token must be an access token of this server, and called that');
  }
  if ((parameters.get('requested_token_type') ?? ACCESS_TOKEN_URN) !== ACCESS_TOKEN_URN) {
    return refuse('invalid_request', `requested_token_type must be ${ACCESS_TOKEN_URN}`);
  }
  // Refused rather than ignored: who sends one wants somebody to be named whom we could not name.
  if (parameters.has('actor_token') || parameters.has('actor_token_type')) {
    return refuse('invalid_request', 'actor_token is not supported: the client itself is who acts');
  }
  // What we serve has no other name than its URL.
  const audience = parameters.get('audience');
  const audiencePath = audience === undefined ? resource : resourcePath(audience);
  if (audience !== undefined && (audiencePath === undefined || (resource ?? audiencePath) !== audiencePath)) {
    return refuse(
      'invalid_target',
      'audience must be a connector URL of this server, and no other than resource',
    );
  }
  return ok({
    client,
    subjectToken,
    isJwt,
    scopes: parameters.get('scope')?.split(' '),
    resource: audiencePath === undefined ? undefined : requestedPlace(audiencePath, connectorPaths),
  });
}

function requestedPlace(path: string, connectorPaths: readonly string[]): TokenExchange['resource'] {
  const requested = parseResourcePath(path, connectorPaths);
  return {
    path,
    isWithin: (subjectResource, names, nowMs) =>
      requested !== undefined && resourceCovers(subjectResource, requested, names, connectorPaths, nowMs),
  };
}

/** Why exactly a subject was refused would tell a client about tokens that are not its business. */
const PUBLIC_FAULTS: Readonly<Record<ExchangeFault['reason'], TokenError>> = {
  client_not_allowed: {
    error: 'unauthorized_client',
    description: 'an admin has not allowed this client to exchange tokens',
  },
  subject_refused: {
    error: 'invalid_request',
    description:
      'subject_token is no live access token of this organisation, or it is bound to a key without a proof of that key',
  },
  resource_refused: {
    error: 'invalid_target',
    description: 'the subject token is not good at that resource',
  },
  chain_too_long: { error: 'invalid_request', description: 'subject_token was exchanged too often' },
  proof_replayed: { error: 'invalid_dpop_proof', description: 'the DPoP proof was used before' },
};
