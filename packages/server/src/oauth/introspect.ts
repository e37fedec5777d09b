import type { Hono } from 'hono';
import type { Audit } from '../audit/audit.ts';
import type { Clients } from '../grants/clients.ts';
import type { Introspect } from '../grants/introspect.ts';
import type { Log } from '../kernel/log.ts';
import { authenticateClient } from './client-authentication.ts';
import type { OAuthEnv } from './env.ts';
import { FEATURES } from './features.ts';
import { readForm } from './form-request.ts';
import { createPostEndpoint } from './post-endpoint.ts';
import { refuseClient } from './token/token.ts';

/** The introspection endpoint (RFC 7662): a confidential client asks about its own tokens, and learns of no others. */
export function createIntrospection({
  clients,
  introspect,
  audit,
  log,
}: {
  clients: Clients;
  introspect: Introspect;
  audit: Audit;
  log: Log;
}): Hono<OAuthEnv> {
  // Who cannot be told that a token lives must not take it for dead: 503, and it asks again.
  const app = createPostEndpoint({ log, failure: { status: 503, error: 'temporarily_unavailable' } });
  app.post('/', async (context) => {
    const form = await readForm(context);
    if (!form.ok) return context.json({ error: 'invalid_request', error_description: form.error }, 400);
    const client = await authenticateClient(clients, context.req.header('Authorization'), form.value);
    if (!client.ok) return refuseClient(context, client.error, audit);
    // A public client's id is known to everybody, so it proves nothing (RFC 7662 section 2.1).
    if (!FEATURES.confidentialAuthMethods.some((method) => method === client.value.authMethod)) {
      const description = 'only clients that prove themselves may ask';
      return refuseClient(context, { error: 'invalid_client', description, usedBasic: false }, audit);
    }
    const token = form.value.get('token');
    if (token === undefined)
      return context.json({ error: 'invalid_request', error_description: 'token is missing' }, 400);
    return context.json(await introspect(token, client.value.id));
  });
  return app;
}
