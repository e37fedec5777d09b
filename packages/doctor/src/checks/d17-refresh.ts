import type { Book } from '../book.ts';
import { asString } from '../http/json.ts';
import { codeForm, signIn } from '../oauth/sign-in.ts';
import { requestRevocation, requestToken, type TokenAnswer } from '../oauth/token-request.ts';
import { describe } from '../text/describe.ts';
import { resourceOf, type Client, type Walk } from '../walk.ts';
import { noClient, noGrant, noSignIn, type Check } from './check.ts';
import { d14 } from './d14-callback.ts';

const SOURCE = 'Anthropic, connector documentation; RFC 6749 section 6; RFC 9700 section 4.14';

/** What can be seen without a token. */
export const d17Dead: Check = {
  id: 'D17',
  stage: 'Token',
  title: 'A dead refresh token is refused with invalid_grant',
  blocked: (walk) =>
    noClient(walk) ??
    walk.tokenEndpointFault ??
    (walk.server?.token === undefined ? 'there is no token endpoint (D8)' : undefined),
  async run(walk, book) {
    const { client } = walk;
    if (client === undefined) return;
    const { answer, error } = await refresh(walk, client, 'no-such-refresh-token-of-the-doctor');
    // What is no JSON was said at D15.
    if (answer.ok && error === undefined && answer.status < 500) {
      book.notRun('the answer is no JSON error (D15)');
      return;
    }
    if (error === 'invalid_grant' && answer.ok && answer.status === 400) {
      book.pass('400 invalid_grant');
      return;
    }
    book.fail('dead-token-answer', {
      seen: `a refresh token that never was: ${describe(answer)}`,
      why: 'Only 400 invalid_grant tells a client to have its user sign in again; after anything else it tries the dead token again and again.',
      userSees: walk.profile.words.later,
      fix: 'Answer 400 {"error": "invalid_grant"}.',
      source: SOURCE,
    });
  },
};

export const d17: Check = {
  id: 'D17',
  stage: 'Refresh and revocation',
  title: 'Refreshing works, twice at once too',
  blocked: (walk) =>
    noSignIn(walk) ??
    noGrant(walk) ??
    (walk.grant?.client === undefined ? 'a token was given: nothing to refresh it with' : undefined) ??
    (walk.grant?.refreshToken === undefined ? 'there is no refresh token (D15)' : undefined),
  async run(walk, book) {
    const { grant } = walk;
    if (grant?.client === undefined || grant.refreshToken === undefined) return;
    const { client } = grant;
    let current = grant.refreshToken;
    const keep = ({ body }: TokenAnswer): void => {
      const accessToken = asString(body?.['access_token']);
      current = asString(body?.['refresh_token']) ?? current;
      if (accessToken !== undefined) walk.grant = { ...grant, accessToken, refreshToken: current };
    };
    const first = await refresh(walk, client, current, { resource: resourceOf(walk) });
    if (asString(first.body?.['access_token']) === undefined) {
      book.fail('refused', {
        seen: `the first refresh: ${describe(first.answer)}`,
        why: 'The connection ends when its first access token does.',
        userSees: walk.profile.words.later,
        fix: 'Take the refresh token that was issued with the code, with and without resource.',
        source: SOURCE,
      });
      return;
    }
    const rotated = asString(first.body?.['refresh_token']);
    if (rotated === undefined || rotated === current) {
      book.add(client.method === 'none' ? 'warn' : 'note', 'not-rotated', {
        seen: 'the refresh token stays the same',
        why: 'One that was stolen from a public client is good for as long as the connection, unnoticed.',
        userSees: 'Nothing.',
        fix: 'Answer each refresh with a new refresh token, and refuse the old one after a short grace.',
        source: 'RFC 9700 section 4.14.2',
      });
    }
    keep(first);
    const both = await Promise.all(
      [1, 2].map(() => refresh(walk, client, current, { resource: resourceOf(walk) })),
    );
    const worked = both.filter(({ body }) => asString(body?.['access_token']) !== undefined);
    if (worked.length < both.length) parallelRefused(walk, book, both);
    const winner = worked.at(-1);
    if (winner !== undefined) keep(winner);
    const after = await refresh(walk, client, current);
    if (asString(after.body?.['access_token']) === undefined) {
      const bothWorked = worked.length === both.length;
      book.add(bothWorked ? 'warn' : 'fail', bothWorked ? 'no-resource-refused' : 'parallel-kills', {
        seen: `${bothWorked ? 'without resource' : 'the token that one of two refreshes at once got'}: ${describe(after.answer)}`,
        why: bothWorked
          ? 'Not every client names the resource when it refreshes.'
          : 'A client that refreshes twice at once is logged out for it.',
        userSees: walk.profile.words.later,
        fix: bothWorked
          ? 'Without resource, take the one of the grant.'
          : 'For 30 to 60 seconds answer the same refresh token with the same successor.',
        source: `claude-code#74250, #84440, #85236; ${SOURCE}`,
      });
    }
    keep(after);
    book.pass('rotated, and two at once both went on');
  },
};

export function refresh(
  walk: Walk,
  client: Client,
  refreshToken: string,
  more: Readonly<Record<string, string>> = {},
): Promise<TokenAnswer> {
  return requestToken(walk, client, { grant_type: 'refresh_token', refresh_token: refreshToken, ...more });
}

function parallelRefused(walk: Walk, book: Book, answers: readonly TokenAnswer[]): void {
  book.add(walk.profile.name === 'claude-code' ? 'fail' : 'warn', 'parallel-refused', {
    seen: `two refreshes at once: ${answers.map(({ answer }) => describe(answer)).join(' and ')}`,
    why: 'Several instances of a client share one refresh token and refresh at the same moment; an answer can also be lost.',
    userSees: walk.profile.words.later,
    fix: 'For 30 to 60 seconds answer the same refresh token with the same successor.',
    source: `claude-code#74250, #84440, #85236, #91641; fastmcp#4901; ${SOURCE}`,
  });
}

/** A used refresh token is shown again, after its successor was used: a thief's. */
export const d17Reuse: Check = {
  id: 'D17',
  stage: 'Refresh and revocation',
  title: 'A refresh token that was used up ends the connection',
  blocked: (walk) =>
    d14.blocked?.(walk) ??
    (walk.thorough
      ? undefined
      : 'it takes a sign-in of its own, because it ends the connection (--thorough)'),
  async run(walk, book) {
    const { client } = walk;
    const signedIn = client && (await signIn(walk, client, 'reuse'))?.signedIn;
    if (client === undefined || signedIn === undefined) {
      book.notRun('nobody signed in once more');
      return;
    }
    const { body } = await requestToken(walk, client, codeForm(signedIn, resourceOf(walk)));
    const first = asString(body?.['refresh_token']);
    const second = first && asString((await refresh(walk, client, first)).body?.['refresh_token']);
    const third = second && asString((await refresh(walk, client, second)).body?.['refresh_token']);
    if (!first || !second || !third || first === second) {
      book.notRun('refresh tokens are not rotated');
      return;
    }
    const again = await refresh(walk, client, first);
    if (asString(again.body?.['access_token']) !== undefined) {
      book.warn('reuse-taken', {
        seen: 'a refresh token two generations old was taken once more',
        why: 'One that was stolen is as good as the right one, unnoticed.',
        userSees: 'Nothing; it is an attack on the user.',
        fix: 'Refuse a used refresh token after a short grace, and end the connection.',
        source: 'RFC 9700 section 4.14.2',
      });
    } else {
      const survivor = await refresh(walk, client, third);
      if (asString(survivor.body?.['access_token']) === undefined) {
        book.pass('refused, and the connection ended');
        return;
      }
      book.warn('family-survives', {
        seen: 'a used refresh token was refused, and the connection goes on',
        why: 'Either the thief or the user holds the newest token; nobody knows which.',
        userSees: 'Nothing; it is an attack on the user.',
        fix: 'End the connection with all its tokens when a used refresh token is shown.',
        source: 'RFC 9700 section 4.14.2',
      });
    }
    if (walk.server?.revoke !== undefined) await requestRevocation(walk, client, third);
  },
};
