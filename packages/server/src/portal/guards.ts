import type { MiddlewareHandler } from 'hono';
import { AppError } from '../kernel/errors.ts';
import type { Action } from '../people/policy.ts';
import { can } from '../people/policy.ts';
import type { Role } from '../kernel/access.ts';
import type { OrganisationEnv, PortalEnv } from './env.ts';

/** A foreign page can make a browser send our cookie; it cannot forge where the request comes from. */
export function sameOriginOnly(
  webBaseUrl: string,
  /** Paths whose bodies are files: no form of a foreign page can send this type either. */
  takesFile: (path: string) => boolean = () => false,
): MiddlewareHandler {
  return async (context, next) => {
    const site = context.req.header('Sec-Fetch-Site');
    const origin = context.req.header('Origin');
    const foreign =
      site === undefined ? origin !== undefined && origin !== webBaseUrl : site !== 'same-origin';
    const navigates = site === 'none' && context.req.method === 'GET';
    if (foreign && !navigates) throw new AppError('forbidden', 'Requests from other sites are refused.');
    const writes = context.req.method !== 'GET' && context.req.method !== 'HEAD';
    const isFile = takesFile(context.req.path);
    const wanted = isFile ? /^application\/octet-stream\s*(;|$)/i : /^application\/json\s*(;|$)/i;
    if (writes && !wanted.test(context.req.header('Content-Type') ?? '')) {
      const type = isFile ? 'application/octet-stream' : 'application/json';
      throw new AppError('unsupported_media_type', `The body must be ${type}.`);
    }
    await next();
  };
}

/** A key's own organisation, for who would have to look its name up. It can be nobody's slug. */
const OWN = '-';

/**
 * What a stranger asks about does not exist: the same answer as for an organisation that nobody has. A key opens its
 * own organisation, whatever else its owner belongs to.
 */
export function membersOnly(
  /** Throws where an organisation of theirs asks something else of this session. */
  membershipOf: (
    slug: string,
    user: PortalEnv['Variables']['user'],
  ) => Promise<OrganisationEnv['Variables']['organisation'] | undefined>,
): MiddlewareHandler<OrganisationEnv> {
  return async (context, next) => {
    const slug = context.req.param('org') ?? '';
    const own = context.get('caller')?.organisation;
    const isOwn = own?.slug === slug || slug === OWN || own?.aliases.includes(slug) === true;
    const organisation =
      own === undefined ? await membershipOf(slug, context.get('user')) : isOwn ? own : undefined;
    if (organisation === undefined)
      throw new AppError('not_found', 'There is no such organisation among yours.');
    context.set('organisation', organisation);
    await next();
  };
}

export function requireRole(role: Role, action: Action): void {
  if (!can(role, action)) throw new AppError('forbidden', `Your role (${role}) does not allow this.`);
}
