import { asString } from '../http/json.ts';
import { guarded } from '../mcp/rpc.ts';
import { codeForm, signIn } from '../oauth/sign-in.ts';
import { requestRevocation, requestToken } from '../oauth/token-request.ts';
import { describe } from '../text/describe.ts';
import { resourceOf } from '../walk.ts';
import { noGrant, noSignIn, type Check } from './check.ts';
import { d14 } from './d14-callback.ts';
import { refresh } from './d17-refresh.ts';

export const d18: Check = {
  id: 'D18',
  stage: 'Refresh and revocation',
  title: 'What is revoked is over',
  blocked: (walk) =>
    noSignIn(walk) ??
    noGrant(walk) ??
    (walk.grant?.client === undefined
      ? 'a token was given, which is not the doctor’s to revoke'
      : undefined) ??
    (walk.server?.revoke === undefined
      ? 'there is no revocation endpoint: revoke on the server’s own pages, then run with --token and see D16 fail'
      : undefined),
  async run(walk, book) {
    const { grant } = walk;
    if (grant?.client === undefined) return;
    const { accessToken, client, refreshToken } = grant;
    const { answer } = await requestRevocation(walk, client, refreshToken ?? accessToken);
    if (!answer.ok || answer.status !== 200) {
      book.warn('endpoint-answer', {
        seen: `revoking our own token: ${describe(answer)}`,
        why: 'A client that disconnects cannot end its access.',
        userSees: 'Disconnected in the app, still alive on the server.',
        fix: 'Answer 200 to every revocation of a client’s own token.',
        source: 'RFC 7009 section 2.2',
      });
      return;
    }
    if (refreshToken !== undefined) {
      const again = await refresh(walk, client, refreshToken);
      if (asString(again.body?.['access_token']) !== undefined) {
        book.fail('refresh-survives', {
          seen: 'the revoked refresh token was taken',
          why: 'Access that somebody ended goes on.',
          userSees: 'Disconnected, and still alive.',
          fix: 'Look up the grant at each refresh, and answer invalid_grant once it is revoked.',
          source: 'RFC 7009 section 2.1',
        });
      }
    }
    const call = await guarded(walk, accessToken);
    if (call.result !== undefined) {
      book.warn('access-survives', {
        seen: 'the access token works after its connection was revoked',
        why: 'It stays good until it expires.',
        userSees: 'Revoked, and still calling tools for a while.',
        fix: 'Look up revocation at each call, or keep access tokens short.',
        source: 'RFC 7009 section 2.1',
      });
    } else if (!call.answer.ok || (call.answer.status !== 401 && call.answer.status !== walk.bareStatus)) {
      book.fail('revoked-answer', {
        seen: `a call with the revoked token: ${describe(call.answer)}`,
        why: 'Only a 401 makes the client offer to connect again.',
        userSees: walk.profile.words.later,
        fix: 'Answer 401 with WWW-Authenticate: Bearer error="invalid_token", ….',
        source: 'RFC 6750 section 3.1',
      });
    }
    book.pass('refresh refused, call answered by 401');
  },
};

/** After all else: a conforming server ends the connection at the replay of its code. */
export const d14Replay: Check = {
  id: 'D14',
  stage: 'Refresh and revocation',
  title: 'A code is good once',
  blocked: (walk) => d14.blocked?.(walk) ?? (walk.signedIn === undefined ? 'there is no code' : undefined),
  async run(walk, book) {
    const { signedIn } = walk;
    if (signedIn === undefined) return;
    const { body } = await requestToken(walk, signedIn.client, codeForm(signedIn, resourceOf(walk)));
    if (asString(body?.['access_token']) !== undefined) {
      book.fail('code-replayed', {
        seen: 'the code was traded a second time',
        why: 'Codes pass through the browser, its history and logs: whoever finds one has access.',
        userSees: 'Nothing; it is an attack on the user.',
        fix: 'Mark a code as used in the statement that redeems it.',
        source: 'RFC 6749 section 4.1.2',
      });
    }
    book.pass('refused the second time');
  },
};

export const d15Verifier: Check = {
  id: 'D15',
  stage: 'Refresh and revocation',
  title: 'A code needs its verifier; shown twice, it ends what it gave',
  blocked: (walk) =>
    d14Replay.blocked?.(walk) ??
    (walk.thorough
      ? undefined
      : 'it takes a sign-in of its own, because it ends the connection (--thorough)'),
  async run(walk, book) {
    const { client } = walk;
    const signedIn = client && (await signIn(walk, client, 'replay'))?.signedIn;
    if (client === undefined || signedIn === undefined) {
      book.notRun('nobody signed in once more');
      return;
    }
    const resource = resourceOf(walk);
    const wrong = await requestToken(
      walk,
      client,
      codeForm({ ...signedIn, verifier: 'w'.repeat(43) }, resource),
    );
    if (asString(wrong.body?.['access_token']) !== undefined) {
      book.fail('pkce-not-checked', {
        seen: 'the code was traded with a wrong code_verifier',
        why: 'A stolen code is good for whoever has it.',
        userSees: 'Nothing; it is an attack on the user.',
        fix: 'Compare the verifier’s SHA-256 with the challenge, and answer invalid_grant.',
        source: 'RFC 7636 section 4.6',
      });
      return;
    }
    const right = await requestToken(walk, client, codeForm(signedIn, resource));
    const token = asString(right.body?.['access_token']);
    if (token === undefined) {
      book.note('burnt', {
        seen: 'a code is used up by a wrong verifier: whether a replay ends what it gave was not looked at',
      });
      return;
    }
    const replay = await requestToken(walk, client, codeForm(signedIn, resource));
    if (asString(replay.body?.['access_token']) !== undefined) {
      // Said above already, of the first code.
      return;
    }
    const { result } = await guarded(walk, token);
    if (result !== undefined) {
      book.warn('replay-keeps-tokens', {
        seen: 'a code was shown twice, and the tokens of the first time go on',
        why: 'One of the two was a thief, and may have been the first.',
        userSees: 'Nothing; it is an attack on the user.',
        fix: 'End what a code gave when it is shown again.',
        source: 'RFC 6749 section 4.1.2',
      });
      if (walk.server?.revoke !== undefined) {
        await requestRevocation(walk, client, asString(right.body?.['refresh_token']) ?? token);
      }
      return;
    }
    book.pass('a wrong verifier is refused; a replay ends what the code gave');
  },
};
