import type { Book } from '../book.ts';
import { asString } from '../http/json.ts';
import { codeForm } from '../oauth/sign-in.ts';
import { requestToken, type TokenAnswer } from '../oauth/token-request.ts';
import { clean, quoted } from '../text/clean.ts';
import { describe } from '../text/describe.ts';
import { resourceOf, type Client, type Walk } from '../walk.ts';
import { noClient, type Check } from './check.ts';

const SLOW_MS = 2_000;
const LIFETIME_MIN_S = 300;

/** What can be seen of the token endpoint without a code. */
export const d15Errors: Check = {
  id: 'D15',
  stage: 'Token',
  title: 'The token endpoint takes a form, and refuses in JSON with the right words',
  blocked: (walk) =>
    noClient(walk) ?? (walk.server?.token === undefined ? 'there is no token endpoint (D8)' : undefined),
  async run(walk, book) {
    const { client } = walk;
    if (client === undefined) return;
    const form = codeForm(
      { client, code: 'no-such-code-of-the-doctor', verifier: 'v'.repeat(43) },
      resourceOf(walk),
    );
    const wrong = await requestToken(walk, client, form);
    if (!judgeRefusal(walk, book, 'a code that never was', wrong)) return;
    if (wrong.error !== 'invalid_grant') {
      book.warn('bad-code-answer', {
        seen: `a code that never was: ${describe(wrong.answer)}`,
        why: 'Clients decide by the word: invalid_grant means sign in again, invalid_client means register again.',
        userSees: walk.profile.words.authorization,
        fix: 'Answer 400 {"error": "invalid_grant"}.',
        source: 'RFC 6749 section 5.2',
      });
    }
    const stranger: Client = {
      ...client,
      id: 'no-such-client-of-the-doctor',
      secret: undefined,
      method: 'none',
    };
    const unknown = await requestToken(walk, stranger, form);
    if (!judgeRefusal(walk, book, 'an unknown client', unknown)) return;
    if (unknown.error !== 'invalid_client' || (unknown.answer.ok && unknown.answer.status !== 401)) {
      book.warn('unknown-client-answer', {
        seen: `an unknown client: ${describe(unknown.answer)}`,
        why: 'Only 401 invalid_client makes Claude register again; after a clean-up of old clients people are locked out otherwise.',
        userSees: walk.profile.words.later,
        fix: 'Answer 401 {"error": "invalid_client"} to a client id that you do not know.',
        source: 'Anthropic, connector documentation; RFC 6749 section 5.2',
      });
    }
    book.pass('invalid_grant and invalid_client');
  },
};

function judgeRefusal(walk: Walk, book: Book, how: string, { answer, body, error }: TokenAnswer): boolean {
  const userSees = walk.profile.words.authorization;
  if (!answer.ok || answer.status >= 500) {
    walk.tokenEndpointFault = 'the token endpoint fails (D15)';
    book.fail('endpoint-fails', {
      seen: `${how}: ${describe(answer)}`,
      why: 'The client takes it for an outage, and tries again or gives up.',
      userSees,
      fix: 'Answer 400 with a JSON error.',
      source: 'RFC 6749 section 5.2',
    });
    return false;
  }
  if (answer.status === 415) {
    walk.tokenEndpointFault = 'the token endpoint takes no form (D15)';
    book.fail('form-refused', {
      seen: `a form-encoded body: ${describe(answer)}`,
      why: 'Every client sends application/x-www-form-urlencoded, as the standard says.',
      userSees,
      fix: 'Read the form encoding at the token endpoint.',
      source: 'RFC 6749 section 4.1.3; Anthropic, connector documentation',
    });
    return false;
  }
  if (answer.status < 300 && asString(body?.['access_token']) !== undefined) {
    book.fail('anything-redeemed', {
      seen: `${how}: ${answer.status}, with a token`,
      why: 'Anybody gets a token without having signed in.',
      userSees: 'Nothing; it is an attack on the user.',
      fix: 'Redeem only codes that you issued, to the client that they were issued to.',
      source: 'RFC 6749 section 4.1.3',
    });
    return false;
  }
  if (error === undefined) {
    book.fail('error-not-json', {
      seen: `${how}: ${describe(answer)}`,
      why: 'The client reads "error" from a JSON body; without it, it does not know what to do next.',
      userSees,
      fix: 'Answer {"error": "…"} as application/json.',
      source: 'claude-ai-mcp#134; RFC 6749 section 5.2',
    });
    return false;
  }
  return true;
}

/** The code is traded. */
export const d15: Check = {
  id: 'D15',
  stage: 'Token',
  title: 'The code is traded for tokens that last',
  blocked: (walk) =>
    noClient(walk) ??
    (walk.givenToken === undefined ? undefined : 'a token was given: nobody signs in') ??
    (walk.signedIn === undefined ? (walk.notSignedIn ?? 'nobody was asked to sign in') : undefined),
  async run(walk, book) {
    const { signedIn } = walk;
    if (signedIn === undefined) return;
    const { answer, body } = await requestToken(walk, signedIn.client, codeForm(signedIn, resourceOf(walk)));
    const accessToken = asString(body?.['access_token']);
    if (accessToken === undefined) {
      walk.notSignedIn = 'the code could not be traded for a token (D15)';
      book.fail('not-redeemed', {
        seen: describe(answer),
        why: 'A good code, with its verifier, return address and resource, was refused, or the answer has no access_token.',
        userSees: walk.profile.words.authorization,
        fix: 'See the server’s log for this request; compare redirect_uri, code_verifier and resource with those of the authorization request.',
        source: 'RFC 6749 section 5.1',
      });
      return;
    }
    const refreshToken = asString(body?.['refresh_token']);
    walk.grant = { accessToken, refreshToken, client: signedIn.client, session: undefined };
    judgeTokens(walk, book, body ?? {});
    if (answer.ok) {
      if (!/no-store/.test(answer.header('cache-control') ?? '')) {
        book.warn('no-store', {
          seen: `Cache-Control: ${clean(answer.header('cache-control') ?? 'none')}`,
          why: 'What lies between may keep the tokens.',
          userSees: 'Nothing.',
          fix: 'Cache-Control: no-store',
          source: 'RFC 6749 section 5.1',
        });
      }
      if (answer.ms > SLOW_MS * walk.patience) {
        book.warn('slow', {
          seen: `${answer.ms} ms`,
          why: 'Claude waits ten seconds; a cold start on top of this is too much.',
          userSees: walk.profile.words.authorization,
          fix: 'Find out what takes so long; keep an instance warm.',
          source: 'Anthropic, connector documentation',
        });
      }
    }
    book.pass(`a token for ${JSON.stringify(body?.['expires_in'] ?? 'ever')} s, with a refresh token`);
  },
};

function judgeTokens(walk: Walk, book: Book, body: Readonly<Record<string, unknown>>): void {
  const type = asString(body['token_type']);
  if (type?.toLowerCase() !== 'bearer') {
    book.fail('not-bearer', {
      seen: `token_type is ${quoted(type)}`,
      why: 'Clients must not use a token of a type that they do not know.',
      userSees: walk.profile.words.authorization,
      fix: '"token_type": "Bearer"',
      source: 'RFC 6749 sections 5.1 and 7.1',
    });
  }
  const lifetime = body['expires_in'];
  if (lifetime !== undefined && typeof lifetime !== 'number') {
    book.warn('lifetime-not-a-number', {
      seen: `expires_in is ${quoted(JSON.stringify(lifetime))}, no number`,
      why: 'Clients that check types refuse the answer.',
      userSees: walk.profile.words.authorization,
      fix: '"expires_in": 3600',
      source: 'RFC 6749 section 5.1',
    });
  } else if (lifetime !== undefined && lifetime <= LIFETIME_MIN_S) {
    book.fail('short-lived', {
      seen: `expires_in is ${lifetime}`,
      why: 'Claude refreshes up to five minutes before the end: such a token is always about to end, and refreshes are not always tried while a conversation runs.',
      userSees: walk.profile.words.later,
      fix: 'An hour or more.',
      source: 'Anthropic, connector documentation; claude-ai-mcp#228',
    });
  }
  if (asString(body['refresh_token']) === undefined) {
    book.add(lifetime === undefined ? 'warn' : 'fail', 'no-refresh-token', {
      seen: `no refresh_token${lifetime === undefined ? ', and no end either' : ''}`,
      why:
        lifetime === undefined
          ? 'A connector whose tokens never end had to add one before Claude kept the connection.'
          : 'The connection ends when the access token does.',
      userSees: walk.profile.words.later,
      fix: 'Issue a refresh token with every code, offline_access or not.',
      source: 'todoist-mcp#323; claude-ai-mcp#228, #840',
    });
  }
  if (body['scope'] === undefined)
    book.note('no-scope', { seen: 'the answer does not say which scope was granted' });
}
