import { rpc } from '../mcp/rpc.ts';
import { describe } from '../text/describe.ts';
import { noGrant, type Check } from './check.ts';

const STALE = 'latchkey-doctor-no-such-session';

export const d21: Check = {
  id: 'D21',
  stage: 'Tools',
  title: 'It works without a session, and the server asks nothing of the client',
  blocked: (walk) =>
    noGrant(walk) ?? (walk.tools === undefined ? 'tools/list is not answered (D20)' : undefined),
  async run(walk, book) {
    const token = walk.grant?.accessToken;
    const session = walk.grant?.session ?? walk.openSession;
    const bare = await rpc(walk, { method: 'tools/list', token, fresh: true });
    if (bare.result === undefined) {
      book.add(walk.profile.name === 'claude' ? 'fail' : 'warn', 'session-required', {
        seen: `tools/list on a new connection, without Mcp-Session-Id: ${describe(bare.answer)}`,
        why: 'Claude was seen not to return the session’s id, and to come from other addresses with each request.',
        userSees: walk.profile.words.noTools,
        fix: 'Serve without sessions: each request stands for itself.',
        source: 'claude-ai-mcp#99, #583, #975',
      });
    }
    const stale = await rpc(walk, { method: 'tools/list', token, session: STALE });
    if (stale.result === undefined) {
      book.add('warn', 'stale-session-refused', {
        seen: `tools/list with the id of a session that is gone: ${describe(stale.answer)}`,
        why: 'After a restart of the server clients go on with the old id; not all begin anew at the 404.',
        userSees: walk.profile.words.later,
        fix: 'Serve without sessions, and ignore an id that you did not give out.',
        source: 'claude-code#48557, #50450, #75976',
      });
    }
    if (!walk.url.pathname.endsWith('/sse')) {
      const got = await walk.http.send({
        method: 'GET',
        url: walk.url.href,
        headers: {
          accept: 'text/event-stream',
          'user-agent': walk.profile.userAgents.mcp,
          'mcp-protocol-version': walk.profile.protocolVersion,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(session === undefined ? {} : { 'mcp-session-id': session }),
        },
        headOnly: true,
      });
      const stream =
        got.ok && got.status === 200 && (got.header('content-type') ?? '').startsWith('text/event-stream');
      if (!stream && !(got.ok && got.status === 405)) {
        book.warn('get-answer', {
          seen: `GET, signed in: ${describe(got)}`,
          why: 'Clients open a stream by GET. 405 means that there is none; Cursor gives up at a 400.',
          userSees: walk.profile.words.noTools,
          fix: 'Answer 405 if there is no stream.',
          source: 'mcp-proxy#62; MCP transports',
        });
      }
    }
    if (walk.asked.size > 0) {
      book.warn('asks-client', {
        seen: `before its answer the server asked for ${[...walk.asked].slice(0, 3).join(', ')}`,
        why: 'Claude does not answer such, and the connection broke on it.',
        userSees: walk.profile.words.noTools,
        fix: 'Ask a client only for what it said that it can.',
        source: 'claude-ai-mcp#708',
      });
    }
    book.pass('each request stands for itself');
  },
};
