// RFC 7523 section 2.1, with an Identity Assertion JWT Authorization Grant (draft-ietf-oauth-identity-assertion-authz-
// grant-04 section 4.4) alone: MCP's enterprise-managed authorization.
import type { Audit } from '../../audit/audit.ts';
import type { AuditEntry } from '../../audit/entry.ts';
import type { Client } from '../../grants/clients.ts';
import type {
  AssertionFault,
  AssertionRequest,
  Place,
} from '../../grants/identity-assertions/find-member.ts';
import type { IssueByAssertion } from '../../grants/identity-assertions/issue-by-assertion.ts';
import type { AccessTokenAnswer, TokenRequestContext } from '../../grants/token-answer.ts';
import { parseResourcePath } from '../../kernel/resource.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Parameters } from '../parameters.ts';
import { refuse, type TokenError } from './token-error.ts';

export const JWT_BEARER_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
export const ID_JAG_PROFILE = 'urn:ietf:params:oauth:grant-profile:id-jag';

export interface JwtBearerDeps {
  issueByAssertion: IssueByAssertion;
  resourcePath: (indicator: string) => string | undefined;
  connectorPaths: readonly string[];
  audit: Audit;
}

export async function answerJwtBearer(
  deps: JwtBearerDeps,
  asked: { parameters: Parameters; client: Client; resource: string | undefined },
  request: TokenRequestContext,
): Promise<Result<AccessTokenAnswer, TokenError>> {
  const read = readAssertionRequest(deps, asked);
  if (!read.ok) return read;
  const issued = await deps.issueByAssertion(read.value, request);
  if (issued.ok) return ok(issued.value);
  recordRefusal(deps.audit, asked.client, issued.error, request);
  return fail({ error: issued.error.error, description: PUBLIC_REASONS[issued.error.error] });
}

function readAssertionRequest(
  { resourcePath, connectorPaths }: JwtBearerDeps,
  { parameters, client, resource }: { parameters: Parameters; client: Client; resource: string | undefined },
): Result<AssertionRequest, TokenError> {
  // A provider's word names the client, and anybody can name a public one. A machine acts for nobody but its agent.
  if (client.authMethod === 'none') return refuse('unauthorized_client', 'the client must prove itself');
  if (client.agentId !== null) return refuse('unauthorized_client', 'a machine asks by client_credentials');
  const assertion = parameters.get('assertion');
  if (assertion === undefined) return refuse('invalid_request', 'assertion is missing');

  function placeAt(path: string): Place {
    const parsed = parseResourcePath(path, connectorPaths);
    return { path, org: parsed === undefined || parsed.kind === 'any' ? undefined : parsed.org };
  }
  return ok({
    client,
    assertion,
    scopes: parameters.get('scope')?.split(' '),
    place: resource === undefined ? undefined : placeAt(resource),
    placeOf: (indicator) => {
      const path = resourcePath(indicator);
      return path === undefined ? undefined : placeAt(path);
    },
  });
}

/** Why exactly is for the admins of the organisation, who can mend it, and not for whoever holds the assertion. */
const PUBLIC_REASONS: Readonly<Record<AssertionFault['error'], string>> = {
  invalid_grant: 'the assertion is not one that is accepted here, or it was used before',
  invalid_target: 'resource is not the one that the assertion is for',
  invalid_dpop_proof: 'the DPoP proof was used before',
};

function recordRefusal(
  audit: Audit,
  client: Client,
  { orgId, detail }: AssertionFault,
  { requestId }: TokenRequestContext,
): void {
  const entry: AuditEntry = {
    orgId,
    action: 'assertion.refused',
    actor: { kind: 'client', id: client.id },
    clientId: client.id,
    requestId,
    outcome: 'refused',
    detail: { why: detail },
  };
  // Anybody can register a client and present what nobody signed.
  if (orgId === undefined) audit.recordFromAnybody(client.id, entry);
  else audit.record(entry);
}
