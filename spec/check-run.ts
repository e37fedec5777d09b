import { z } from 'zod';
import type { Claim, TestRef } from './requirement.ts';

/** What vitest's JSON reporter writes, as far as it matters here. */
export const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      assertionResults: z.array(
        z.object({ ancestorTitles: z.array(z.string()), title: z.string(), status: z.string() }),
      ),
    }),
  ),
});
export type Report = z.infer<typeof reportSchema>;

/** What of the claims this run did not show: a sentence for each test that did not pass, in each of its forms. */
export function checkRun(claims: readonly Claim[], report: Report): string[] {
  const faults = new Set<string>();
  for (const { tests } of claims) {
    for (const test of tests) {
      const fault = faultOf(test, report);
      if (fault !== undefined) faults.add(fault);
    }
  }
  return [...faults];
}

function faultOf({ file, name }: TestRef, { testResults }: Report): string | undefined {
  const pattern = patternOf(name);
  const ran = testResults
    .filter((result) => result.name.endsWith(`/${file}`))
    .flatMap((result) => result.assertionResults)
    .filter(({ ancestorTitles, title }) =>
      namesOf([...ancestorTitles, title]).some((each) => pattern.test(each)),
    );
  if (ran.length === 0) return `"${name}" of ${file} did not run`;
  const others = ran.filter(({ status }) => status !== 'passed');
  return others.length === 0 ? undefined : `"${name}" of ${file}: ${others[0]?.status}`;
}

/** The title, and the title after those of the groups next to it. */
function namesOf(titles: readonly string[]): string[] {
  return titles.map((_, index) => titles.slice(index).join(' > '));
}

/** Titles of tables have places for values: `%s` and its like, or `$name`. */
function patternOf(name: string): RegExp {
  const parts = name.split(/%[sdifjoOc#$]|\$[a-z]\w*/i);
  return new RegExp(`^${parts.map(escaped).join('[^]*')}$`);
}

function escaped(text: string): string {
  return text.replaceAll('%%', '%').replaceAll(/[$()*+.?[\\\]^{|}/-]/g, '\\$&');
}
