import type { Book } from '../book.ts';
import { CLIENTS } from '../clients/clients.ts';
import type { ClientProfile, Registration } from '../clients/profile.ts';
import { asStrings, jsonObject } from '../http/json.ts';
import { register, registerOwn } from '../oauth/register.ts';
import { describe } from '../text/describe.ts';
import type { Walk } from '../walk.ts';
import { noServer, type Check } from './check.ts';

const SOURCE = 'RFC 7591 section 3.2; Anthropic, connector documentation';
const MANY = 20;

/** Known to be sent by nobody in `CLIENTS`, and to be refused by some servers. */
const INSPECTOR: Registration = {
  label: 'with an empty scope',
  body: {
    client_name: 'MCP Inspector',
    redirect_uris: ['http://localhost:6274/oauth/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    application_type: 'native',
    scope: '',
  },
};

export const d11: Check = {
  id: 'D11',
  stage: 'Registration',
  title: 'Clients can register, with the bodies that they send',
  blocked: (walk) =>
    noServer(walk) ?? (walk.server?.register === undefined ? 'there is no registration endpoint' : undefined),
  async run(walk, book) {
    const others = Object.values(CLIENTS).filter(({ name }) => name !== walk.profile.name);
    let worked = true;
    for (const registration of walk.profile.registrations) {
      worked = (await judge(walk, book, walk.profile.label, registration, 'fail')) && worked;
    }
    // Claude was seen to register twice within a second, from two addresses.
    const [again] = walk.profile.registrations;
    if (worked && again !== undefined)
      await judge(walk, book, `${walk.profile.label}, once more at once`, again, 'fail');
    for (const other of [...others.map(first), { label: 'Inspector', registration: INSPECTOR }]) {
      if (other !== undefined) await judge(walk, book, other.label, other.registration, 'warn');
    }
    await malformed(walk, book);
    if (walk.thorough && worked) await many(walk, book);
    walk.client ??= await registerOwn(walk, book);
    book.pass(`${walk.profile.label} and ${others.map(({ label }) => label).join(', ')}`);
  },
};

function first({
  label,
  registrations,
}: ClientProfile): { label: string; registration: Registration } | undefined {
  const [registration] = registrations;
  return registration && { label, registration };
}

async function judge(
  walk: Walk,
  book: Book,
  label: string,
  { body, label: how }: Registration,
  severity: 'fail' | 'warn',
): Promise<boolean> {
  const { answer, client } = await register(walk, body);
  const userSees = walk.profile.words.registration;
  if (client === undefined) {
    const limited = answer.ok && answer.status === 429;
    const broken = answer.ok && jsonObject(answer.body) === undefined;
    book.add(severity, limited ? 'limited' : broken ? 'answer-not-json' : 'refused', {
      seen: `${label} (${how}): ${describe(answer)}`,
      why: limited
        ? 'Everybody at a hosted client comes from the same few addresses: a limit for one address locks all of them out.'
        : 'Each fresh connection registers a new client, with scopes, methods and fields that the server may not know.',
      userSees,
      fix: limited
        ? 'Count registrations of known shared networks apart, and let at least twenty a minute pass.'
        : 'Ignore what you do not know, use a default for the rest, keep the return addresses that you accept, and answer 201 with JSON that says what is in effect.',
      source: `claude-ai-mcp#158, #768, #1043; bytebase#20510; ${SOURCE}`,
    });
    return false;
  }
  const wanted = asStrings(body['redirect_uris']) ?? [];
  const kept = asStrings(jsonObject(answer.ok ? answer.body : '')?.['redirect_uris']);
  const usable = kept === undefined || wanted.some((uri) => kept.includes(uri));
  if (!usable) {
    book.add(severity, 'addresses-dropped', {
      seen: `${label} (${how}): none of its return addresses was kept`,
      why: 'The code would be sent nowhere: the authorization endpoint refuses the address.',
      userSees,
      fix: 'Keep the return addresses of the request that you accept, and refuse the request if there is none.',
      source: SOURCE,
    });
    return false;
  }
  const grants = asStrings(jsonObject(answer.ok ? answer.body : '')?.['grant_types']);
  if (grants?.includes('refresh_token') === false) {
    book.add(label === 'ChatGPT' ? severity : 'warn', 'no-refresh-grant', {
      seen: `${label} (${how}): registered without the grant refresh_token`,
      why: 'ChatGPT refuses such an answer; others are cut off when the access token ends.',
      userSees: walk.profile.words.later,
      fix: 'Register refresh_token where it was asked for, and issue refresh tokens.',
      source: 'clerk/mcp-tools#19',
    });
  }
  if (client.method !== 'none' && client.secret === undefined) {
    book.add(severity, 'no-secret', {
      seen: `${label} (${how}): registered for ${client.method}, without a secret`,
      why: 'The client cannot authenticate at the token endpoint with what it was given.',
      userSees: walk.profile.words.authorization,
      fix: 'Answer with the method that is in effect, and with client_secret if it takes one.',
      source: 'RFC 7591 section 3.2.1',
    });
  }
  return true;
}

async function malformed(walk: Walk, book: Book): Promise<void> {
  const answer = await walk.http.send({
    method: 'POST',
    url: walk.server?.register ?? '',
    headers: { 'content-type': 'application/json', 'user-agent': walk.profile.userAgents.oauth },
    body: '{"redirect_uris": 7',
  });
  if (answer.ok && answer.status >= 400 && answer.status < 500 && jsonObject(answer.body) !== undefined)
    return;
  book.warn('malformed-answer', {
    seen: `a broken body: ${describe(answer)}`,
    why: 'Clients read why they were refused from a JSON answer with 400; anything else they report as a fault of the server.',
    userSees: walk.profile.words.registration,
    fix: 'Answer 400 with {"error": "invalid_client_metadata", "error_description": "…"}.',
    source: 'RFC 7591 section 3.2.2',
  });
}

async function many(walk: Walk, book: Book): Promise<void> {
  const body = walk.profile.registrations.at(-1)?.body ?? {};
  for (let count = 1; count <= MANY; count += 1) {
    const { answer, client } = await register(walk, body);
    if (client !== undefined) continue;
    book.warn('limited-many', {
      seen: `registration ${count} of ${MANY} from this address: ${describe(answer)}`,
      why: 'Everybody at a hosted client comes from the same few addresses.',
      userSees: walk.profile.words.registration,
      fix: 'Count registrations of known shared networks apart.',
      source: 'claude-ai-mcp#768',
    });
    return;
  }
}
