import type { Book } from '../book.ts';
import { initialize, rpc, type RpcAnswer } from '../mcp/rpc.ts';
import { describe } from '../text/describe.ts';
import type { Walk } from '../walk.ts';
import type { Check } from './check.ts';
import { resourceMetadataUrls } from '../oauth/authorization-server.ts';
import { jsonObject } from '../http/json.ts';

const SOURCE = 'MCP authorization, "Token Handling"; RFC 9728 section 5.1';

interface Variant {
  readonly how: string;
  readonly ask: (walk: Walk, token?: string) => Promise<RpcAnswer>;
}

const VARIANTS: readonly Variant[] = [
  { how: 'Accept: */*', ask: (walk, token) => initialize(walk, { accept: '*/*', token }) },
  {
    how: 'Accept: application/json',
    ask: (walk, token) => initialize(walk, { accept: 'application/json', token }),
  },
  ...['2025-03-26', '2025-06-18', '2025-11-25'].map((version) => ({
    how: `revision ${version}`,
    ask: (walk: Walk, token?: string) => initialize(walk, { version, token }),
  })),
];

export const d05: Check = {
  id: 'D5',
  stage: 'Discovery',
  title: 'The first request, in all its forms, is answered by 401',
  async run(walk, book) {
    const status = walk.challenged?.status ?? 0;
    if (status === 200) return open(walk, book);
    if (status !== 401) {
      refused(walk, book, 'initialize', walk.challenged);
      walk.challenged = undefined;
      if (status === 404 || status === 405) {
        walk.stopped = 'there is no MCP server at this URL (D5)';
        return;
      }
    }
    const wrong: string[] = [];
    for (const { ask, how } of VARIANTS) {
      const { answer } = await ask(walk);
      if (!answer.ok || answer.status !== status) {
        wrong.push(how);
        if (status === 401) {
          book.add('fail', answer.ok && answer.status === 406 ? 'not-acceptable' : 'not-401', {
            seen: `${how}: ${describe(answer)}`,
            why: 'Only a 401 makes a client offer a sign-in. Claude sends Accept: */* at times, and every revision is in use.',
            userSees: walk.profile.words.noSignIn,
            fix: 'Ask for the token before anything else of the request is looked at, and take any Accept.',
            source: 'claude-ai-mcp#76, #410; ' + SOURCE,
          });
        }
      }
    }
    // A foreign Origin may be refused (a page in a browser could send it), but must not break the server.
    const { answer } = await initialize(walk, { origin: 'https://claude.ai' });
    if (!answer.ok || ![status, 403].includes(answer.status)) {
      book.warn('origin-fails', {
        seen: `Origin: https://claude.ai: ${describe(answer)}`,
        why: 'A program that runs in a page or sends the header is told something else than to sign in.',
        userSees: walk.profile.words.noSignIn,
        fix: 'Answer 403 to an Origin that you do not take, and 401 to the others.',
        source: 'MCP transports, "Security Warning"',
      });
    }
    if (status === 401 && wrong.length === 0)
      book.pass(`401 to ${VARIANTS.map(({ how }) => how).join(', ')}`);
  },
};

/** The same again with a token: an SDK that answers 406 to Accept: *\/* is only reached now. */
export const d05SignedIn: Check = {
  id: 'D5',
  stage: 'Tools',
  title: 'The first request, in all its forms, is taken once signed in',
  async run(walk, book) {
    const token = walk.grant?.accessToken;
    if (token === undefined && !walk.open) {
      book.notRun(walk.notSignedIn ?? 'there is no access token');
      return;
    }
    for (const { ask, how } of VARIANTS) {
      const { answer, result } = await ask(walk, token);
      if (result !== undefined) continue;
      book.add('fail', answer.ok && answer.status === 406 ? 'not-acceptable' : 'not-taken', {
        seen: `${how}, signed in: ${describe(answer)}`,
        why: 'Claude sends Accept: */* at times (seen in logs), and clients of every revision connect.',
        userSees: walk.profile.words.noTools,
        fix: 'Take any Accept; answer an initialize with a revision that you know, whatever was asked for.',
        source: 'claude-ai-mcp#76; MCP lifecycle, "Version Negotiation"',
      });
    }
    const { answer, result } = await rpc(walk, { method: 'server/discover', version: '2026-07-28', token });
    if (result !== undefined) book.pass('each of them; 2026-07-28 (server/discover) too');
    else if (answer.ok && answer.status < 500)
      book.note('legacy-only', { seen: `2026-07-28 is not spoken: ${describe(answer)}` });
    else {
      book.warn('discover-fails', {
        seen: `server/discover: ${describe(answer)}`,
        why: 'A client that speaks 2026-07-28 goes back to the older handshake at a 4xx, not at this.',
        userSees: walk.profile.words.noTools,
        fix: 'Answer 400 with a JSON-RPC error to a revision that you do not speak.',
        source: 'MCP 2026-07-28, "Version Negotiation"',
      });
    }
  },
};

async function open(walk: Walk, book: Book): Promise<void> {
  const session = walk.challenged?.header('mcp-session-id');
  const { answer } = await rpc(walk, { method: 'tools/list', session });
  if (answer.ok && answer.status === 401) {
    walk.challenged = answer;
    walk.late = true;
    book.warn('late-401', {
      seen: 'initialize is answered to anybody, tools/list by 401',
      why: 'The client takes the connector for one without sign-in until it asks for the tools; some never come back.',
      userSees: walk.profile.words.noSignIn,
      fix: 'Answer 401 to every request without a token.',
      source: SOURCE,
    });
    return;
  }
  walk.open = true;
  walk.openSession = session;
  walk.challenged = undefined;
  const { inserted, root } = resourceMetadataUrls(walk.url);
  for (const url of new Set([inserted, root])) {
    const found = await walk.http.send({ method: 'GET', url });
    if (found.ok && found.status === 200 && jsonObject(found.body) !== undefined) {
      book.fail('open-with-sign-in', {
        seen: 'anybody is answered, though there is metadata for signing in',
        why: 'A client offers a sign-in only after a 401. An error inside a 200 does not count.',
        userSees: walk.profile.words.noSignIn,
        fix: 'Answer 401 with a WWW-Authenticate to every request without a token.',
        source: 'Anthropic, connector documentation; claude-ai-mcp#134',
      });
      return;
    }
  }
  book.note('open', {
    seen: 'anybody is answered, and nothing says that one could sign in: an open connector',
  });
}

function refused(walk: Walk, book: Book, how: string, answer: Walk['challenged']): void {
  const status = answer?.status ?? 0;
  const missing = status === 404 || status === 405;
  book.fail(status === 406 ? 'not-acceptable' : missing ? 'no-connector' : 'not-401', {
    seen: `${how}: ${answer === undefined ? 'no answer' : describe(answer)}`,
    why: missing
      ? 'No MCP server takes a POST at this URL.'
      : 'Only a 401 makes a client offer a sign-in: 403 is final for Claude, anything else an error.',
    userSees: missing ? walk.profile.words.unreachable : walk.profile.words.noSignIn,
    fix: missing
      ? 'Compare the path with the one that the server’s documentation names.'
      : 'Answer 401 with a WWW-Authenticate to every request without a token.',
    source: 'claude-ai-mcp#134, #283, #410; ' + SOURCE,
  });
}
