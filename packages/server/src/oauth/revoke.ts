import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import type { Audit } from '../audit/audit.ts';
import type { Clients } from '../grants/clients.ts';
import type { RevokeToken } from '../grants/revoke-token.ts';
import { authenticateClient } from './client-authentication.ts';
import type { OAuthEnv } from './env.ts';
import { FORM_BYTES_MAX, readForm } from './form-request.ts';
import { refuseClient } from './token/token.ts';

/** The revocation endpoint (RFC 7009). Answers 200 for tokens that mean nothing to us, or nothing to this client. */
export function createRevoke({
  clients,
  revokeToken,
  audit,
}: {
  clients: Clients;
  revokeToken: RevokeToken;
  audit: Audit;
}): Hono<OAuthEnv> {
  const app = new Hono<OAuthEnv>();
  app.use(cors({ origin: '*', allowMethods: ['POST'], allowHeaders: ['Authorization', 'Content-Type'] }));
  app.use(bodyLimit({ maxSize: FORM_BYTES_MAX }));
  app.post('/', async (context) => {
    const form = await readForm(context);
    if (!form.ok) return context.json({ error: 'invalid_request', error_description: form.error }, 400);
    const client = await authenticateClient(clients, context.req.header('Authorization'), form.value);
    if (!client.ok) return refuseClient(context, client.error, audit);
    const token = form.value.get('token');
    if (token === undefined)
      return context.json({ error: 'invalid_request', error_description: 'token is missing' }, 400);
    await revokeToken(token, client.value.id, context.get('requestId'));
    context.header('Cache-Control', 'no-store');
    return context.body(null, 200);
  });
  return app;
}
