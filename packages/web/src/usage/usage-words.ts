import type { UsageBy, UsageCounts, UsageGroup, UsageStep } from '../api/usage.ts';
import { usageText as text } from '../text/usage.ts';

const NUMBER = new Intl.NumberFormat('en-GB');
const SHARE = new Intl.NumberFormat('en-GB', { style: 'percent', maximumFractionDigits: 1 });
const SECONDS = new Intl.NumberFormat('en-GB', { maximumSignificantDigits: 2 });
const HOUR = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
const DAY = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' });
export const DAY_SECONDS = 86_400;

export const ERROR_CLASSES = ['refused', 'limited', 'client_errors', 'server_errors', 'failed'] as const;

export function errorsOf(counts: UsageCounts): number {
  return ERROR_CLASSES.reduce((sum, name) => sum + counts[name], 0);
}

export function numberInWords(value: number): string {
  return NUMBER.format(value);
}

export function shareInWords(part: number, whole: number): string {
  return SHARE.format(whole === 0 ? 0 : part / whole);
}

export function timeInWords(ms: number | null): string {
  if (ms === null) return text.notTimed;
  return ms < 1000 ? text.milliseconds(NUMBER.format(ms)) : text.seconds(SECONDS.format(ms / 1000));
}

/** When a step of a chart begins: an hour in the reader's time, a whole day in UTC. */
export function stepInWords(at: string, stepSeconds: number): string {
  return (stepSeconds >= DAY_SECONDS ? DAY : HOUR).format(new Date(at));
}

export function errorClassesInWords(counts: UsageCounts): string {
  return ERROR_CLASSES.filter((name) => counts[name] > 0)
    .map((name) => text.classes[name](NUMBER.format(counts[name])))
    .join(', ');
}

export function groupName(
  by: UsageBy,
  { action, id, name }: Pick<UsageGroup, 'action' | 'id' | 'name'>,
): string {
  if (by === 'tool' && id === '') return text.unnamedTool[action] ?? text.none.tool;
  if (id === '') return text.none[by];
  return name === null || name === '' ? id : name;
}

export function busiestOf(series: readonly UsageStep[]): UsageStep | undefined {
  const [busiest] = series.toSorted((a, b) => b.calls - a.calls);
  return busiest !== undefined && busiest.calls > 0 ? busiest : undefined;
}

export function pointInWords(step: UsageStep, stepSeconds: number): string {
  return text.point(
    stepInWords(step.at, stepSeconds),
    numberInWords(step.calls),
    numberInWords(errorsOf(step)),
    step.p50_ms === null ? '' : text.pointTime(timeInWords(step.p50_ms), timeInWords(step.p95_ms)),
  );
}
