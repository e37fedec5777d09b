import { answersTo, isOrWas, type OrganisationNames } from './organisation-names.ts';

/** A place at the MCP door (RFC 8707). `path` is canonical: what tokens carry is origin + path. */
export type Resource =
  | { readonly kind: 'any'; readonly path: string }
  | { readonly kind: 'organisation'; readonly path: string; readonly org: string; readonly sse: boolean }
  | { readonly kind: 'connector'; readonly path: string; readonly org: string; readonly connector: string }
  | { readonly kind: 'toolset'; readonly path: string; readonly org: string; readonly toolset: string };

const SLUG = /^[a-z0-9](?:-?[a-z0-9])*$/;

/** Reads a path such as `/mcp/acme/c/crm`; one trailing slash is forgiven. Undefined: no resource of ours. */
export function parseResourcePath(rawPath: string, connectorPaths: readonly string[]): Resource | undefined {
  const path = rawPath.length > 1 && rawPath.endsWith('/') ? rawPath.slice(0, -1) : rawPath;
  if (path === '/mcp' || connectorPaths.includes(path)) return { kind: 'any', path };
  const [empty, mcp, org, kind, name, ...rest] = path.split('/');
  if (empty !== '' || mcp !== 'mcp' || org === undefined || !SLUG.test(org) || rest.length > 0)
    return undefined;
  if (kind === undefined) return { kind: 'organisation', path, org, sse: false };
  if (kind === 'sse' && name === undefined) return { kind: 'organisation', path, org, sse: true };
  if (name === undefined || !SLUG.test(name)) return undefined;
  if (kind === 'c') return { kind: 'connector', path, org, connector: name };
  if (kind === 't') return { kind: 'toolset', path, org, toolset: name };
  return undefined;
}

/**
 * Reads a resource indicator as clients write it: scheme and host in any case, the default port, dot segments and one
 * trailing slash are forgiven; a user, a query or a fragment is not (RFC 8707 section 2, RFC 3986 section 6.2).
 */
export function parseResourceUrl(
  indicator: string,
  mcpBaseUrl: string,
  connectorPaths: readonly string[],
): Resource | undefined {
  if (!URL.canParse(indicator)) return undefined;
  const url = new URL(indicator);
  const hasExtras = url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '';
  if (url.origin !== mcpBaseUrl || hasExtras || indicator.includes('#') || indicator.includes('?'))
    return undefined;
  return parseResourcePath(url.pathname, connectorPaths);
}

/**
 * Whether a token for `tokenPath` in the organisation of these names is good at `requested`: at its own resource and
 * below it in the same organisation; one for a single connector URL at every path of its own organisation; never
 * across. Under another of its names it is the same place.
 */
export function resourceCovers(
  tokenPath: string,
  requested: Resource,
  names: OrganisationNames,
  connectorPaths: readonly string[],
  nowMs: number,
): boolean {
  if (requested.kind !== 'any' && !answersTo(names, requested.org, nowMs)) return false;
  // As nearly every call: where the token is for.
  if (tokenPath === requested.path && (requested.kind === 'any' || isOrWas(names, requested.org)))
    return true;
  const bound = parseResourcePath(tokenPath, connectorPaths);
  if (bound === undefined) return false;
  if (bound.kind === 'any') return true;
  if (requested.kind === 'any') return false;
  if (!isOrWas(names, bound.org)) return false;
  const [wanted, granted] = [belowOrganisation(requested), belowOrganisation(bound)];
  return wanted === granted || wanted.startsWith(`${granted}/`);
}

/** `/c/crm` of `/mcp/acme/c/crm`; nothing of `/mcp/acme`. */
function belowOrganisation({ org, path }: Exclude<Resource, { kind: 'any' }>): string {
  return path.slice(`/mcp/${org}`.length);
}
