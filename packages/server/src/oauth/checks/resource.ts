// RFC 8707 section 2: at most one resource, one that we know. None means the single connector URL.
import type { OrganisationId } from '../../kernel/ids.ts';
import { parseResourceUrl } from '../../kernel/resource.ts';
import { ok } from '../../kernel/result.ts';
import type { Parameters } from '../parameters.ts';
import { refuse, type Checked } from './authorize-error.ts';

export interface ResourceDeps {
  issuer: string;
  connectorPaths: readonly string[];
  organisationBySlug: (slug: string) => Promise<{ id: OrganisationId } | undefined>;
}

export interface AuthorizedResource {
  /** Canonical path. */
  path: string;
  /** The organisation that the path names, or the client belongs to, if there is one. */
  orgId: OrganisationId | null;
}

export async function checkResource(
  parameters: Parameters,
  /** The organisation whose admins made the client: it can be approved for no other. Null: for any. */
  clientOrgId: OrganisationId | null,
  { issuer, connectorPaths, organisationBySlug }: ResourceDeps,
): Promise<Checked<AuthorizedResource>> {
  const indicator = parameters.get('resource');
  if (indicator === undefined) return ok({ path: '/mcp', orgId: clientOrgId });
  const resource = parseResourceUrl(indicator, issuer, connectorPaths);
  if (resource === undefined) return unknown();
  if (resource.kind === 'any') return ok({ path: resource.path, orgId: clientOrgId });
  const organisation = await organisationBySlug(resource.org);
  if (organisation === undefined || (clientOrgId !== null && clientOrgId !== organisation.id))
    return unknown();
  return ok({ path: resource.path, orgId: organisation.id });
}

function unknown() {
  return refuse('invalid_target', 'resource is not a connector URL of this server');
}
