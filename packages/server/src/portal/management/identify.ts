import type { MiddlewareHandler } from 'hono';
import type { Audit } from '../../audit/audit.ts';
import { lowerAccess, type Access } from '../../kernel/access.ts';
import { withLimitOfKey } from '../../kernel/call-limits.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Actor, Standing, VerifiedCredential } from '../../kernel/credential.ts';
import { AppError } from '../../kernel/errors.ts';
import type { KeyId, OrganisationId, UserId } from '../../kernel/ids.ts';
import { readPresented, type Presented } from '../../kernel/presented.ts';
import { aliasesOf } from '../../kernel/organisation-names.ts';
import type { Principal } from '../../kernel/principal.ts';
import type { Soon } from '../../kernel/soon.ts';
import type { CurrentUser, People } from '../../people/people.ts';
import type { PortalEnv } from '../env.ts';
import type { KeyedCaller } from './caller.ts';
import { createTrace } from './trace.ts';

/** Who is calling, if it is nobody's browser. What cannot be found out (the database is gone) is thrown. */
export interface Management {
  /** Undefined: no such key, or it has ended. */
  verifyKey(secret: string): Soon<VerifiedCredential | undefined>;
  /** What our own gateway says of who calls; undefined: it does not, or not to us. */
  verifyAssertion(jws: string): Promise<{ orgId: OrganisationId; actor: Actor; access: Access } | undefined>;
  /** Undefined: not, or no longer, part of a live organisation. */
  standingOf(orgId: OrganisationId, actor: Actor): Soon<Standing | undefined>;
  organisationOf(
    orgId: OrganisationId,
  ): Promise<{ slug: string; name: string; maxAccess: Access } | undefined>;
  userOf(userId: UserId): Promise<{ name: string; email: string; disabledAt: Date | null } | undefined>;
  /** The buckets that the doors ask, too. Headers are flat: name, value, name, value. */
  limitCalls(principal: Principal): Soon<{
    readonly allowed: boolean;
    readonly headers: readonly string[];
    readonly retryAfterSeconds: number;
  }>;
  noteUse(keyId: KeyId): void;
  readonly audit: Pick<Audit, 'record' | 'intent' | 'outcome'>;
}

export interface IdentifyDeps {
  readonly people: People;
  readonly management: Management;
  readonly clock: Clock;
}

/**
 * A request that shows a key or an assertion is the work of whoever holds it, and its cookies are not looked at; any
 * other is a browser's, and the session's.
 */
export function identify({ clock, management, people }: IdentifyDeps): MiddlewareHandler<PortalEnv> {
  const traceOf = createTrace(management.audit, clock);

  return async (context, next) => {
    const authorization = context.req.header('Authorization');
    const apiKey = context.req.header('X-API-Key');
    // A proxy before the dashboard may ask for a password of its own, which browsers then repeat to us.
    const isOthers = authorization !== undefined && !/^(?:bearer|dpop)\b/i.test(authorization);
    const presented = readPresented({
      authorization: isOthers ? undefined : authorization,
      'x-api-key': apiKey,
    });
    if (presented.kind === 'nothing') {
      const user = await people.currentUser(context.req.raw.headers, context.get('from'));
      if (user === undefined) throw new AppError('unauthenticated', 'Sign in first.');
      context.set('user', user);
      context.set('actor', { kind: 'user', id: user.userId });
      await next();
      return;
    }

    const shown = await orUnavailable(() =>
      whoShows(management, presented, context.get('from'), clock.nowMs()),
    );
    if (shown === undefined) {
      context.header('WWW-Authenticate', 'Bearer realm="portal"');
      throw UNKNOWN;
    }
    const { actor, keyId, principal } = shown;
    const limited = principal && (await management.limitCalls(principal));
    if (limited?.allowed === false) {
      setHeaders(limited.headers, context.header.bind(context));
      throw new AppError('rate_limited', 'Too many calls with this key. Wait, and try again.', {
        retryAfterSeconds: limited.retryAfterSeconds,
      });
    }
    if (keyId !== undefined) management.noteUse(keyId);
    context.set('actor', actor);
    if (shown.user !== undefined) context.set('user', shown.user);
    context.set('caller', {
      via: keyId === undefined ? 'gateway' : 'key',
      organisation: shown.organisation,
      access: shown.access,
      ...traceOf({
        orgId: shown.organisation.id,
        actor,
        keyId,
        requestId: context.get('requestId'),
        // Our own gateway's name of the call, under which it stands in the audit trail, too.
        call: keyId === undefined ? context.req.header('X-Request-Id') : undefined,
      }),
    });
    await next();
    if (limited !== undefined)
      setHeaders(limited.headers, (name, value) => context.res.headers.set(name, value));
  };
}

interface Shown extends Pick<KeyedCaller, 'organisation' | 'access'> {
  readonly actor: Actor;
  readonly user: CurrentUser | undefined;
  /** Absent for an assertion, whose key was known to our gateway. */
  readonly keyId?: KeyId | undefined;
  readonly principal?: Principal;
}

async function whoShows(
  management: Management,
  presented: Presented,
  from: string | undefined,
  nowMs: number,
): Promise<Shown | undefined> {
  if (presented.kind === 'several') throw TWO_CREDENTIALS;
  const credential = await credentialOf(management, presented);
  if (credential === undefined) return undefined;
  const { actor, keyId, orgId } = credential;
  const [standing, organisation, user] = await Promise.all([
    management.standingOf(orgId, actor),
    management.organisationOf(orgId),
    actor.kind === 'user' ? personBehind(management, actor.id) : undefined,
  ]);
  if (standing === undefined || organisation === undefined) return undefined;
  if (actor.kind === 'user' && user === undefined) return undefined;
  const { orgSlug, role } = standing;
  // Of what our own gateway asks it asked itself where it comes from.
  if (keyId !== undefined && standing.onlyFrom?.admits(from) === false) throw ELSEWHERE;
  const limits = withLimitOfKey(standing.limits, credential.callsPerMinute);
  const access = lowerAccess(credential.access, standing.ceiling);
  return {
    actor,
    user,
    access,
    organisation: {
      id: orgId,
      slug: organisation.slug,
      aliases: aliasesOf(standing, nowMs),
      name: organisation.name,
      role,
      maxAccess: organisation.maxAccess,
    },
    ...(keyId !== undefined && {
      keyId,
      principal: {
        orgId,
        orgSlug,
        actor,
        role,
        access,
        clientId: undefined,
        grantId: undefined,
        keyId,
        limits,
      },
    }),
  };
}

async function credentialOf(
  management: Management,
  presented: Presented,
): Promise<
  | (Pick<Shown, 'actor' | 'access' | 'keyId'> & {
      orgId: OrganisationId;
      callsPerMinute?: number | undefined;
    })
  | undefined
> {
  if (presented.kind === 'token') {
    return presented.scheme === 'bearer' ? management.verifyAssertion(presented.secret) : undefined;
  }
  if (presented.kind !== 'key') return undefined;
  const credential = await management.verifyKey(presented.secret);
  // Who approved an app gave it tools, and not the organisation.
  if (credential?.grantId !== undefined) throw OF_A_CONNECTION;
  return credential;
}

/** Nobody who signed in: what asks for a session, or a recent one, is not for them. */
async function personBehind(management: Management, userId: UserId): Promise<CurrentUser | undefined> {
  const user = await management.userOf(userId);
  if (user === undefined || user.disabledAt !== null) return undefined;
  const { email, name } = user;
  const session = { sessionId: '', signedInAtMs: 0, shownAtMs: 0, isRecent: false, viaOrgId: null };
  return { ...session, userId, email, name, amr: [], address: undefined };
}

function setHeaders(flat: readonly string[], set: (name: string, value: string) => void): void {
  for (let at = 0; at < flat.length; at += 2) set(flat[at] ?? '', flat[at + 1] ?? '');
}

async function orUnavailable<T>(find: () => Promise<T>): Promise<T> {
  try {
    return await find();
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('unavailable', 'Your credential cannot be checked at the moment. Try again.', {
      internalMessage: 'a credential could not be checked',
      cause,
      retryAfterSeconds: 1,
    });
  }
}

const ELSEWHERE = new AppError(
  'address_not_allowed',
  'This organisation does not answer calls from your address. Its admins keep the list.',
);
const UNKNOWN = new AppError(
  'unauthenticated',
  'This credential is not valid here: it is unknown, expired or revoked, or of another kind than a key.',
);
const TWO_CREDENTIALS = new AppError(
  'invalid_request',
  'Send one credential: Authorization or X-API-Key, not both.',
);
const OF_A_CONNECTION = new AppError(
  'forbidden',
  'This key belongs to a connection, which is for tools. Use a key made by hand, or an agent’s.',
);
