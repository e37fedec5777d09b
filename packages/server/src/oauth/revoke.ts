import type { Hono } from 'hono';
import type { Audit } from '../audit/audit.ts';
import type { Clients } from '../grants/clients.ts';
import type { RevokeToken } from '../grants/revoke-token.ts';
import type { Log } from '../kernel/log.ts';
import { readClientForm, refuseForm } from './client-form.ts';
import type { OAuthEnv } from './env.ts';
import { createPostEndpoint } from './post-endpoint.ts';

/** The revocation endpoint (RFC 7009). Answers 200 for tokens that mean nothing to us, or nothing to this client. */
export function createRevoke({
  clients,
  revokeToken,
  audit,
  log,
}: {
  clients: Clients;
  revokeToken: RevokeToken;
  audit: Audit;
  log: Log;
}): Hono<OAuthEnv> {
  // What was not stored was not revoked: the client must come again (RFC 7009 section 2.2.1).
  const app = createPostEndpoint({ log, failure: { status: 503, error: 'temporarily_unavailable' } });
  app.post('/', async (context) => {
    const form = await readClientForm(context, { clients, audit });
    if (!form.ok) return form.error;
    const { client, parameters } = form.value;
    const token = parameters.get('token');
    if (token === undefined) return refuseForm(context, 'token is missing');
    await revokeToken(token, client.id, context.get('requestId'));
    return context.body(null, 200);
  });
  return app;
}
