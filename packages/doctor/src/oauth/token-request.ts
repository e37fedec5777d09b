import { DISCOVERY_TIMEOUT_MS, REFRESH_TIMEOUT_MS, type Answer, type NoAnswer } from '../http/http.ts';
import { asString, jsonObject, type JsonObject } from '../http/json.ts';
import type { Client, Walk } from '../walk.ts';

export interface TokenAnswer {
  readonly answer: Answer | NoAnswer;
  /** The body, if it is a JSON object. */
  readonly body: JsonObject | undefined;
  readonly error: string | undefined;
}

/** A request to the token endpoint as the client sends it: form-encoded, authenticated as it was registered. */
export async function requestToken(
  walk: Walk,
  client: Client,
  form: Readonly<Record<string, string>>,
): Promise<TokenAnswer> {
  return post(walk, walk.server?.token, client, form, {
    timeoutMs: form['grant_type'] === 'refresh_token' ? REFRESH_TIMEOUT_MS : DISCOVERY_TIMEOUT_MS,
  });
}

/** RFC 7009. */
export function requestRevocation(walk: Walk, client: Client, token: string): Promise<TokenAnswer> {
  return post(walk, walk.server?.revoke, client, { token, token_type_hint: 'refresh_token' }, {});
}

async function post(
  walk: Walk,
  url: string | undefined,
  client: Client,
  form: Readonly<Record<string, string>>,
  { timeoutMs }: { timeoutMs?: number },
): Promise<TokenAnswer> {
  const basic = client.method === 'client_secret_basic' && client.secret !== undefined;
  const parameters = new URLSearchParams(form);
  const headers: Record<string, string> = {
    accept: 'application/json',
    'content-type': 'application/x-www-form-urlencoded',
    'user-agent': walk.profile.userAgents.oauth,
  };
  if (basic) {
    const pair = `${encodeURIComponent(client.id)}:${encodeURIComponent(client.secret ?? '')}`;
    headers['authorization'] = `Basic ${Buffer.from(pair).toString('base64')}`;
  } else {
    parameters.set('client_id', client.id);
    if (client.secret !== undefined) parameters.set('client_secret', client.secret);
  }
  const answer = await walk.http.send({
    method: 'POST',
    url: url ?? '',
    headers,
    body: parameters.toString(),
    fresh: true,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  const body = answer.ok ? jsonObject(answer.body) : undefined;
  // What it handed out is hidden from here on, whatever becomes of it.
  for (const name of ['access_token', 'refresh_token', 'id_token']) {
    walk.secrets.add(asString(body?.[name]));
  }
  return { answer, body, error: asString(body?.['error']) };
}
