import type { ReactNode } from 'react';
import { STEP_TITLE_ID } from './use-focus-on-new-step.ts';

export function StepTitle({ children }: { children: ReactNode }) {
  return (
    <h2 id={STEP_TITLE_ID} tabIndex={-1} className="import-title">
      {children}
    </h2>
  );
}
