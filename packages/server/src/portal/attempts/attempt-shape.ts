import { z } from 'zod';
import type { ListedAttempt } from '../../audit/attempts/list-attempts.ts';
import { isStep } from '../../audit/attempts/steps.ts';
import { FAILED_STEP_WORDS, STEP_WORDS } from '../../audit/attempts/words.ts';
import { time } from '../shapes.ts';

const step = z.object({
  step: z.string(),
  words: z.string().describe('What happened, for people to read.'),
  at: time,
  last_at: time.nullable().describe('Of the last time, if it happened more than once.'),
  times: z.number().int(),
  ok: z.boolean(),
  fault: z.string().nullable().describe('Why it did not work.'),
  detail: z.string().nullable().describe('Which app, which tool, what exactly was wrong.'),
});

export const attemptShape = z.object({
  id: z.string(),
  app: z
    .object({
      name: z.string().nullable().describe('Chosen by the app itself.'),
      id: z.string().nullable(),
      user_agent: z.string(),
      destination: z.string().nullable().describe('The host that its code goes to.'),
    })
    .describe('As far as it is known.'),
  url: z.string().nullable().describe('The connector URL that it was about.'),
  by: z.enum(['sign_in', 'key']),
  person: z.string().nullable().describe('The member who signed in.'),
  network: z.string().nullable().describe('Where it came from, for admins; never the whole address.'),
  started_at: time,
  last_at: time,
  steps: z.array(step),
  verdict: z.object({
    state: z.enum(['connected', 'waiting', 'stopped', 'note']),
    code: z.string(),
    step: z.string(),
    sentence: z.string(),
    advice: z.string(),
  }),
});

export function presentAttempt(
  { attempt, email, verdict }: ListedAttempt,
  { mcpBaseUrl, withNetwork }: { mcpBaseUrl: string; withNetwork: boolean },
): z.input<typeof attemptShape> {
  const { advice, code, sentence, state, step: reached } = verdict;
  return {
    id: attempt.id,
    app: {
      name: attempt.clientName,
      id: attempt.clientId,
      user_agent: attempt.userAgent,
      destination: attempt.destination,
    },
    url: attempt.resource === null ? null : mcpBaseUrl + attempt.resource,
    by: attempt.keyId === null ? 'sign_in' : 'key',
    person: email,
    network: withNetwork ? attempt.network : null,
    started_at: attempt.startedAt.toISOString(),
    last_at: attempt.lastAt.toISOString(),
    steps: attempt.steps.map((one) => ({
      step: one.step,
      words: wordsOfStep(one.step, one.fault !== undefined),
      at: one.at,
      last_at: one.last ?? null,
      times: one.times ?? 1,
      ok: one.fault === undefined,
      fault: one.fault ?? null,
      detail: one.detail ?? null,
    })),
    verdict: { state, code, step: reached, sentence, advice },
  };
}

function wordsOfStep(name: string, failed: boolean): string {
  if (!isStep(name)) return name;
  return (failed ? FAILED_STEP_WORDS[name] : undefined) ?? STEP_WORDS[name];
}
