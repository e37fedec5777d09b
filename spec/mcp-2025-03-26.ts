import { must, should, type Standard } from './requirement.ts';
import {
  answers,
  authentication,
  authorize,
  code,
  discovery,
  libraries,
  realClients,
  refresh,
  tokens,
  toolsCall,
} from './tests.ts';

const REFUSED_ON_A_PAGE = authorize('%s is refused on a page; the way back is a link');

export const MCP_2025_03_26: Standard = {
  id: 'MCP-2025-03-26',
  title: 'Model Context Protocol 2025-03-26: Authorization',
  url: 'https://modelcontextprotocol.io/specification/2025-03-26/basic/authorization',
  requirements: [
    must(
      'MCP-2025-03-26-both-kinds-of-clients',
      '2.1',
      'Public and confidential clients are served by OAuth 2.1.',
      libraries('oauth4webapi goes from the resource to a revoked token as %s'),
    ),
    must(
      'MCP-2025-03-26-401',
      '2.2',
      'Where authorization is needed and not shown, the answer is 401.',
      authentication('is told at %s where to sign in for exactly this address'),
    ),
    should(
      'MCP-2025-03-26-metadata',
      '2.3',
      'The server has its metadata.',
      discovery('at %s is the same body, with the origin as issuer'),
    ),
    must(
      'MCP-2025-03-26-base-url',
      '2.3.2',
      'The metadata is at the root of the connector URL’s host.',
      discovery('at %s is the same body, with the origin as issuer'),
    ),
    must(
      'MCP-2025-03-26-default-endpoints',
      '2.3.3',
      'The endpoints are where a client looks that found no metadata.',
      answers('the endpoints are where clients of 2025-03-26 look for them without metadata'),
    ),
    should(
      'MCP-2025-03-26-registration',
      '2.4',
      'Clients register themselves.',
      realClients('%s connects with what it sends, calls tools, refreshes and calls again'),
    ),
    must(
      'MCP-2025-03-26-not-in-query',
      '2.6.1',
      'A token in the URL opens nothing.',
      tokens('not in the query, the body or a cookie'),
    ),
    must(
      'MCP-2025-03-26-tokens-validated',
      '2.6.2',
      'Access tokens are validated; an invalid or expired one is 401.',
      tokens('51: forged tokens > %s is refused with 401'),
      tokens('it is good for an hour and half a minute, and not longer'),
    ),
    should(
      'MCP-2025-03-26-expiry-and-rotation',
      '2.7',
      'Tokens expire, and refresh tokens rotate.',
      tokens('it is good for an hour and half a minute, and not longer'),
      refresh('43: once its successor was used, the token ends the family'),
    ),
    must(
      'MCP-2025-03-26-redirects-validated',
      '2.7',
      'Redirect URIs are validated, so that nobody is sent elsewhere.',
      authorize('9 and 14: %j is not one of the registered redirect URIs'),
      REFUSED_ON_A_PAGE,
    ),
    must(
      'MCP-2025-03-26-statuses',
      '2.8',
      '401, 403 and 400 mean what they should.',
      authentication('(%s) is challenged with invalid_token'),
      toolsCall('a read-only %s is told to ask for more, with all scopes'),
      authentication('of two credentials at once neither is taken'),
    ),
    must(
      'MCP-2025-03-26-pkce',
      '2.9',
      'PKCE is required of every client.',
      REFUSED_ON_A_PAGE,
      code('3 and 11: %s is refused, and the code is still good'),
    ),
    should(
      'MCP-2025-03-26-rotation',
      '2.9',
      'Refresh tokens rotate.',
      refresh(
        'a refresh gives new tokens of the same scope, and those before still serve the calls under way',
      ),
    ),
  ],
};
