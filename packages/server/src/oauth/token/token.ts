import type { AttemptTrace } from '../../audit/attempts/trace.ts';
import type { Audit } from '../../audit/audit.ts';
import type { Client, Clients } from '../../grants/clients.ts';
import type { IssueToMachine } from '../../grants/client-credentials.ts';
import { UNKNOWN_CODE, type CodeRedemption } from '../../grants/redeem-code.ts';
import { TOKEN_EXCHANGE_GRANT } from '../../grants/acting-clients.ts';
import type { ExchangeAnswer, ExchangeToken } from '../../grants/exchange-token.ts';
import type { Dpop } from '../../grants/dpop/dpop.ts';
import type { IssueByAssertion } from '../../grants/identity-assertions/issue-by-assertion.ts';
import type { RefreshRequest } from '../../grants/refresh.ts';
import type {
  AccessTokenAnswer,
  TokenAnswer,
  TokenFault,
  TokenRequestContext,
} from '../../grants/token-answer.ts';
import type { RequestId } from '../../kernel/ids.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { hashSecret } from '../../kernel/secret.ts';
import { authenticateClient } from '../client-authentication.ts';
import { refuseClient } from '../refuse-client.ts';
import { readKeyProof } from '../dpop/read-key-proof.ts';
import { FEATURES } from '../features.ts';
import { parseForm } from '../form-request.ts';
import type { Parameters } from '../parameters.ts';
import { readCodeRedemption } from './authorization-code.ts';
import { readClientCredentialsRequest } from './client-credentials.ts';
import { answerJwtBearer, JWT_BEARER_GRANT } from './jwt-bearer.ts';
import { readRefreshRequest } from './refresh-token.ts';
import { refuse, type TokenError } from './token-error.ts';
import { answerTokenExchange } from './token-exchange.ts';

export interface TokenDeps {
  issuer: string;
  dpop: Dpop;
  clients: Clients;
  connectorPaths: readonly string[];
  issueToMachine: IssueToMachine;
  issueByAssertion: IssueByAssertion;
  exchangeToken: ExchangeToken;
  redeemCode: (
    redemption: CodeRedemption,
    context: TokenRequestContext,
  ) => Promise<Result<TokenAnswer, TokenFault>>;
  refresh: (
    request: RefreshRequest,
    context: TokenRequestContext,
  ) => Promise<Result<TokenAnswer, TokenFault>>;
  /** The canonical path of a resource indicator; undefined: no resource of ours. */
  resourcePath: (indicator: string) => string | undefined;
  audit: Audit;
  trace: AttemptTrace;
}

/** A request of the token endpoint. A header that was sent more than once is one text with commas in it. */
export interface TokenRequest {
  contentType: string | undefined;
  authorization: string | undefined;
  /** The header of that name. */
  dpop: string | undefined;
  body: string;
  requestId: RequestId;
  /** The bucket of the caller's address. */
  address: () => string;
}

export interface TokenResponse {
  status: 200 | 400 | 401;
  headers?: Readonly<Record<string, string>>;
  /** To be sent as JSON. */
  body: object;
}

/** The token endpoint (RFC 6749 section 3.2), whatever it is served by. */
export function createToken(deps: TokenDeps): (request: TokenRequest) => Promise<TokenResponse> {
  async function respond(request: TokenRequest): Promise<TokenResponse> {
    const { authorization, requestId } = request;
    const form = parseForm(request.contentType, request.body);
    if (!form.ok) return refuseRequest({ error: 'invalid_request', description: form.error });
    // Before the client is authenticated, because an assertion that it sends is good once: it asks again with a nonce.
    const provenKey = await readKeyProof(request.dpop, deps.dpop, `${deps.issuer}/token`);
    if (!provenKey.ok) return refuseRequest(provenKey.error);
    const client = await authenticateClient(deps.clients, authorization, form.value);
    if (!client.ok) noteCode(form.value, 'invalid_client');
    if (!client.ok) return refuseClient(client.error, { requestId, address: request.address() }, deps.audit);
    const answer = await grant(form.value, client.value, { requestId, provenKey: provenKey.value });
    return answer.ok ? { status: 200, body: answer.value } : refuseRequest(answer.error);
  }

  async function grant(
    parameters: Parameters,
    client: Client,
    request: TokenRequestContext,
  ): Promise<Result<TokenAnswer | AccessTokenAnswer | ExchangeAnswer, TokenError>> {
    const indicator = parameters.get('resource');
    const resource = indicator === undefined ? undefined : deps.resourcePath(indicator);
    if (indicator !== undefined && resource === undefined) {
      noteCode(parameters, 'invalid_target');
      return refuse('invalid_target', 'resource is not a connector URL of this server');
    }
    switch (parameters.get('grant_type')) {
      case 'authorization_code': {
        const redemption = readCodeRedemption(parameters, client, resource);
        if (!redemption.ok) {
          noteCode(parameters, redemption.error.description);
          return redemption;
        }
        const redeemed = await deps.redeemCode(redemption.value, request);
        if (redeemed.ok || redeemed.error.detail !== UNKNOWN_CODE)
          noteCode(parameters, redeemed.ok ? undefined : redeemed.error.detail, true);
        return withPublicReason(redeemed);
      }
      case 'refresh_token': {
        const refresh = readRefreshRequest(parameters, client, resource);
        return refresh.ok ? withPublicReason(await deps.refresh(refresh.value, request)) : refresh;
      }
      case 'client_credentials': {
        const read = readClientCredentialsRequest(parameters, client, resource, deps.connectorPaths);
        if (!read.ok) return read;
        const issued = await deps.issueToMachine(read.value, request);
        if (issued.ok) recordIssue(client, request);
        return withPublicReason(issued);
      }
      case TOKEN_EXCHANGE_GRANT:
        return answerTokenExchange(deps, { parameters, client, resource }, request);
      case JWT_BEARER_GRANT:
        return answerJwtBearer(deps, { parameters, client, resource }, request);
      case undefined:
        return refuse('invalid_request', 'grant_type is missing');
      default:
        return refuse(
          'unsupported_grant_type',
          `grant_type must be one of ${FEATURES.grantTypes.join(', ')}`,
        );
    }
  }

  /** A code that nobody was given belongs to no attempt, and is dropped there. */
  function noteCode(parameters: Parameters, fault: string | undefined, isOurs = false): void {
    const code = parameters.get('code');
    if (code !== undefined)
      deps.trace.note({ by: 'code', step: 'token', codeHash: hashSecret(code), isOurs, fault });
  }

  function recordIssue(client: Client, { requestId }: TokenRequestContext): void {
    deps.audit.record({
      orgId: client.orgId ?? undefined,
      action: 'token.issued',
      actor: { kind: 'client', id: client.id },
      clientId: client.id,
      requestId,
      outcome: 'ok',
    });
  }

  return async function answerToken(request) {
    const response = await respond(request);
    if (request.dpop === undefined) return response;
    // On each answer, so that the next proof is good at once (RFC 9449 section 8.2).
    return { ...response, headers: { ...response.headers, 'DPoP-Nonce': deps.dpop.nonce() } };
  };
}

/** Why exactly a code or a token was refused helps only someone who should not have it. */
function withPublicReason<Answer>(answer: Result<Answer, TokenFault>): Result<Answer, TokenError> {
  if (answer.ok) return ok(answer.value);
  const { error } = answer.error;
  return fail({ error, description: PUBLIC_REASONS[error] });
}

const PUBLIC_REASONS: Readonly<Record<TokenFault['error'], string>> = {
  invalid_grant: 'the code or refresh token is invalid, expired, used, revoked or bound to another key',
  invalid_target: 'resource is not the one that was authorized',
  invalid_dpop_proof: 'the DPoP proof was used before',
};

function refuseRequest({ error, description }: TokenError): TokenResponse {
  return { status: 400, body: { error, error_description: description } };
}
