import type { ReactNode } from 'react';
import { operatorText as text } from '../text/operator.ts';
import { uiText } from '../text/ui.ts';

/** The heading of a page of operators, as `PageHead` is of an organisation's. */
export function OperatorHead({ action, lead, title }: { title: string; lead: string; action?: ReactNode }) {
  return (
    <header className="page-head">
      <title>{uiText.tab(title, text.name)}</title>
      <div>
        <h1 id="page-title" tabIndex={-1}>
          {title}
        </h1>
        <p className="lead">{lead}</p>
      </div>
      {action}
    </header>
  );
}
