import { refusalOf } from '../../oauth/support/world.ts';
import type { Tokens } from '../../support/oauth-client.ts';

/** What of a race's answers is tokens, and what refusals. */
export async function sortAnswers(answers: readonly Response[]) {
  const tokens: Tokens[] = [];
  const refusals: unknown[] = [];
  for (const answer of answers) {
    if (answer.status === 200) tokens.push((await answer.json()) as Tokens);
    else refusals.push(await refusalOf(answer));
  }
  return { tokens, refusals };
}
