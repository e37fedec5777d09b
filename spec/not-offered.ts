import { claim, type Claim } from './requirement.ts';
import {
  answers,
  assertions,
  authorize,
  code,
  machines,
  registration,
  tokenExchange,
  tokens,
} from './tests.ts';

const REFUSED_AT_AUTHORIZE = authorize('%s is refused on a page; the way back is a link');
const NOT_ADVERTISED = answers('nothing is advertised that is not offered');
const NO_SUCH_GRANT = code('the grant type %j is refused without an echo');
const NO_SUCH_PLACE = answers('documents > %s does not exist');
const EXCHANGE_REFUSED = tokenExchange('with %s get invalid_request');

/** What the standards describe and we do not have, and the tests that show it refused or absent. */
export const NOT_OFFERED: readonly Claim[] = [
  claim(
    'RFC6749-4.2-implicit',
    'The implicit grant: no token is ever in an authorization response.',
    REFUSED_AT_AUTHORIZE,
    NOT_ADVERTISED,
  ),
  claim('RFC6749-4.3-password', 'The password grant.', NO_SUCH_GRANT, NOT_ADVERTISED),
  claim(
    'OIDC-hybrid-and-id-tokens',
    'Hybrid flows and ID tokens: we say what an app may do, not who somebody is.',
    REFUSED_AT_AUTHORIZE,
    NOT_ADVERTISED,
  ),
  claim(
    'OIDC-prompt-none',
    'An answer without a person (prompt=none): consent is never skipped.',
    REFUSED_AT_AUTHORIZE,
  ),
  claim(
    'RFC6750-2.2-token-in-body',
    'Tokens in the body of a request.',
    tokens('not in the query, the body or a cookie'),
  ),
  claim('RFC6750-2.3-token-in-query', 'Tokens in the URL.', tokens('not in the query, the body or a cookie')),
  claim(
    'RFC7522-saml',
    'SAML assertions, of clients or in an exchange.',
    machines(
      '37, 38: exactly one authentication: an assertion with anything besides, of another type, or none at all',
    ),
    EXCHANGE_REFUSED,
  ),
  claim(
    'RFC7523-client-secret-jwt',
    'Client assertions under a shared secret.',
    machines('39: HS256 with the public key, no algorithm, and keys from the header are refused'),
    NOT_ADVERTISED,
  ),
  claim(
    'RFC7591-private-key-jwt',
    'private_key_jwt by dynamic registration: an admin or a metadata document gives the keys.',
    machines('what nobody could register by oneself: dynamic registration gives no signing client'),
  ),
  claim(
    'RFC7591-2.3-software-statements',
    'Software statements: they change nothing.',
    answers('is not moved by a software statement, signed or not'),
  ),
  claim(
    'RFC7592-management',
    'Reading, changing or deleting a registration.',
    registration('%s reads, changes and removes no registration'),
    answers('brings no means to change or read it later'),
  ),
  claim('RFC7636-4.2-plain', 'PKCE by plain.', REFUSED_AT_AUTHORIZE),
  claim('RFC8628-device', 'The device grant.', NO_SUCH_PLACE, NOT_ADVERTISED),
  claim(
    'RFC8693-actor-tokens',
    'Actor tokens, and other tokens than access tokens, in an exchange.',
    EXCHANGE_REFUSED,
  ),
  claim('RFC8705-mutual-tls', 'Clients and tokens bound to certificates.', NOT_ADVERTISED),
  claim(
    'RFC8707-2-several-resources',
    'Several resources in one request: a token is for one.',
    authorize('Z3: a repeated %s is refused, because two readers could see two values'),
  ),
  claim(
    'RFC9101-request-objects',
    'Request objects, by value or by reference.',
    REFUSED_AT_AUTHORIZE,
    NOT_ADVERTISED,
  ),
  claim('RFC9126-pushed-requests', 'Pushed authorization requests.', NO_SUCH_PLACE, NOT_ADVERTISED),
  claim(
    'RFC9396-authorization-details',
    'Rich authorization requests; an identity provider’s assertion that has them is refused.',
    NOT_ADVERTISED,
    assertions('%s is refused, and creates nothing'),
  ),
  claim(
    'RFC9449-5.2-always-bound',
    'A registered promise to use DPoP always: each request asks for it by itself.',
    answers('promises nothing of DPoP, which each request asks for by itself'),
  ),
  claim('OIDC-response-modes', 'Answers in the fragment or by a posted form.', REFUSED_AT_AUTHORIZE),
  claim('OIDC-userinfo-and-logout', 'User info and logout endpoints.', NO_SUCH_PLACE, NOT_ADVERTISED),
];
