import type { Book } from '../book.ts';
import { signIn, type Returned } from '../oauth/sign-in.ts';
import { clean, quoted } from '../text/clean.ts';
import type { Walk } from '../walk.ts';
import { noClient, type Check } from './check.ts';

export const d14: Check = {
  id: 'D14',
  stage: 'Authorization',
  title: 'The browser comes back with code, state and iss',
  blocked: (walk) =>
    noClient(walk) ??
    walk.tokenEndpointFault ??
    (walk.server?.token === undefined ? 'there is no token endpoint (D8)' : undefined) ??
    (walk.givenToken === undefined ? walk.notSignedIn : 'a token was given: nobody signs in') ??
    (walk.approver === undefined ? 'nobody was asked to sign in' : undefined),
  async run(walk, book) {
    const { client } = walk;
    if (client === undefined) return;
    const returned = await signIn(walk, client, 'connect');
    if (returned === undefined) {
      walk.notSignedIn = 'the browser did not come back from signing in';
      book.fail('never-came-back', {
        seen: 'the browser did not come back with an answer',
        why: 'Nobody agreed; or the page could not leave for the client (see form-action at D13).',
        userSees: 'People press Allow, and nothing happens.',
        fix: 'Sign in and press Allow; watch the browser’s console for Content-Security-Policy.',
        source: 'fastmcp#3369, metamcp#170',
      });
      return;
    }
    judge(walk, book, returned);
    // A code under another state may be somebody else's: no client redeems it.
    const own = returned.callback.searchParams.get('state') === returned.state;
    walk.signedIn = own ? returned.signedIn : undefined;
    if (walk.signedIn === undefined) walk.notSignedIn = 'the browser came back without a code of ours (D14)';
    book.pass('code and state');
  },
};

function judge(walk: Walk, book: Book, { callback, state, signedIn }: Returned): void {
  const userSees = walk.profile.words.authorization;
  const error = callback.searchParams.get('error');
  if (signedIn === undefined) {
    book.fail(error === null ? 'no-code' : 'error', {
      seen:
        error === null
          ? 'the address that the browser came back to has no code'
          : `error=${clean(error, 80)}`,
      why: 'The client has nothing to trade for a token.',
      userSees,
      fix:
        error === 'access_denied'
          ? 'Access was denied: agree, or see who may.'
          : 'Send the browser back with code and state in the query.',
      source: 'RFC 6749 section 4.1.2',
    });
  }
  if (callback.searchParams.get('state') !== state) {
    book.fail('state-changed', {
      seen: `state came back as ${quoted(callback.searchParams.get('state') ?? undefined)}`,
      why: 'Clients refuse an answer whose state is not the one that they sent.',
      userSees,
      fix: 'Return state as it came, byte by byte.',
      source: 'RFC 6749 section 4.1.2',
    });
  }
  const iss = callback.searchParams.get('iss');
  const promised = walk.server?.metadata['authorization_response_iss_parameter_supported'] === true;
  if (iss === null ? promised : iss !== walk.server?.issuer) {
    book.fail(iss === null ? 'iss-missing' : 'iss-differs', {
      seen: `iss came back as ${quoted(iss ?? undefined)}`,
      why: 'The metadata promises it, and clients refuse an answer without it, or with another one.',
      userSees,
      fix: `Return iss=${walk.server?.issuer ?? 'the issuer'} with every code and every error.`,
      source: 'RFC 9207 sections 2.3 and 2.4; openai/codex, its source',
    });
  }
}

/** A second and a third look, each with a sign-in of its own. */
export const d14Denied: Check = {
  id: 'D13',
  stage: 'Authorization',
  title: 'Denying is told to the client',
  blocked: (walk) =>
    d14.blocked?.(walk) ?? (walk.thorough ? undefined : 'it takes a sign-in of its own (--thorough)'),
  async run(walk, book) {
    const { client } = walk;
    if (client === undefined) return;
    const returned = await signIn(walk, client, 'deny');
    const parameters = returned?.callback.searchParams;
    if (parameters?.get('error') !== 'access_denied' || parameters.get('state') !== returned?.state) {
      book.warn('denial-not-told', {
        seen:
          parameters === undefined
            ? 'the browser did not come back'
            : `error=${clean(parameters.get('error') ?? 'nothing', 60)}, state ${parameters.get('state') === returned?.state ? 'unchanged' : 'changed'}`,
        why: 'The client waits for an answer that never comes, or cannot tell whose it is.',
        userSees: 'The client waits until it gives up.',
        fix: 'Send the browser back with error=access_denied, state and iss.',
        source: 'RFC 6749 section 4.1.2.1',
      });
      return;
    }
    book.pass('access_denied, with state');
  },
};
