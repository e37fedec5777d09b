import { may, must, should, type Standard } from './requirement.ts';
import { answers, introspection, tokenExchange } from './tests.ts';

const OWN_TOKENS = introspection('tells a client of its own tokens in %s mode');
const NOT_ITS_TOKENS = introspection(
  '63: says of another client’s token in %s mode exactly what it says of none',
);
const MUST_PROVE_ITSELF = introspection('is refused to public clients and to who does not prove itself');

export const RFC7662: Standard = {
  id: 'RFC7662',
  title: 'RFC 7662: Token Introspection',
  url: 'https://www.rfc-editor.org/rfc/rfc7662',
  requirements: [
    must(
      'RFC7662-2.1-post',
      '2.1',
      'The endpoint takes POST alone.',
      answers('%s takes no token from a URL'),
    ),
    must(
      'RFC7662-2.1-authenticated',
      '2.1',
      'Nobody asks about tokens without proving who they are.',
      MUST_PROVE_ITSELF,
    ),
    may(
      'RFC7662-2.1-hint',
      '2.1',
      'A hint about the kind of a token misleads nobody.',
      answers(
        'a hint about the kind of a token does not mislead introspection, and no token at all is an error',
      ),
    ),
    must(
      'RFC7662-2.1-token-required',
      '2.1',
      'A request without a token is an error.',
      answers(
        'a hint about the kind of a token does not mislead introspection, and no token at all is an error',
      ),
    ),
    must(
      'RFC7662-2.2-active',
      '2.2',
      'The answer is JSON that says whether the token is active.',
      OWN_TOKENS,
    ),
    should(
      'RFC7662-2.2-inactive-says-nothing',
      '2.2',
      'Of a token that is not active, or not the asker’s, nothing but that is said.',
      NOT_ITS_TOKENS,
      introspection('63: says nothing of a key that was made by hand'),
    ),
    must(
      'RFC7662-2.2-live-state',
      '2.2',
      'Active means usable now: not expired, not revoked, its holder still there.',
      introspection('is live: once %s, no token is active, whatever its expiry'),
      introspection(
        'is live: a used refresh token and a single revoked access token are not active, the rest is',
      ),
      answers('a token that expired, or that somebody changed, is not active'),
    ),
    may(
      'RFC7662-2.2-scope-today',
      '2.2',
      'The scope is the one that counts today.',
      introspection('is live: the scope is that of today’s role'),
    ),
    may(
      'RFC7662-2.2-who-acts',
      '2.2',
      'Of an exchanged token the asker learns who acts.',
      tokenExchange('introspection tells the acting client, and nobody else, who acts'),
    ),
    must(
      'RFC7662-2.3-errors',
      '2.3',
      'A client that does not prove itself is 401; a token that is not active is no error.',
      MUST_PROVE_ITSELF,
      NOT_ITS_TOKENS,
    ),
    must(
      'RFC7662-4-no-scanning',
      '4',
      'A client cannot find tokens of others by trying: all strange ones look alike.',
      NOT_ITS_TOKENS,
    ),
    must(
      'RFC7662-4-all-checks',
      '4',
      'Expiry, revocation, signature and holder are all checked before a token is called active.',
      introspection('is live: once %s, no token is active, whatever its expiry'),
      NOT_ITS_TOKENS,
      answers('a token that expired, or that somebody changed, is not active'),
    ),
  ],
};
