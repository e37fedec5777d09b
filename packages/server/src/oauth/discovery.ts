import { Hono, type Context } from 'hono';
import { cors } from 'hono/cors';
import { etag } from 'hono/etag';
import { askedAtPath, type AttemptTrace } from '../audit/attempts/trace.ts';
import type { OrganisationId } from '../kernel/ids.ts';
import { parseResourcePath } from '../kernel/resource.ts';
import type { OAuthEnv } from './env.ts';
import { originOf } from './origin-of.ts';
import { authorizationServerMetadata, protectedResourceMetadata } from './features.ts';

/** Short, because clients that cached a mistake keep failing until it expires. */
const CACHE_CONTROL = 'public, max-age=300';
const RESOURCE_METADATA = '/.well-known/oauth-protected-resource';
const SERVER_METADATA = ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'];
const APPENDED = '/.well-known/openid-configuration';

/** OpenID Connect appends instead of inserting (OpenID Connect Discovery 1.0 section 4): a place below a resource. */
export function isAppendedMetadata(path: string, connectorPaths: readonly string[]): boolean {
  return (
    path.endsWith(APPENDED) &&
    parseResourcePath(path.slice(0, -APPENDED.length), connectorPaths) !== undefined
  );
}

export interface DiscoveryDeps {
  issuer: string;
  connectorPaths: readonly string[];
  jwks: () => object;
  organisationBySlug: (slug: string) => Promise<{ id: OrganisationId } | undefined>;
  trace: AttemptTrace;
}

/** The documents by which clients find their way, at each place where one of them looks (RFC 9728, RFC 8414). */
export function createDiscovery({
  issuer,
  connectorPaths,
  jwks,
  organisationBySlug,
  trace,
}: DiscoveryDeps): Hono<OAuthEnv> {
  const app = new Hono<OAuthEnv>();
  const belowResources = ['/mcp', ...connectorPaths].map((path) => `${path}/*`);
  for (const place of ['/.well-known/*', ...belowResources]) {
    app.use(place, cors({ origin: '*', allowMethods: ['GET'] }), etag());
  }

  /** `path` is the resource that it was asked for about, if it was about one. */
  function note(
    context: Context<OAuthEnv>,
    step: 'resource_metadata' | 'server_metadata',
    path: string | undefined,
  ): void {
    if (context.req.method !== 'GET') return;
    const at = askedAtPath(path, connectorPaths);
    trace.note({ by: 'place', step, origin: originOf(trace, context), at });
  }

  async function resourceDocument(context: Context<OAuthEnv>, path: string) {
    const resource = parseResourcePath(path, connectorPaths);
    if (resource === undefined) return undefined;
    if (resource.kind !== 'any' && (await organisationBySlug(resource.org)) === undefined) return undefined;
    note(context, 'resource_metadata', path);
    // Clients compare the bytes with what was typed, so a trailing slash is echoed.
    return publish(context, protectedResourceMetadata(issuer, issuer + path));
  }

  app.get('/.well-known/jwks.json', (context) => publish(context, jwks()));

  app.get('/.well-known/*', async (context) => {
    const { path } = context.req;
    if (path === RESOURCE_METADATA) {
      note(context, 'resource_metadata', '/mcp');
      return publish(context, protectedResourceMetadata(issuer, `${issuer}/mcp`));
    }
    if (path.startsWith(`${RESOURCE_METADATA}/`)) {
      const document = await resourceDocument(context, path.slice(RESOURCE_METADATA.length));
      if (document !== undefined) return document;
    }
    // At the root, and with a resource's path inserted: some clients take the connector URL for the issuer.
    const place = SERVER_METADATA.find((known) => path === known || path.startsWith(`${known}/`));
    if (place !== undefined) {
      note(context, 'server_metadata', path.slice(place.length));
      return publish(context, authorizationServerMetadata(issuer));
    }
    return context.json({ error: 'not_found' }, 404);
  });

  for (const place of belowResources) {
    app.get(place, (context, next) => {
      const { path } = context.req;
      if (!isAppendedMetadata(path, connectorPaths)) return next();
      note(context, 'server_metadata', path.slice(0, -APPENDED.length));
      return publish(context, authorizationServerMetadata(issuer));
    });
  }
  return app;
}

function publish(context: Context, document: object) {
  context.header('Cache-Control', CACHE_CONTROL);
  return context.json(document);
}
