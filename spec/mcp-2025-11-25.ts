import { may, must, should, type Standard } from './requirement.ts';
import {
  addressGuard,
  authentication,
  authorize,
  code,
  consent,
  discovery,
  documents,
  realClients,
  refresh,
  registration,
  secrets,
  signing,
  stepUp,
  tokens,
  toolsCall,
} from './tests.ts';

const RESOURCE_DOCUMENT = discovery(
  'of %s echoes the URL as it was typed and lists one authorization server',
);
const BY_DOCUMENT = documents('real clients connect by their documents, through to a tool call > %s');
const UNFIT = documents('33: a document that is not fit > %s');
const REFUSED_ON_A_PAGE = authorize('%s is refused on a page; the way back is a link');
const STEP_UP = toolsCall('a read-only %s is told to ask for more, with all scopes');
const WHERE_GOOD = tokens('one for %s is answered at %s with %i');

export const MCP_2025_11_25: Standard = {
  id: 'MCP-2025-11-25',
  title: 'Model Context Protocol 2025-11-25: Authorization',
  url: 'https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization',
  requirements: [
    must(
      'MCP-2025-11-25-resource-metadata',
      'Authorization Server Location',
      'Each connector URL has its resource metadata, with the authorization server.',
      RESOURCE_DOCUMENT,
    ),
    must(
      'MCP-2025-11-25-discovery',
      'Protected Resource Metadata Discovery Requirements',
      'It is found by the challenge of a 401, at the path of the connector and at the root.',
      discovery('at %s the pointer of the challenge leads to a document about exactly that URL'),
      discovery('at the root is that of /mcp'),
    ),
    should(
      'MCP-2025-11-25-scope-in-challenge',
      'Protected Resource Metadata Discovery Requirements',
      'The challenge says which scopes to ask for.',
      discovery('at %s, %s is answered 401 with where to go'),
    ),
    must(
      'MCP-2025-11-25-server-metadata',
      'Authorization Server Metadata Discovery',
      'The server’s metadata is at each place that a client tries.',
      discovery('at %s is the same body, with the origin as issuer'),
    ),
    should(
      'MCP-2025-11-25-client-documents',
      'Client ID Metadata Documents',
      'A client id that is a URL is looked up, and its document kept as its headers say.',
      BY_DOCUMENT,
      documents('R4: what was read is kept, for all nodes > %s'),
    ),
    must(
      'MCP-2025-11-25-document-valid',
      'Client ID Metadata Documents',
      'The document names its own URL and has what it must have.',
      UNFIT,
    ),
    must(
      'MCP-2025-11-25-document-redirects',
      'Client ID Metadata Documents',
      'A redirect URI must be in the document.',
      documents('unknown members and grant types are ignored, and so are places that no code is sent to'),
    ),
    may(
      'MCP-2025-11-25-registration',
      'Dynamic Client Registration',
      'Clients that have no document register themselves.',
      realClients('%s connects with what it sends, calls tools, refreshes and calls again'),
    ),
    should(
      'MCP-2025-11-25-canonical-uri',
      'Canonical Server URI',
      'A resource in capitals or with a slash at its end is the same resource.',
      authorize('%s is granted as %s, in our own spelling'),
    ),
    must(
      'MCP-2025-11-25-not-in-query',
      'Token Requirements',
      'A token in the URL opens nothing.',
      tokens('not in the query, the body or a cookie'),
    ),
    must(
      'MCP-2025-11-25-audience',
      'Token Handling',
      'Tokens for other resources are refused, with 401.',
      WHERE_GOOD,
      signing('%s is refused, though we signed it'),
    ),
    must(
      'MCP-2025-11-25-statuses',
      'Error Handling',
      '401, 403 and 400 mean what they should.',
      authentication('(%s) is challenged with invalid_token'),
      STEP_UP,
      authentication('of two credentials at once neither is taken'),
    ),
    should(
      'MCP-2025-11-25-insufficient-scope',
      'Runtime Insufficient Scope Errors',
      'Too little scope is 403 with the error, the pointer, and the scopes held besides those needed.',
      STEP_UP,
    ),
    should(
      'MCP-2025-11-25-step-up-works',
      'Step-Up Authorization Flow',
      'A client that asks again for these scopes goes on.',
      stepUp('%s in %s: a refused write asks the person for Full access, and works once it is given'),
    ),
    must(
      'MCP-2025-11-25-storage',
      'Token Theft',
      'No token is in the database or in the log.',
      secrets('7 and O1: no credential of a whole life is in the database or in the log'),
    ),
    must(
      'MCP-2025-11-25-rotation',
      'Token Theft',
      'Refresh tokens rotate.',
      refresh('43: once its successor was used, the token ends the family'),
    ),
    must(
      'MCP-2025-11-25-pkce',
      'Authorization Code Protection',
      'No code without PKCE by S256, and both metadata documents say so.',
      REFUSED_ON_A_PAGE,
      code('3 and 11: %s is refused, and the code is still good'),
      discovery('D4: advertises what there is, and each endpoint is there'),
    ),
    must(
      'MCP-2025-11-25-exact-redirect',
      'Open Redirection',
      'A redirect URI is exactly one that was registered, and nobody is sent elsewhere.',
      authorize('9 and 14: %j is not one of the registered redirect URIs'),
      REFUSED_ON_A_PAGE,
    ),
    should(
      'MCP-2025-11-25-ssrf',
      'Authorization Server Abuse Protection',
      'Reading documents cannot be used to reach our own network.',
      addressGuard('a name that resolves to %s'),
    ),
    must(
      'MCP-2025-11-25-redirect-host-shown',
      'Localhost Redirect URI Risks',
      'The page shows the host of the redirect URI, and warns of one on this computer.',
      consent(
        'it names host and full redirect URI, tier, loopback, organisation, role, both choices and the lifetime',
      ),
    ),
    must(
      'MCP-2025-11-25-no-passthrough',
      'Access Token Privilege Restriction',
      'The caller’s token never goes to an upstream.',
      toolsCall('is our statement of who is calling and the request id, and nothing of the caller'),
    ),
    must(
      'MCP-2025-11-25-plain-http-is-loopback',
      'Communication Security',
      'Over plain http a redirect leads to the person’s own computer alone.',
      registration('of a mixed set the usable redirect URIs are kept (10: script and data URIs are dropped)'),
    ),
  ],
};
