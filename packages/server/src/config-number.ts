import { z } from 'zod';

/** A whole number in these bounds, as an environment writes it. */
export function wholeNumber(least: number, most: number) {
  return z.string().transform((text, context) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    context.addIssue({ code: 'custom', message: `must be a whole number from ${least} to ${most}` });
    return z.NEVER;
  });
}
