import type { Context } from 'hono';
import type { Audit } from '../audit/audit.ts';
import type { Client, Clients } from '../grants/clients.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { authenticateClient, type ClientFault } from './client-authentication.ts';
import type { OAuthEnv } from './env.ts';
import { readForm } from './form-request.ts';
import type { Parameters } from './parameters.ts';
import { refuseClient } from './refuse-client.ts';

/** The form that an authenticated client posted about a token of its own; else the refusal to answer with. */
export async function readClientForm(
  context: Context<OAuthEnv>,
  { clients, audit }: { clients: Clients; audit: Audit },
): Promise<Result<{ client: Client; parameters: Parameters }, Response>> {
  const form = await readForm(context);
  if (!form.ok) return fail(refuseForm(context, form.error));
  const client = await authenticateClient(clients, context.req.header('Authorization'), form.value);
  if (!client.ok) return fail(sendClientRefusal(context, client.error, audit));
  return ok({ client: client.value, parameters: form.value });
}

export function refuseForm(context: Context<OAuthEnv>, description: string): Response {
  return context.json({ error: 'invalid_request', error_description: description }, 400);
}

export function sendClientRefusal(context: Context<OAuthEnv>, fault: ClientFault, audit: Audit): Response {
  const { status, headers, body } = refuseClient(
    fault,
    { requestId: context.get('requestId'), address: context.get('address') ?? 'unknown' },
    audit,
  );
  return context.json(body, status, headers);
}
