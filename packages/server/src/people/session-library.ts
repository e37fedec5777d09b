import { createHmac, randomBytes } from 'node:crypto';
import { betterAuth } from 'better-auth/minimal';
import { getAdapter } from 'better-auth/db/adapter';
import type { BetterAuthOptions } from 'better-auth/types';
import type { OrganisationId, UserId } from '../kernel/ids.ts';
import type { Log } from '../kernel/log.ts';
import { hashSecret, randomToken } from '../kernel/secret.ts';
import type { Queries, Store } from '../store/store.ts';
import { hashSessionTokens } from './hashed-session-tokens.ts';
import { setCookieLine, type CookieForm } from './host-cookie.ts';
import { readAmr, writeAmr, type Amr } from './amr.ts';

export const SESSION_SECONDS = 7 * 24 * 60 * 60;

export interface Session {
  readonly sessionId: string;
  readonly userId: UserId;
  readonly email: string;
  readonly name: string;
  readonly createdAtMs: number;
  readonly amr: readonly Amr[];
  readonly confirmedAtMs: number;
  /** The organisation whose provider vouched for them; null: they showed it themselves. */
  readonly viaOrgId: OrganisationId | null;
}

export interface NewSession {
  readonly userId: UserId;
  readonly amr: readonly Amr[];
  readonly viaOrgId: OrganisationId | null;
  /** False: something that they have was not asked for, so that nothing dangerous may be done before they show it. */
  readonly isConfirmed: boolean;
}

/** All that we ask of better-auth. None of its HTTP routes is mounted; users and sessions are made by us alone. */
export interface SessionLibrary {
  /** Undefined as well for somebody who is disabled. */
  find(headers: Headers): Promise<Session | undefined>;
  /** For whoever has shown who they are: nothing is checked here. On the caller's transaction, if there is one. */
  begin(
    session: NewSession & { nowMs: number },
    headers: Headers,
    queries?: Pick<Queries, 'sessions'>,
  ): Promise<{ setCookies: string[] }>;
  end(headers: Headers): Promise<{ setCookies: string[] }>;
}

export async function createSessionLibrary(deps: {
  store: Store;
  baseUrl: string;
  secret: string;
  cookie: CookieForm;
  log: Log;
}): Promise<SessionLibrary> {
  const options = describeOptions(deps);
  const adapter = hashSessionTokens(await getAdapter({ ...options, database: deps.store.pool }));
  const { api } = betterAuth({ ...options, database: () => adapter });
  const ownCookies = (headers: Headers) =>
    headers.getSetCookie().filter((line) => line.startsWith(`${deps.cookie.name}=`));

  return {
    async find(headers) {
      const found = await api.getSession({ headers: narrow(headers) }).catch(async (error: unknown) => {
        // It keeps to itself what failed. Where that is the database, this says so.
        await deps.store.ping();
        throw error;
      });
      if (found === null || found.user.disabledAt !== null) return undefined;
      return {
        sessionId: found.session.id,
        userId: found.user.id as UserId,
        email: found.user.email,
        name: found.user.name,
        createdAtMs: found.session.createdAt.getTime(),
        amr: readAmr(found.session.amr),
        confirmedAtMs: found.session.confirmedAt.getTime(),
        viaOrgId: (found.session.viaOrgId ?? null) as OrganisationId | null,
      };
    },
    async begin({ amr, isConfirmed, nowMs, userId, viaOrgId }, headers, queries = deps.store) {
      const token = randomBytes(TOKEN_BYTES).toString('base64url');
      await queries.sessions.createSession({
        id: randomToken(),
        tokenHash: hashSecret(token),
        userId,
        userAgent: narrow(headers).get('user-agent') ?? '',
        amr: writeAmr(amr),
        at: new Date(nowMs),
        expiresAt: new Date(nowMs + SESSION_SECONDS * 1000),
        viaOrgId,
        confirmedAt: new Date(isConfirmed ? nowMs : 0),
      });
      // As better-auth signs the cookies that it reads.
      const signature = createHmac('sha256', deps.secret).update(token).digest('base64');
      return { setCookies: [setCookieLine(deps.cookie, `${token}.${signature}`, SESSION_SECONDS)] };
    },
    async end(headers) {
      const ended = await api.signOut({ headers: narrow(headers), returnHeaders: true });
      return { setCookies: ownCookies(ended.headers) };
    },
  };
}

const TOKEN_BYTES = 24;
const USER_AGENT_CHARACTERS_MAX = 256;

/** It may see the cookie and the browser's name, and no header by which a caller could claim an address or an origin. */
function narrow(headers: Headers): Headers {
  return new Headers({
    cookie: headers.get('cookie') ?? '',
    'user-agent': (headers.get('user-agent') ?? '').slice(0, USER_AGENT_CHARACTERS_MAX),
  });
}

function describeOptions({
  baseUrl,
  secret,
  cookie,
  log,
}: {
  baseUrl: string;
  secret: string;
  cookie: CookieForm;
  log: Log;
}) {
  const times = { createdAt: 'created_at', updatedAt: 'updated_at' };
  return {
    appName: 'Latchkey',
    baseURL: baseUrl,
    // As a list, so that BETTER_AUTH_SECRETS in the environment cannot replace it.
    secrets: [{ version: 1, value: secret }],
    telemetry: { enabled: false },
    logger: {
      log: (level, message) =>
        level === 'error'
          ? log.error({ from: 'sessions' }, message)
          : log.debug({ from: 'sessions' }, message),
    },
    user: {
      modelName: 'users',
      fields: { ...times, emailVerified: 'email_verified' },
      additionalFields: {
        disabledAt: { type: 'date', required: false, input: false, fieldName: 'disabled_at' },
      },
    },
    session: {
      modelName: 'sessions',
      fields: {
        ...times,
        userId: 'user_id',
        ipAddress: 'ip_address',
        userAgent: 'user_agent',
        expiresAt: 'expires_at',
      },
      additionalFields: {
        amr: { type: 'string', required: true, input: false },
        confirmedAt: { type: 'date', required: true, input: false, fieldName: 'confirmed_at' },
        viaOrgId: { type: 'string', required: false, input: false, fieldName: 'via_org_id' },
      },
      expiresIn: SESSION_SECONDS,
      // Reading a session never writes: it ends when it was said to end.
      disableSessionRefresh: true,
    },
    account: {
      modelName: 'credentials',
      fields: {
        ...times,
        accountId: 'account_id',
        providerId: 'provider_id',
        userId: 'user_id',
        accessToken: 'access_token',
        refreshToken: 'refresh_token',
        idToken: 'id_token',
        accessTokenExpiresAt: 'access_token_expires_at',
        refreshTokenExpiresAt: 'refresh_token_expires_at',
      },
    },
    verification: { modelName: 'verifications', fields: { ...times, expiresAt: 'expires_at' } },
    advanced: {
      // It would rename `__Host-x` to `__Secure-__Host-x`: every attribute is given by hand instead.
      useSecureCookies: false,
      cookies: { session_token: { name: cookie.name, attributes: { ...cookie.attributes } } },
      ipAddress: { disableIpTracking: true },
      // A session and whose it is, in one way to the database.
      database: { joins: true },
    },
  } satisfies BetterAuthOptions;
}
