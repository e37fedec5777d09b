import { randomUUID } from 'node:crypto';
import { describe } from '../text/describe.ts';
import { noSignIn, type Check } from './check.ts';

export const d09: Check = {
  id: 'D9',
  stage: 'Discovery',
  title: 'No other page answers in place of the authorization server',
  blocked: noSignIn,
  async run(walk, book) {
    const { origin } = walk.url;
    const named = [walk.server?.authorize, walk.server?.token, walk.server?.register];
    for (const path of ['/authorize', '/token', '/register']) {
      if (named.includes(origin + path)) continue;
      const answer = await walk.http.send({ method: 'GET', url: origin + path });
      if (!answer.ok || answer.status !== 200) continue;
      book.warn('other-page', {
        seen: `${path} of the connector’s origin: ${describe(answer)}, though the authorization server is elsewhere`,
        why: 'When metadata cannot be read for a moment, clients go to these paths, and take what they find for an answer.',
        userSees: walk.profile.words.authorization,
        fix: 'Answer 404 there, or redirect to the authorization server.',
        source:
          'claude-ai-mcp#82, #283, #827; MCP 2025-03-26, "Fallbacks for Servers without Metadata Discovery"',
      });
    }
    const unknown = await walk.http.send({ method: 'GET', url: `${origin}/.well-known/${randomUUID()}` });
    if (unknown.ok && unknown.status === 200) {
      book.warn('well-known-catch-all', {
        seen: `a /.well-known/ path that does not exist: ${describe(unknown)}`,
        why: 'Clients try several such paths; one that answers everything gives them a page where metadata should be.',
        userSees: walk.profile.words.authorization,
        fix: 'Answer 404 to every /.well-known/ path that you do not serve.',
        source: 'claude-ai-mcp#82; RFC 8615',
      });
    }
    book.pass('nothing answers there');
  },
};
