import type { ReactNode } from 'react';
import { shellText as text } from '../text/shell.ts';
import { Brand } from './brand.tsx';

interface FrameProps {
  bar?: ReactNode;
  navigation?: ReactNode;
  children?: ReactNode;
}

/** The bar above, the navigation beside (above, on a narrow screen), and the page. */
export function Frame({ bar, navigation, children }: FrameProps) {
  return (
    <>
      <a className="skip-link" href="#page">
        {text.skip}
      </a>
      <header className="bar">
        <Brand />
        {bar}
      </header>
      <div className={navigation === undefined ? 'columns columns-single' : 'columns'}>
        {navigation}
        <main id="page" tabIndex={-1}>
          {children}
        </main>
      </div>
    </>
  );
}
