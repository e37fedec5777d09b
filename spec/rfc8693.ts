import { may, must, should, type Standard } from './requirement.ts';
import { tokenExchange } from './tests.ts';

const TRADED = tokenExchange(
  'an allowed client trades a person’s token, called %s, for one of its own for the same person',
);
const WHO_MAY = tokenExchange(
  'a public client, a registered one, one that nobody allowed, and one of another organisation may not',
);
const MEANS_SOMETHING_ELSE = tokenExchange('with %s get invalid_request');
const NO_LIVE_TOKEN = tokenExchange(
  '50: nothing but a live access token: no refresh token, code, secret, client assertion or made-up text',
);
const WITHIN_SUBJECT = tokenExchange(
  '46: a resource at or below the subject’s is given, by resource or audience; no other is',
);
const CHAIN = tokenExchange('a chain names everybody who acted, the latest outermost, and has an end');

export const RFC8693: Standard = {
  id: 'RFC8693',
  title: 'RFC 8693: Token Exchange',
  url: 'https://www.rfc-editor.org/rfc/rfc8693',
  requirements: [
    must(
      'RFC8693-2.1-grant-type',
      '2.1',
      'The grant type of the exchange is served, for access tokens that are called that or a JWT.',
      TRADED,
    ),
    may(
      'RFC8693-2.1-client-allowed',
      '2.1',
      'Only clients that prove themselves and that an admin allowed it may exchange.',
      WHO_MAY,
      tokenExchange('nobody who knows the id but not the secret may'),
    ),
    must(
      'RFC8693-2.1-subject-required',
      '2.1',
      'A subject token and its type are required; types that we do not issue are refused.',
      MEANS_SOMETHING_ELSE,
    ),
    must(
      'RFC8693-2.1-actor-type-alone',
      '2.1',
      'The type of an actor token without an actor token is refused.',
      MEANS_SOMETHING_ELSE,
    ),
    may(
      'RFC8693-2.1-resource',
      '2.1',
      'A client may name the place, by resource or by audience, within that of the subject.',
      WITHIN_SUBJECT,
      tokenExchange('61: without a resource it is the subject’s'),
    ),
    may(
      'RFC8693-2.1-scope',
      '2.1',
      'A client may ask for less than the subject has, and gets no more.',
      tokenExchange('46: a read-only subject and the scope %s make %s'),
      tokenExchange('a full subject can be cut to read-only, and what was cut stays so'),
    ),
    must(
      'RFC8693-2.1-subject-validated',
      '2.1',
      'The subject token must be genuine, alive and of the type it is called.',
      NO_LIVE_TOKEN,
      tokenExchange('51: what our own key signed as %j is no access token, whatever it claims'),
      tokenExchange('a token with %s is refused'),
    ),
    must(
      'RFC8693-2.1-current',
      '2.1',
      'What was revoked, or has expired, buys nothing.',
      tokenExchange('54: what a client or a person revoked is refused: the token alone, or the whole grant'),
      tokenExchange('an expired one is refused, in its half minute of leeway too'),
    ),
    must(
      'RFC8693-2.2.1-members',
      '2.2.1',
      'The answer has the token, the type of what was issued, how it is used, its life and its scope.',
      TRADED,
    ),
    may('RFC8693-2.2.1-no-refresh-token', '2.2.1', 'An exchange gives no refresh token.', TRADED),
    must(
      'RFC8693-2.2.2-invalid-request',
      '2.2.2',
      'A subject token that is no good for whatever reason is invalid_request.',
      NO_LIVE_TOKEN,
    ),
    should(
      'RFC8693-2.2.2-invalid-target',
      '2.2.2',
      'A place that is not within the subject’s is invalid_target.',
      WITHIN_SUBJECT,
      tokenExchange('52: a token for /mcp can be narrowed to its own organisation and to no other'),
    ),
    must(
      'RFC8693-4.1-act',
      '4.1',
      'The token names who acts, in a member of its own, and the person stays the subject.',
      TRADED,
    ),
    may('RFC8693-4.1-chain', '4.1', 'Who acted before is nested inside, the latest outermost.', CHAIN),
    should(
      'RFC8693-5-no-escalation',
      '5',
      'An exchange adds neither access nor time, and ends with the grant that it came from.',
      tokenExchange('exchanging again never prolongs: each token ends with the first'),
      tokenExchange('54: ending the grant ends what was exchanged, on every node at once, chains included'),
      tokenExchange(
        '47: a removed member’s token is refused, and a lowered role cuts what is exchanged and what was',
      ),
    ),
  ],
};
