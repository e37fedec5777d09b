import { may, must, should, type Standard } from './requirement.ts';
import {
  addressGuard,
  authentication,
  authorize,
  clientsInPortal,
  code,
  conformance,
  consent,
  consentTiers,
  discovery,
  documents,
  libraries,
  realClients,
  refresh,
  registration,
  secrets,
  signing,
  stepUp,
  tokens,
  toolsCall,
} from './tests.ts';

const CHALLENGE = discovery('at %s, %s is answered 401 with where to go');
const RESOURCE_DOCUMENT = discovery(
  'of %s echoes the URL as it was typed and lists one authorization server',
);
const SERVER_DOCUMENT = discovery('at %s is the same body, with the origin as issuer');
const ADVERTISED = discovery('D4: advertises what there is, and each endpoint is there');
const BY_DOCUMENT = documents('real clients connect by their documents, through to a tool call > %s');
const UNFIT = documents('33: a document that is not fit > %s');
const WHERE_GOOD = tokens('one for %s is answered at %s with %i');
const ONLY_REGISTERED = authorize('9 and 14: %j is not one of the registered redirect URIs');
const REFUSED_ON_A_PAGE = authorize('%s is refused on a page; the way back is a link');
const PAGE_TELLS = consent(
  'it names host and full redirect URI, tier, loopback, organisation, role, both choices and the lifetime',
);
const STEP_UP = toolsCall('a read-only %s is told to ask for more, with all scopes');
const UPSTREAM = toolsCall(
  'is our statement of who is calling and the request id, and nothing of the caller',
);
const SIGNED_BY_US = signing('%s is refused, though we signed it');

export const MCP_2026_07_28: Standard = {
  id: 'MCP-2026-07-28',
  title: 'Model Context Protocol 2026-07-28: Authorization',
  url: 'https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization',
  requirements: [
    must(
      'MCP-2026-07-28-both-kinds-of-clients',
      'Overview',
      'Public and confidential clients are served by OAuth 2.1; the official conformance suite agrees.',
      libraries('oauth4webapi goes from the resource to a revoked token as %s'),
      conformance(
        'the official conformance suite passes every check of its authorization mode, without a warning',
      ),
    ),
    should(
      'MCP-2026-07-28-client-documents',
      'Overview',
      'Clients are known by their metadata documents.',
      BY_DOCUMENT,
    ),
    may(
      'MCP-2026-07-28-registration',
      'Overview',
      'Clients that have no document register themselves.',
      realClients('%s connects with what it sends, calls tools, refreshes and calls again'),
    ),
    must(
      'MCP-2026-07-28-resource-metadata',
      'Overview',
      'Each connector URL has its resource metadata.',
      RESOURCE_DOCUMENT,
    ),
    must(
      'MCP-2026-07-28-server-metadata',
      'Overview',
      'The authorization server has its metadata, at the place of RFC 8414 and of OpenID Connect.',
      SERVER_DOCUMENT,
    ),
    should(
      'MCP-2026-07-28-scope-in-challenge',
      'Scope Selection Strategy',
      'The challenge says which scopes to ask for.',
      CHALLENGE,
    ),
    should(
      'MCP-2026-07-28-iss',
      'Authorization Response Validation',
      'Answers name their issuer, errors too.',
      authorize('returns the state %j unchanged, with iss, once each'),
      REFUSED_ON_A_PAGE,
    ),
    must(
      'MCP-2026-07-28-iss-advertised',
      'Authorization Response Validation',
      'The metadata says so.',
      ADVERTISED,
    ),
    should(
      'MCP-2026-07-28-canonical-uri',
      'Canonical Server URI',
      'A resource in capitals or with a slash at its end is the same resource; one with a fragment is none.',
      authorize('%s is granted as %s, in our own spelling'),
      REFUSED_ON_A_PAGE,
    ),
    must(
      'MCP-2026-07-28-not-in-query',
      'Token Requirements',
      'A token in the URL opens nothing.',
      tokens('not in the query, the body or a cookie'),
    ),
    must(
      'MCP-2026-07-28-tokens-validated',
      'Token Handling',
      'Access tokens are validated in every respect before anything is done.',
      tokens('51: forged tokens > %s is refused with 401'),
      SIGNED_BY_US,
    ),
    must(
      'MCP-2026-07-28-audience',
      'Token Handling',
      'A token opens the resource that it was issued for and what is below it, nothing else.',
      WHERE_GOOD,
    ),
    must(
      'MCP-2026-07-28-invalid-is-401',
      'Token Handling',
      'An invalid or expired token is 401.',
      authentication('(%s) is challenged with invalid_token'),
      tokens('it is good for an hour and half a minute, and not longer'),
    ),
    must(
      'MCP-2026-07-28-no-other-tokens',
      'Token Handling',
      'Tokens of other issuers and other installations are refused.',
      SIGNED_BY_US,
      tokens('one of another installation is refused'),
    ),
    should(
      'MCP-2026-07-28-no-offline-access',
      'Refresh Tokens',
      'Neither the challenge nor the resource metadata asks for offline_access.',
      RESOURCE_DOCUMENT,
      authentication('is told at %s where to sign in for exactly this address'),
    ),
    must(
      'MCP-2026-07-28-statuses',
      'Error Handling',
      '401 for no or no good credential, 403 for too little scope, 400 for a request that is malformed.',
      authentication('(%s) is challenged with invalid_token'),
      STEP_UP,
      authentication('of two credentials at once neither is taken'),
    ),
    should(
      'MCP-2026-07-28-insufficient-scope',
      'Runtime Insufficient Scope Errors',
      'Too little scope is 403 with the error, the pointer and all scopes in one challenge.',
      STEP_UP,
      toolsCall('in 2026-07-28 too'),
    ),
    should(
      'MCP-2026-07-28-step-up-works',
      'Step-Up Authorization Flow',
      'A client that asks again for these scopes gets them from the person, and goes on.',
      stepUp('%s in %s: a refused write asks the person for Full access, and works once it is given'),
    ),
    must(
      'MCP-2026-07-28-scope-hierarchy',
      'Step-Up Authorization Flow',
      'The wider scope includes the narrower one.',
      toolsCall('full access lists and calls everything'),
    ),
    must(
      'MCP-2026-07-28-authorization-servers',
      'Authorization Server Location',
      'The resource metadata lists the authorization server.',
      RESOURCE_DOCUMENT,
    ),
    must(
      'MCP-2026-07-28-discovery',
      'Protected Resource Metadata Discovery Requirements',
      'The metadata is found by the challenge, at the path of the connector and at the root.',
      discovery('at %s the pointer of the challenge leads to a document about exactly that URL'),
      RESOURCE_DOCUMENT,
      discovery('at the root is that of /mcp'),
    ),
    must(
      'MCP-2026-07-28-every-place',
      'Authorization Server Metadata Discovery',
      'The server’s metadata is at each place that a client tries, with one and the same issuer.',
      SERVER_DOCUMENT,
    ),
    should(
      'MCP-2026-07-28-documents-fetched',
      'Client ID Metadata Documents',
      'A client id that is a URL is looked up.',
      BY_DOCUMENT,
    ),
    must(
      'MCP-2026-07-28-document-matches',
      'Client ID Metadata Documents',
      'The document names the URL that it was read from.',
      UNFIT,
    ),
    should(
      'MCP-2026-07-28-documents-cached',
      'Client ID Metadata Documents',
      'Documents are kept as their headers say.',
      documents('R4: what was read is kept, for all nodes > %s'),
    ),
    must(
      'MCP-2026-07-28-document-redirects',
      'Client ID Metadata Documents',
      'A redirect URI must be in the document.',
      documents('unknown members and grant types are ignored, and so are places that no code is sent to'),
    ),
    must(
      'MCP-2026-07-28-document-valid',
      'Client ID Metadata Documents',
      'A document that is no JSON, or lacks a required member, names no client.',
      UNFIT,
      addressGuard('a body that is no JSON is refused, whatever it says it is'),
    ),
    should(
      'MCP-2026-07-28-documents-advertised',
      'Advertising CIMD Support',
      'The metadata says that documents are read.',
      documents('the metadata says so, and lists the method that such clients use'),
    ),
    should(
      'MCP-2026-07-28-pre-registration',
      'Pre-registration',
      'An admin can make a client, with its credential shown once.',
      clientsInPortal('%s has its secret, if any, in exactly one answer'),
    ),
    must(
      'MCP-2026-07-28-for-us',
      'Token Audience Binding and Validation',
      'Only tokens that were issued for this server open it.',
      WHERE_GOOD,
      SIGNED_BY_US,
    ),
    must(
      'MCP-2026-07-28-storage',
      'Token Theft',
      'No token is in the database or in the log.',
      secrets('7 and O1: no credential of a whole life is in the database or in the log'),
    ),
    should(
      'MCP-2026-07-28-short-lived',
      'Token Theft',
      'Access tokens live for an hour.',
      tokens('an independent library verifies it with our published keys'),
    ),
    must(
      'MCP-2026-07-28-rotation',
      'Token Theft',
      'Refresh tokens rotate.',
      refresh(
        'a refresh gives new tokens of the same scope, and those before still serve the calls under way',
      ),
      refresh('43: once its successor was used, the token ends the family'),
    ),
    must(
      'MCP-2026-07-28-pkce',
      'Authorization Code Protection',
      'No code without PKCE by S256.',
      REFUSED_ON_A_PAGE,
      code('3 and 11: %s is refused, and the code is still good'),
    ),
    must(
      'MCP-2026-07-28-pkce-advertised',
      'Authorization Code Protection',
      'Both metadata documents say that S256 is there.',
      ADVERTISED,
      SERVER_DOCUMENT,
    ),
    must(
      'MCP-2026-07-28-exact-redirect',
      'Open Redirection',
      'A redirect URI is exactly one that was registered.',
      ONLY_REGISTERED,
    ),
    must(
      'MCP-2026-07-28-no-untrusted-redirect',
      'Open Redirection',
      'No browser is sent to an address that nobody agreed to.',
      REFUSED_ON_A_PAGE,
    ),
    should(
      'MCP-2026-07-28-trusted-redirects-only',
      'Open Redirection',
      'Errors before consent are shown to the person, who may follow a link.',
      REFUSED_ON_A_PAGE,
    ),
    should(
      'MCP-2026-07-28-ssrf',
      'Authorization Server Abuse Protection',
      'Reading documents cannot be used to reach our own network.',
      addressGuard('a name that resolves to %s'),
      addressGuard('a name is resolved once: the answer that was looked at is the one connected to'),
    ),
    should(
      'MCP-2026-07-28-localhost-warning',
      'Localhost Redirect URI Risks',
      'The page warns where the answer goes to a program on this computer.',
      PAGE_TELLS,
    ),
    must(
      'MCP-2026-07-28-redirect-host-shown',
      'Localhost Redirect URI Risks',
      'The page shows the host of the redirect URI.',
      PAGE_TELLS,
      consent('25: %s does not pass for the host that it spells'),
    ),
    may(
      'MCP-2026-07-28-trust-policies',
      'Trust Policies',
      'Organisations approve and block clients by host.',
      consentTiers('gets a page that says who can unblock it: %s'),
    ),
    must(
      'MCP-2026-07-28-consent-per-client',
      'Confused Deputy Problem',
      'Each client is consented to anew, and nothing is begun elsewhere before.',
      consent(
        '16 and 29: a signed-in person gets no code from an authorize URL, and is sent nowhere but to our own page',
      ),
      consent(
        '17: an approval is not remembered: the same client is asked about again, by the same browser too',
      ),
    ),
    must(
      'MCP-2026-07-28-no-passthrough',
      'Access Token Privilege Restriction',
      'The caller’s token never goes to an upstream.',
      UPSTREAM,
    ),
    must(
      'MCP-2026-07-28-nothing-returned',
      'Access Token Privilege Restriction',
      'Whoever has no token of an organisation learns nothing of it.',
      authentication('a %s of one is worth nothing at another, existing or not'),
    ),
    must(
      'MCP-2026-07-28-plain-http-is-loopback',
      'Communication Security',
      'Over plain http a redirect leads to the person’s own computer alone.',
      registration('of a mixed set the usable redirect URIs are kept (10: script and data URIs are dropped)'),
    ),
  ],
};
