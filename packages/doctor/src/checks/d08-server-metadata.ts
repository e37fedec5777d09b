import type { Book } from '../book.ts';
import type { Answer, NoAnswer } from '../http/http.ts';
import { asString, asStrings, jsonObject, type JsonObject } from '../http/json.ts';
import { urlOf } from '../http/url.ts';
import { metadataUrls } from '../oauth/authorization-server.ts';
import { clean, quoted } from '../text/clean.ts';
import { describe } from '../text/describe.ts';
import type { Walk } from '../walk.ts';
import { noSignIn, type Check } from './check.ts';
import { judgeFeatures } from './d08/features.ts';

const SOURCE = 'RFC 8414 section 3; MCP authorization, "Authorization Server Metadata Discovery"';
/** What must be the same wherever the metadata is read. */
const COMPARED = ['issuer', 'authorization_endpoint', 'token_endpoint', 'registration_endpoint'];

export const d08: Check = {
  id: 'D8',
  stage: 'Discovery',
  title: 'The metadata of the authorization server is complete and true',
  blocked: noSignIn,
  async run(walk, book) {
    const issuer = issuerOf(walk);
    const found = await fetchAll(walk, book, issuer);
    const [first] = found;
    if (first === undefined) return;
    const { body } = first;
    judgeIssuer(walk, book, issuer, asString(body['issuer']));
    for (const other of found.slice(1)) {
      const differing = COMPARED.filter((name) => body[name] !== other.body[name]);
      if (differing.length === 0) continue;
      book.warn('bodies-differ', {
        seen: `${differing.join(', ')} differ between ${clean(first.url)} and ${clean(other.url)}`,
        why: 'Which one a client reads depends on the client.',
        userSees: walk.profile.words.authorization,
        fix: 'Serve one document at all places.',
        source: SOURCE,
      });
    }
    const endpoint = (name: string): string | undefined => judgeEndpoint(walk, book, body, name);
    walk.server = {
      issuer: asString(body['issuer']) ?? issuer,
      metadata: body,
      authorize: endpoint('authorization_endpoint'),
      token: endpoint('token_endpoint'),
      register: endpoint('registration_endpoint'),
      revoke: endpoint('revocation_endpoint'),
      takesDocuments: body['client_id_metadata_document_supported'] === true,
    };
    judgeFeatures(walk, book, walk.server);
    book.pass(`issuer ${quoted(walk.server.issuer)}`);
  },
};

/** The first one named; without any, the connector's own origin, as clients of 2025-03-26 did. */
function issuerOf(walk: Walk): string {
  const named = asStrings(walk.resourceMetadata?.['authorization_servers'])?.[0];
  const url = urlOf(named);
  return named !== undefined && url !== undefined && /^https?:$/.test(url.protocol) ? named : walk.url.origin;
}

interface Found {
  readonly url: string;
  readonly body: JsonObject;
}

async function fetchAll(walk: Walk, book: Book, issuer: string): Promise<Found[]> {
  const found: Found[] = [];
  const tried: string[] = [];
  let worst: Answer | NoAnswer | undefined;
  const fetch = async (url: string): Promise<JsonObject | undefined> => {
    const answer = await walk.http.send({
      method: 'GET',
      url,
      headers: { accept: 'application/json', 'user-agent': walk.profile.userAgents.oauth },
    });
    tried.push(`${clean(urlOf(url)?.pathname ?? url)}: ${describe(answer)}`);
    if (!answer.ok) worst = answer;
    return answer.ok && answer.status === 200 ? jsonObject(answer.body) : undefined;
  };
  for (const url of metadataUrls(issuer)) {
    const body = await fetch(url);
    if (body !== undefined) found.push({ url, body });
  }
  if (found.length > 0) return found;

  const { origin, pathname } = new URL(issuer);
  const root = `${origin}/.well-known/oauth-authorization-server`;
  const atRoot = pathname === '/' ? undefined : await fetch(root);
  const userSees = walk.profile.words.authorization;
  if (atRoot !== undefined) {
    book.fail('only-at-root', {
      seen: `the issuer ${quoted(issuer)} has a path, its metadata is at the root alone`,
      why: 'For an issuer with a path only places with that path are tried; then /authorize, /token and /register of the connector are invented.',
      userSees,
      fix: `Serve it at ${metadataUrls(issuer)[0]}, or use an issuer without a path.`,
      source: 'claude-ai-mcp#82, #716, #827, #962; RFC 8414 section 3.1',
    });
    return [{ url: root, body: atRoot }];
  }
  const hidden = worst?.ok === false && worst.fault === 'private-address';
  book.fail(hidden ? 'server-not-public' : 'none', {
    seen: `no metadata of ${quoted(issuer)}: ${tried.join('; ')}`,
    why: hidden
      ? 'The authorization server is at an address that the internet does not reach.'
      : 'The client does not find out where to register, to sign in and to get tokens.',
    userSees,
    fix: 'Serve the JSON document of RFC 8414 there, publicly and without a redirect.',
    source: SOURCE,
  });
  return [];
}

function judgeIssuer(walk: Walk, book: Book, expected: string, issuer: string | undefined): void {
  const userSees = walk.profile.words.authorization;
  if (issuer === undefined || issuer !== expected) {
    // Libraries write the origin with a slash in one place and without in the other; few clients mind.
    const slash = issuer !== undefined && issuer.replace(/\/$/, '') === expected.replace(/\/$/, '');
    const severity = slash && walk.profile.name !== 'chatgpt' ? 'warn' : 'fail';
    book.add(severity, issuer === undefined ? 'no-issuer' : slash ? 'issuer-slash' : 'issuer-differs', {
      seen: `issuer is ${quoted(issuer)}, looked up was ${quoted(expected)}`,
      why: 'They must be equal to the last character: a client that checks refuses the document. VS Code stops without an issuer.',
      userSees,
      fix: `"issuer": "${expected}"`,
      source: 'RFC 8414 section 3.3',
    });
  }
  const path = urlOf(expected)?.pathname ?? '/';
  if (path !== '/') {
    book.warn('issuer-has-path', {
      seen: `the issuer ${quoted(expected)} has a path`,
      why: 'Claude had trouble with such issuers through 2026, and asked the connector’s own /authorize, /token and /register.',
      userSees,
      fix: 'Use an issuer without a path, or answer these three at the root as well.',
      source: 'claude-ai-mcp#82, #283, #716, #827, #962',
    });
  }
}

function judgeEndpoint(walk: Walk, book: Book, body: JsonObject, name: string): string | undefined {
  const value = asString(body[name]);
  const required = name === 'authorization_endpoint' || name === 'token_endpoint';
  const userSees = walk.profile.words.authorization;
  if (value === undefined) {
    if (required) {
      book.fail('endpoint-missing', {
        seen: `there is no ${name}`,
        why: 'It is required; some clients invent one, others stop.',
        userSees,
        fix: `Name ${name}, as an absolute https URL.`,
        source: 'RFC 8414 section 2',
      });
    }
    return undefined;
  }
  const url = urlOf(value);
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    book.fail('endpoint-not-absolute', {
      seen: `${name} is ${quoted(value)}`,
      why: 'It must be an absolute URL.',
      userSees,
      fix: `Name ${name} as an absolute https URL.`,
      source: 'RFC 8414 section 2',
    });
    return undefined;
  }
  if (url.protocol === 'http:' && !walk.local) {
    book.fail('endpoint-insecure', {
      seen: `${name} is ${quoted(value)}`,
      why: 'Codes and tokens go there; clients take https alone.',
      userSees,
      fix: 'Name it with https. Behind a proxy: see D22.',
      source: 'RFC 8414 section 2; MCP authorization, "Communication Security"',
    });
  }
  return value;
}
