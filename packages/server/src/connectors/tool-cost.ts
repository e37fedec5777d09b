import type { ToolFace } from '@latchkey/tools';

/** What its API says that a call costs; true: something. */
export function creditsOf({ consumesCredits, credits }: ToolFace): number | boolean {
  return credits ?? consumesCredits === true;
}

/** What a call counts for: one where its API says no more than that it costs something. */
export function costOf(tool: ToolFace): number {
  const credits = creditsOf(tool);
  return typeof credits === 'number' ? credits : Number(credits);
}
