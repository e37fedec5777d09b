import type { Context, Hono } from 'hono';
import { z } from 'zod';
import type { AttemptTrace } from '../audit/attempts/trace.ts';
import type { Audit } from '../audit/audit.ts';
import type { Clients } from '../grants/clients.ts';
import { displayName } from '../kernel/display-name.ts';
import type { ClientId } from '../kernel/ids.ts';
import type { Log } from '../kernel/log.ts';
import type { AskedLimit } from '../limits/headers.ts';
import { FEATURES, isRegistrationAuthMethod, type RegistrationAuthMethod } from './features.ts';
import type { OAuthEnv } from './env.ts';
import { originOf } from './origin-of.ts';
import { createPostEndpoint } from './post-endpoint.ts';
import { sayLimit } from '../limits/say-limit.ts';
import { isUsableRedirectUri } from '../kernel/redirect-uri.ts';

/** For a registration from this address; `sharedEgress` is the listed network that it lies in, if it does. */
export type LimitRegistrations = (
  address: string,
  sharedEgress: string | undefined,
) => Promise<{
  readonly asked: AskedLimit;
  /** How many clients there may be that nobody approved. */
  readonly unconfirmedMax: number;
}>;

const FULL_RETRY_SECONDS = 60;
const REDIRECT_URIS_MAX = 10;
const NAME_CHARACTERS_MAX = 200;

// Unknown members, scopes and grant types are tolerated: real clients send them (RFC 7591 section 2).
const requestSchema = z.object({
  redirect_uris: z.array(z.unknown()).optional(),
  client_name: z.unknown().optional(),
  token_endpoint_auth_method: z.unknown().optional(),
});

/** Dynamic client registration (RFC 7591). Identical public metadata is one client, however often it is sent. */
export function createRegister({
  clients,
  audit,
  limitRegistrations,
  trace,
  log,
}: {
  clients: Clients;
  audit: Audit;
  limitRegistrations: LimitRegistrations;
  trace: AttemptTrace;
  log: Log;
}): Hono<OAuthEnv> {
  const app = createPostEndpoint({ log, failure: { status: 500, error: 'server_error' } });

  /** How a registration ended: with a client, or why not. */
  function note(
    context: Context<OAuthEnv>,
    ended: { clientId?: ClientId; clientName?: string; fault?: string },
  ): void {
    const origin = originOf(trace, context);
    trace.note({ by: 'client', step: 'registered', origin, at: undefined, ...ended });
  }

  app.post('/', async (context) => {
    const { asked, unconfirmedMax } = await limitRegistrations(
      context.get('address') ?? 'unknown',
      context.get('sharedEgress'),
    );
    if (!asked.decision.allowed) {
      note(context, { fault: 'temporarily_unavailable' });
      sayLimit(context, asked);
      return comeLater(context, asked.decision.retryAfterSeconds);
    }
    const request = requestSchema.safeParse(await context.req.json().catch(() => undefined));
    if (!request.success) note(context, { fault: 'invalid_client_metadata' });
    if (!request.success) return refuse(context, 'the body must be a JSON object with redirect_uris');

    const given = (request.data.redirect_uris ?? []).filter((uri) => typeof uri === 'string');
    const redirectUris = [...new Set(given)].filter(isUsableRedirectUri).slice(0, REDIRECT_URIS_MAX);
    if (redirectUris.length === 0) {
      note(context, { fault: 'invalid_redirect_uri' });
      const description = 'none of redirect_uris is https, a loopback http URI, or a known app scheme';
      return context.json({ error: 'invalid_redirect_uri', error_description: description }, 400);
    }
    const name = displayName(request.data.client_name, NAME_CHARACTERS_MAX) ?? 'Unnamed app';
    const authMethod = effectiveAuthMethod(request.data.token_endpoint_auth_method);
    const registered = await clients.register({ name, redirectUris, authMethod }, unconfirmedMax);
    if (registered === undefined) {
      note(context, { clientName: name, fault: 'temporarily_unavailable' });
      return comeLater(context, FULL_RETRY_SECONDS);
    }
    const { client, secret, isNew } = registered;
    note(context, { clientId: client.id, clientName: name });
    if (isNew) {
      audit.record({
        action: 'client.registered',
        actor: { kind: 'client', id: client.id },
        clientId: client.id,
        requestId: context.get('requestId'),
        outcome: 'ok',
      });
    }
    return context.json(
      {
        client_id: client.id,
        client_id_issued_at: Math.floor(client.createdAt.getTime() / 1000),
        ...(secret === undefined ? {} : { client_secret: secret, client_secret_expires_at: 0 }),
        client_name: name,
        redirect_uris: redirectUris,
        token_endpoint_auth_method: authMethod,
        grant_types: FEATURES.registrationGrantTypes,
        response_types: FEATURES.responseTypes,
        scope: FEATURES.scopes.join(' '),
      },
      201,
    );
  });
  return app;
}

function comeLater(context: Context, seconds: number) {
  context.header('Retry-After', String(seconds));
  return context.json({ error: 'temporarily_unavailable', error_description: 'too many registrations' }, 429);
}

/** What was asked for if we can do it; else a public client, and the answer says so (RFC 7591 section 3.2.1). */
function effectiveAuthMethod(asked: unknown): RegistrationAuthMethod {
  return typeof asked === 'string' && isRegistrationAuthMethod(asked) ? asked : 'none';
}

function refuse(context: Context, description: string) {
  return context.json({ error: 'invalid_client_metadata', error_description: description }, 400);
}
