import { initialize } from '../mcp/rpc.ts';
import { describe } from '../text/describe.ts';
import type { Check } from './check.ts';

const CLAUDE_NETWORK = '160.79.104.0/21';

export const d04: Check = {
  id: 'D4',
  stage: 'Address',
  title: 'Nothing in between refuses the client’s programs',
  async run(walk, book) {
    const { profile } = walk;
    const agents = [
      ...new Set([profile.userAgents.mcp, profile.userAgents.oauth, 'curl/8.14.1', 'Mozilla/5.0']),
    ];
    const answers: { agent: string; seen: string; status: number | undefined; html: boolean }[] = [];
    for (const userAgent of agents) {
      const { answer } = await initialize(walk, { userAgent });
      answers.push({
        agent: userAgent,
        seen: describe(answer),
        status: answer.ok ? answer.status : undefined,
        html: answer.ok && (answer.header('content-type') ?? '').startsWith('text/html'),
      });
    }
    const own = answers.filter(({ agent }) => Object.values(profile.userAgents).includes(agent));
    const others = answers.filter((one) => !own.includes(one));
    const better = others.find(({ status }) => status !== undefined && status < 500 && status !== 429);
    const refused = own.filter(
      ({ html, status }) =>
        (better !== undefined && status !== better.status) ||
        (html && (status === 403 || status === 429 || status === 503)),
    );
    if (refused.length > 0) {
      if (better === undefined || refused.some(({ agent }) => agent === better.agent) || better.html) {
        walk.stopped = 'something in between answers in the connector’s place (D4)';
      } else {
        walk.profile = { ...profile, userAgents: { mcp: better.agent, oauth: better.agent } };
        const { answer } = await initialize(walk);
        walk.challenged = answer.ok ? answer : undefined;
        walk.bareStatus = answer.ok ? answer.status : undefined;
      }
      book.fail('user-agent-refused', {
        seen: answers.map(({ agent, seen }) => `${agent}: ${seen}`).join('; '),
        why: 'A firewall or CDN answers in the server’s place ("block AI bots", "bot fight mode"); the connector never hears of it.',
        userSees: profile.words.unreachable,
        fix: `Let the paths of the connector and of /.well-known, /authorize, /token and /register pass for these programs${profile.name === 'claude' ? `, and for ${CLAUDE_NETWORK}` : ''}.`,
        source: 'claude-ai-mcp#49, #430, #438, #1061',
      });
    }
    book.pass(
      `the same answer for ${agents.join(', ')}${
        profile.hosted && !walk.local
          ? `; rules about addresses cannot be seen from here${profile.name === 'claude' ? `: allow ${CLAUDE_NETWORK}` : ''}`
          : ''
      }`,
    );
  },
};
