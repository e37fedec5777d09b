import type { Book } from '../../book.ts';
import { asStrings } from '../../http/json.ts';
import type { AuthorizationServer } from '../../oauth/authorization-server.ts';
import type { Walk } from '../../walk.ts';

/** What the server says that it can do, against what the client needs. */
export function judgeFeatures(walk: Walk, book: Book, server: AuthorizationServer): void {
  const { profile } = walk;
  const { metadata } = server;
  const list = (name: string): readonly string[] | undefined => asStrings(metadata[name]);
  const userSees = profile.words.authorization;

  if (list('code_challenge_methods_supported')?.includes('S256') !== true) {
    book.fail('no-s256', {
      seen: 'code_challenge_methods_supported does not name S256',
      why: 'Clients must not go on with a server that does not say that it checks PKCE.',
      userSees,
      fix: '"code_challenge_methods_supported": ["S256"]',
      source: 'MCP authorization, "Authorization Code Protection"; Anthropic, connector documentation',
    });
  }
  if (list('response_types_supported')?.includes('code') === false) {
    book.fail('no-code', {
      seen: 'response_types_supported does not name code',
      why: 'It is the one flow that clients use.',
      userSees,
      fix: '"response_types_supported": ["code"]',
      source: 'RFC 8414 section 2',
    });
  }
  const grants = list('grant_types_supported');
  if (grants?.includes('authorization_code') === false) {
    book.fail('no-code-grant', {
      seen: 'grant_types_supported does not name authorization_code',
      why: 'It is the one flow that clients use.',
      userSees,
      fix: '"grant_types_supported": ["authorization_code", "refresh_token"]',
      source: 'RFC 8414 section 2',
    });
  }
  // Left out, the list means authorization_code and implicit (RFC 8414).
  if (grants?.includes('refresh_token') !== true) {
    book.warn('no-refresh-grant', {
      seen: 'grant_types_supported does not name refresh_token',
      why: 'Without a refresh token the connection ends when the access token does.',
      userSees: profile.words.later,
      fix: '"grant_types_supported": ["authorization_code", "refresh_token"]',
      source: 'Anthropic, connector documentation; claude-ai-mcp#228, #253',
    });
  }
  judgeMethods(walk, book, server, list('token_endpoint_auth_methods_supported'));
  judgeRegistration(walk, book, server);
  if (metadata['authorization_response_iss_parameter_supported'] !== true) {
    book.note('no-iss', {
      seen: 'iss is not promised with the code (RFC 9207): ChatGPT then uses a return address for each connector',
    });
  }
}

function judgeMethods(
  { profile }: Walk,
  book: Book,
  server: AuthorizationServer,
  methods: readonly string[] | undefined,
): void {
  if (methods?.includes('none') === true) return;
  book.warn('no-public-clients', {
    seen: `token_endpoint_auth_methods_supported ${methods === undefined ? 'is missing' : 'does not name none'}`,
    why: server.takesDocuments
      ? 'Claude uses its published identity only if none is named; with the flag alone it registers instead.'
      : 'Clients without a secret, most of those on people’s machines, do not offer themselves.',
    userSees: profile.words.registration,
    fix: 'Add "none" to token_endpoint_auth_methods_supported.',
    source: 'Anthropic, connector documentation',
  });
}

function judgeRegistration(walk: Walk, book: Book, server: AuthorizationServer): void {
  const { givenClient, profile } = walk;
  const byDocument = server.takesDocuments && profile.clientDocument !== undefined;
  if (server.register === undefined && !byDocument && givenClient === undefined) {
    book.fail('no-registration', {
      seen: server.takesDocuments
        ? `only client id metadata documents are taken, and ${profile.label} has none`
        : 'there is no registration_endpoint, and client id metadata documents are not taken',
      why: `${profile.label} has no client id for this server, and no way to get one.`,
      userSees: profile.words.registration,
      fix: 'Offer dynamic registration (RFC 7591), or read client id metadata documents, or have people enter a client id that you made.',
      source: 'Anthropic, connector documentation; MCP authorization, "Client Registration Approaches"',
    });
  } else if (server.register === undefined) {
    book.note('no-dynamic-registration', { seen: 'no dynamic registration: Cursor and Gemini CLI need it' });
  } else if (!server.takesDocuments) {
    book.note('no-client-documents', {
      seen: 'client id metadata documents are not taken: clients register instead',
    });
  }
}
