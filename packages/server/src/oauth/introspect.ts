import type { Hono } from 'hono';
import type { Audit } from '../audit/audit.ts';
import type { Clients } from '../grants/clients.ts';
import type { Introspect } from '../grants/introspect.ts';
import type { Log } from '../kernel/log.ts';
import { readClientForm, refuseForm, sendClientRefusal } from './client-form.ts';
import type { OAuthEnv } from './env.ts';
import { FEATURES } from './features.ts';
import { createPostEndpoint } from './post-endpoint.ts';

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
    const form = await readClientForm(context, { clients, audit });
    if (!form.ok) return form.error;
    const { client, parameters } = form.value;
    // A public client's id is known to everybody, so it proves nothing (RFC 7662 section 2.1).
    if (!FEATURES.confidentialAuthMethods.some((method) => method === client.authMethod)) {
      const description = 'only clients that prove themselves may ask';
      return sendClientRefusal(context, { error: 'invalid_client', description, usedBasic: false }, audit);
    }
    const token = parameters.get('token');
    if (token === undefined) return refuseForm(context, 'token is missing');
    return context.json(await introspect(token, client.id));
  });
  return app;
}
