export const STEPS = ['fetch', 'check', 'choose', 'authenticate', 'preview', 'publish'] as const;

export type Step = (typeof STEPS)[number];

/** Which import, and where in it: a reload, the back button and another tab come to the same place. */
export interface ImportSearch {
  id?: string;
  step?: Step;
}

const ID = /^[a-z]{2,10}_[A-Za-z0-9_-]{1,100}$/;

export function readImportSearch({ id, step }: Record<string, unknown>): ImportSearch {
  const known = STEPS.find((one) => one === step);
  if (typeof id !== 'string' || !ID.test(id)) return {};
  return known === undefined ? { id } : { id, step: known };
}

export function stepAfter(step: Step): Step | undefined {
  return STEPS[STEPS.indexOf(step) + 1];
}

export function stepBefore(step: Step): Step | undefined {
  return STEPS[STEPS.indexOf(step) - 1];
}
