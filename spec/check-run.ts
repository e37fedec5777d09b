import type { RanTest } from '../scripts/test-results.ts';
import type { Claim, TestRef } from './requirement.ts';

/** What of the claims this run did not show: a sentence for each test that did not pass, in each of its forms. */
export function checkRun(claims: readonly Claim[], ran: readonly RanTest[]): string[] {
  const faults = claims.flatMap(({ tests }) => tests.map((test) => faultOf(test, ran)));
  return [...new Set(faults)].filter((fault) => fault !== undefined);
}

function faultOf({ file, name }: TestRef, ran: readonly RanTest[]): string | undefined {
  const pattern = patternOf(name);
  const forms = ran.filter((test) => test.file === file && pattern.test(test.name));
  if (forms.length === 0) return `"${name}" of ${file} did not run`;
  const other = forms.find(({ state }) => state !== 'passed');
  return other && `"${name}" of ${file}: ${other.state}`;
}

/** The title, or the title after those of the groups next to it. Those of tables have places for values: `%s`, `$name`. */
function patternOf(name: string): RegExp {
  const parts = name.split(/%[sdifjoOc#$]|\$[a-z]\w*/i);
  return new RegExp(`(?:^| > )${parts.map(escaped).join('[^]*')}$`);
}

function escaped(text: string): string {
  return text.replaceAll('%%', '%').replaceAll(/[$()*+.?[\\\]^{|}/-]/g, '\\$&');
}
