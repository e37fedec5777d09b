import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { shellText as text } from '../text/shell.ts';
import { Frame } from './frame.tsx';
import { uiText } from '../text/ui.ts';

/** An address that is none of the visitor's organisations. */
export function NotYours({ org, account }: { org: string; account: ReactNode }) {
  return (
    <Frame bar={account}>
      <title>{uiText.tab(text.notFound)}</title>
      <div className="sheet narrow">
        <h1 id="page-title" tabIndex={-1}>
          {text.notYours(org)}
        </h1>
        <p>{text.notYoursWhy}</p>
        <Link to="/" className="button">
          {text.elsewhere}
        </Link>
      </div>
    </Frame>
  );
}
