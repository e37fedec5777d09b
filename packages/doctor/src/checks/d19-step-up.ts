import { parseChallenges } from '../http/challenge.ts';
import { quoted } from '../text/clean.ts';
import { describe } from '../text/describe.ts';
import { noGrant, noSignIn, type Check } from './check.ts';

export const d19: Check = {
  id: 'D19',
  stage: 'Tools',
  title: 'A 403 says which scopes are needed',
  blocked: (walk) => noSignIn(walk) ?? (walk.forbidden.length > 0 ? undefined : noGrant(walk)),
  run(walk, book) {
    const [answer] = walk.forbidden;
    if (answer === undefined) {
      book.notRun(
        'nothing was answered by 403; asking for one takes a token with less access and a tool that changes something, which the doctor never calls',
      );
      return;
    }
    const header = answer.header('www-authenticate');
    const bearer = parseChallenges(header ?? '')?.find(({ scheme }) => scheme === 'bearer');
    const scope = bearer?.parameters.get('scope');
    if (bearer?.parameters.get('error') !== 'insufficient_scope' || scope === undefined || scope === '') {
      book.fail('forbidden', {
        seen: `${describe(answer)}, WWW-Authenticate ${quoted(header)}`,
        why: 'A 403 is final for the client, unless it says insufficient_scope and names every scope that is needed.',
        userSees: walk.profile.words.later,
        fix: 'WWW-Authenticate: Bearer error="insufficient_scope", scope="<all scopes needed, those held too>", resource_metadata="…"; otherwise 401, or a tool result with isError.',
        source: 'Anthropic, connector documentation; MCP authorization, "Scope Challenge Handling"',
      });
      return;
    }
    book.pass(`asks for ${quoted(scope)}`);
  },
};
