import type { Book } from '../book.ts';
import type { Answer, NoAnswer } from '../http/http.ts';
import { asString, asStrings, jsonObject } from '../http/json.ts';
import { describe } from '../text/describe.ts';
import type { Client, Walk } from '../walk.ts';

/** Where the browser is sent if nobody says otherwise; nothing has to listen there before a sign-in. */
export const LOOPBACK = 'http://127.0.0.1:33418/callback';

export interface Registered {
  readonly answer: Answer | NoAnswer;
  readonly client: Client | undefined;
}

/** One registration (RFC 7591 section 3.1), answered by 200 or 201 and a client id, or refused. */
export async function register(walk: Walk, body: Readonly<Record<string, unknown>>): Promise<Registered> {
  const answer = await walk.http.send({
    method: 'POST',
    url: walk.server?.register ?? '',
    headers: {
      accept: 'application/json',
      'content-type': 'application/json',
      'user-agent': walk.profile.userAgents.oauth,
    },
    body: JSON.stringify(body),
  });
  const said =
    answer.ok && (answer.status === 200 || answer.status === 201) ? jsonObject(answer.body) : undefined;
  const id = asString(said?.['client_id']);
  const secret = asString(said?.['client_secret']);
  walk.secrets.add(secret);
  walk.secrets.add(asString(said?.['registration_access_token']));
  if (id === undefined) return { answer, client: undefined };
  return {
    answer,
    client: {
      id,
      secret,
      method:
        asString(said?.['token_endpoint_auth_method']) ??
        (secret === undefined ? 'none' : 'client_secret_basic'),
      redirectUri: asStrings(body['redirect_uris'])?.[0] ?? '',
      how: 'registered',
    },
  };
}

/** The client that the doctor signs in with: the examined client's own body, with an address where we can listen. */
export async function registerOwn(walk: Walk, book: Book): Promise<Client | undefined> {
  const redirectUri = walk.approver?.redirectUri ?? LOOPBACK;
  // Whether its scope is taken is asked elsewhere.
  const { scope: _, ...body } = walk.profile.registrations.at(-1)?.body ?? {};
  const { answer, client } = await register(walk, {
    ...body,
    client_name: 'Latchkey doctor',
    redirect_uris: [redirectUri],
  });
  if (client !== undefined) return client;
  book.note('no-loopback', {
    seen: `a loopback return address cannot be registered (${describe(answer)}): the doctor cannot sign in by itself`,
  });
  return undefined;
}
