import type { Warning, WarningCode } from '../catalogue/types.ts';
import { compareText } from '../json.ts';

/** Collects warnings: one for each fact and place, however many operations meet it. */
export interface Notes {
  warn(code: WarningCode, pointer: string, message: string, tool?: string): void;
  /** In an order that does not depend on the order of the document. */
  list(): Warning[];
}

export function createNotes(): Notes {
  const warnings = new Map<string, Warning>();
  return {
    warn(code, pointer, message, tool) {
      const key = `${pointer} ${code} ${tool ?? ''} ${message}`;
      if (warnings.has(key)) return;
      warnings.set(key, { code, pointer, message, ...(tool === undefined ? {} : { tool }) });
    },
    list() {
      return [...warnings.entries()].sort(([a], [b]) => compareText(a, b)).map(([, warning]) => warning);
    },
  };
}
