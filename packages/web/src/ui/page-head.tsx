import type { ReactNode } from 'react';
import { useOrganisation } from '../shell/organisation-context.ts';
import { uiText } from '../text/ui.ts';

interface PageHeadProps {
  /** Of the browser's tab, and of the page where it has no other heading. */
  title: string;
  heading?: ReactNode;
  lead: ReactNode;
  action?: ReactNode;
}

/** The heading of a page, also the title of the tab; the focus comes here after each change of page. */
export function PageHead({ title, heading = title, lead, action }: PageHeadProps) {
  const { name } = useOrganisation();
  return (
    <header className="page-head">
      <title>{uiText.tab(title, name)}</title>
      <div>
        <h1 id="page-title" tabIndex={-1}>
          {heading}
        </h1>
        <p className="lead">{lead}</p>
      </div>
      {action}
    </header>
  );
}
