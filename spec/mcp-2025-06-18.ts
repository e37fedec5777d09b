import { must, should, type Standard } from './requirement.ts';
import {
  authentication,
  authorize,
  clientsInPortal,
  code,
  consent,
  discovery,
  realClients,
  refresh,
  registration,
  secrets,
  signing,
  tokens,
  toolsCall,
} from './tests.ts';

const REFUSED_ON_A_PAGE = authorize('%s is refused on a page; the way back is a link');

export const MCP_2025_06_18: Standard = {
  id: 'MCP-2025-06-18',
  title: 'Model Context Protocol 2025-06-18: Authorization',
  url: 'https://modelcontextprotocol.io/specification/2025-06-18/basic/authorization',
  requirements: [
    should(
      'MCP-2025-06-18-registration',
      'Overview',
      'Clients register themselves.',
      realClients('%s connects with what it sends, calls tools, refreshes and calls again'),
    ),
    must(
      'MCP-2025-06-18-server-metadata',
      'Overview',
      'The authorization server has its metadata.',
      discovery('at %s is the same body, with the origin as issuer'),
    ),
    must(
      'MCP-2025-06-18-resource-metadata',
      'Authorization Server Location',
      'Each connector URL has its resource metadata, with the authorization server.',
      discovery('of %s echoes the URL as it was typed and lists one authorization server'),
    ),
    must(
      'MCP-2025-06-18-challenge',
      'Authorization Server Location',
      'A 401 points to it.',
      discovery('at %s the pointer of the challenge leads to a document about exactly that URL'),
    ),
    must(
      'MCP-2025-06-18-other-ways',
      'Dynamic Client Registration',
      'A client can also be made by an admin.',
      clientsInPortal('%s has its secret, if any, in exactly one answer'),
    ),
    should(
      'MCP-2025-06-18-canonical-uri',
      'Canonical Server URI',
      'A resource in capitals or with a slash at its end is the same resource.',
      authorize('%s is granted as %s, in our own spelling'),
    ),
    must(
      'MCP-2025-06-18-not-in-query',
      'Token Requirements',
      'A token in the URL opens nothing.',
      tokens('not in the query, the body or a cookie'),
    ),
    must(
      'MCP-2025-06-18-audience',
      'Token Handling',
      'Tokens for other resources are refused, with 401.',
      tokens('one for %s is answered at %s with %i'),
      signing('%s is refused, though we signed it'),
    ),
    must(
      'MCP-2025-06-18-statuses',
      'Error Handling',
      '401, 403 and 400 mean what they should.',
      authentication('(%s) is challenged with invalid_token'),
      toolsCall('a read-only %s is told to ask for more, with all scopes'),
      authentication('of two credentials at once neither is taken'),
    ),
    must(
      'MCP-2025-06-18-storage',
      'Token Theft',
      'No token is in the database or in the log.',
      secrets('7 and O1: no credential of a whole life is in the database or in the log'),
    ),
    must(
      'MCP-2025-06-18-rotation',
      'Token Theft',
      'Refresh tokens rotate.',
      refresh('43: once its successor was used, the token ends the family'),
    ),
    should(
      'MCP-2025-06-18-short-lived',
      'Token Theft',
      'Access tokens live for an hour.',
      tokens('an independent library verifies it with our published keys'),
    ),
    must(
      'MCP-2025-06-18-pkce',
      'Authorization Code Protection',
      'No code without PKCE.',
      REFUSED_ON_A_PAGE,
      code('3 and 11: %s is refused, and the code is still good'),
    ),
    must(
      'MCP-2025-06-18-exact-redirect',
      'Open Redirection',
      'A redirect URI is exactly one that was registered, and nobody is sent elsewhere.',
      authorize('9 and 14: %j is not one of the registered redirect URIs'),
      REFUSED_ON_A_PAGE,
    ),
    must(
      'MCP-2025-06-18-consent-per-client',
      'Confused Deputy Problem',
      'Each client is consented to anew.',
      consent(
        '17: an approval is not remembered: the same client is asked about again, by the same browser too',
      ),
    ),
    must(
      'MCP-2025-06-18-no-passthrough',
      'Access Token Privilege Restriction',
      'The caller’s token never goes to an upstream.',
      toolsCall('is our statement of who is calling and the request id, and nothing of the caller'),
    ),
    must(
      'MCP-2025-06-18-plain-http-is-loopback',
      'Communication Security',
      'Over plain http a redirect leads to the person’s own computer alone.',
      registration('of a mixed set the usable redirect URIs are kept (10: script and data URIs are dropped)'),
    ),
  ],
};
