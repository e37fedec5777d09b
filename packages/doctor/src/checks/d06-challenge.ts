import type { Book } from '../book.ts';
import { parseChallenges, type Challenge } from '../http/challenge.ts';
import { urlOf } from '../http/url.ts';
import { resourceMetadataUrls } from '../oauth/authorization-server.ts';
import { clean, quoted } from '../text/clean.ts';
import { describe } from '../text/describe.ts';
import type { Walk } from '../walk.ts';
import { noSignIn, type Check } from './check.ts';

const SOURCE = 'RFC 9728 section 5.1; Anthropic, connector documentation';
const HINT =
  'WWW-Authenticate: Bearer resource_metadata="https://<host>/.well-known/oauth-protected-resource/<path>", scope="…"';

export const d06: Check = {
  id: 'D6',
  stage: 'Discovery',
  title: 'The 401 says where to sign in; other methods are refused as they should',
  blocked: noSignIn,
  async run(walk, book) {
    if (walk.challenged !== undefined) readChallenge(walk, book, walk.challenged.headers('www-authenticate'));
    await otherMethods(walk, book);
    book.pass(
      walk.pointer === undefined ? 'GET and DELETE are answered' : `points to ${clean(walk.pointer)}`,
    );
  },
};

function readChallenge(walk: Walk, book: Book, lines: readonly string[]): void {
  const userSees = walk.profile.words.noSignIn;
  if (lines.length === 0) {
    book.fail('no-challenge', {
      seen: '401 without WWW-Authenticate',
      why: 'The client is not told where to sign in.',
      userSees,
      fix: HINT,
      source: SOURCE,
    });
    return;
  }
  const header = lines.join(', ');
  const challenges = parseChallenges(header);
  if (challenges === undefined) {
    book.fail('challenge-malformed', {
      seen: quoted(header),
      why: 'It does not follow the grammar (a comma or a quote is missing), so nothing can be read from it.',
      userSees,
      fix: HINT,
      source: 'RFC 9110 section 11.6.1',
    });
    return;
  }
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
  if (bearer === undefined) {
    book.fail('challenge-not-bearer', {
      seen: `only ${challenges.map(({ scheme }) => clean(scheme, 30)).join(', ')}`,
      why: 'Clients send bearer tokens; another scheme they do not know.',
      userSees,
      fix: HINT,
      source: 'RFC 6750 section 3',
    });
    return;
  }
  if (challenges[0] !== bearer) {
    book.warn('bearer-not-first', {
      seen: `Bearer comes after ${clean(challenges[0]?.scheme ?? '', 30)}`,
      why: 'Some clients read the first challenge alone and lose the pointer.',
      userSees,
      fix: 'Name Bearer first.',
      source: 'typescript-sdk#1946',
    });
  }
  walk.challengeScope = bearer.parameters.get('scope');
  readPointer(walk, book, bearer);
  if (walk.challengeScope === undefined) {
    book.note('no-scope', { seen: 'the challenge names no scope: clients ask for scopes_supported instead' });
  }
}

function readPointer(walk: Walk, book: Book, bearer: Challenge): void {
  const pointer = bearer.parameters.get('resource_metadata');
  const userSees = walk.profile.words.authorization;
  if (pointer === undefined) {
    book.warn('no-pointer', {
      seen: 'the challenge has no resource_metadata',
      why: 'Clients have to guess; those that do not guess do not get in.',
      userSees,
      fix: HINT,
      source: SOURCE,
    });
    return;
  }
  const url = urlOf(pointer);
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    book.fail('pointer-not-absolute', {
      seen: `resource_metadata is ${quoted(pointer)}`,
      why: 'It must be an absolute URL; a relative one is not resolved.',
      userSees,
      fix: HINT,
      source: SOURCE,
    });
    return;
  }
  walk.pointer = url.href;
  const { inserted, root } = resourceMetadataUrls(walk.url);
  if (url.href === root && inserted !== root) {
    book.warn('pointer-at-root', {
      seen: 'resource_metadata names the address without the path',
      why: 'Claude failed twice on such: it is the metadata of another resource, the origin.',
      userSees,
      fix: `Point to ${inserted}`,
      source: 'lion-reader#978, #680; RFC 9728 section 3.1',
    });
  }
}

async function otherMethods(walk: Walk, book: Book): Promise<void> {
  const headers = { accept: 'text/event-stream', 'user-agent': walk.profile.userAgents.mcp };
  const got = await walk.http.send({ method: 'GET', url: walk.url.href, headers, headOnly: true });
  if (!got.ok || got.status >= 500) {
    book.fail('get-fails', {
      seen: `GET: ${describe(got)}`,
      why: 'Clients open a stream by GET; an error there ends the connection, 401 and 405 do not.',
      userSees: walk.profile.words.noTools,
      fix: 'Answer 401 without a token, and 405 if there is no stream.',
      source: 'MCP transports, "Listening for Messages from the Server"',
    });
  } else if (![401, 405].includes(got.status)) {
    book.add(walk.profile.name === 'cursor' && got.status === 400 ? 'fail' : 'warn', 'get-answer', {
      seen: `GET: ${describe(got)}`,
      why: 'Cursor gives up at a 400; an empty 200 makes clients open it again and again.',
      userSees: walk.profile.words.noTools,
      fix: 'Answer 401 without a token, and 405 if there is no stream.',
      source: 'mcp-proxy#62; MCP transports',
    });
  }
  const deleted = await walk.http.send({ method: 'DELETE', url: walk.url.href, headers });
  if (!deleted.ok || deleted.status >= 500 || deleted.status < 300) {
    book.warn('delete-answer', {
      seen: `DELETE without a token: ${describe(deleted)}`,
      why: 'Clients end a session by DELETE; without a token it must be refused, and never be an error.',
      userSees: 'Nothing, mostly.',
      fix: 'Answer 401 without a token, and 405 if there are no sessions.',
      source: 'MCP transports, "Session Management"',
    });
  }
  const preflight = await walk.http.send({
    method: 'OPTIONS',
    url: walk.url.href,
    headers: { origin: 'https://inspector.example', 'access-control-request-method': 'POST' },
  });
  if (preflight.ok && preflight.header('access-control-allow-origin') === undefined) {
    book.note('no-cors', {
      seen: 'no CORS: clients that run in a browser page (Inspector) cannot connect; the others can',
    });
  }
}
