import type { ImportSettings, OperationChoice } from '../api/imports.ts';

type Fields = Omit<ImportSettings, 'operations'>;

/** What was changed here and is not saved yet. Of an operation: all that is said of it; null: nothing any more. */
export interface Patch {
  fields: Partial<Fields>;
  operations: Record<string, OperationChoice | null>;
}

export const NO_PATCH: Patch = { fields: {}, operations: {} };

export function isEmpty({ fields, operations }: Patch): boolean {
  return Object.keys(fields).length === 0 && Object.keys(operations).length === 0;
}

export function addTo(patch: Patch, more: Partial<Patch>): Patch {
  return {
    fields: { ...patch.fields, ...more.fields },
    operations: { ...patch.operations, ...more.operations },
  };
}

/** The settings with what was changed. */
export function patched(settings: ImportSettings, { fields, operations }: Patch): ImportSettings {
  const choices = new Map(Object.entries(settings.operations));
  for (const [operation, choice] of Object.entries(operations)) {
    if (choice === null || Object.keys(choice).length === 0) choices.delete(operation);
    else choices.set(operation, choice);
  }
  return { ...settings, ...fields, operations: Object.fromEntries(choices) };
}

/** What is left to be saved after `sent` was. */
export function without(patch: Patch, sent: Patch): Patch {
  const isLeft =
    (saved: Readonly<Record<string, unknown>>) =>
    ([name, value]: [string, unknown]) =>
      !Object.hasOwn(saved, name) || saved[name] !== value;
  return {
    fields: Object.fromEntries(Object.entries(patch.fields).filter(isLeft(sent.fields))),
    operations: Object.fromEntries(Object.entries(patch.operations).filter(isLeft(sent.operations))),
  };
}
