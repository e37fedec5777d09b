import type { Hono } from 'hono';
import type { Audit } from '../audit/audit.ts';
import type { Clients } from '../grants/clients.ts';
import type { RevokeToken } from '../grants/revoke-token.ts';
import type { Log } from '../kernel/log.ts';
import { authenticateClient } from './client-authentication.ts';
import type { OAuthEnv } from './env.ts';
import { readForm } from './form-request.ts';
import { createPostEndpoint } from './post-endpoint.ts';
import { refuseClient } from './token/token.ts';

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
    const form = await readForm(context);
    if (!form.ok) return context.json({ error: 'invalid_request', error_description: form.error }, 400);
    const client = await authenticateClient(clients, context.req.header('Authorization'), form.value);
    if (!client.ok) return refuseClient(context, client.error, audit);
    const token = form.value.get('token');
    if (token === undefined)
      return context.json({ error: 'invalid_request', error_description: 'token is missing' }, 400);
    await revokeToken(token, client.value.id, context.get('requestId'));
    return context.body(null, 200);
  });
  return app;
}
