import { Link } from '@tanstack/react-router';
import { shellText as text } from '../text/shell.ts';
import { uiText } from '../text/ui.ts';

export function NoSuchPage() {
  return (
    <div className="sheet narrow">
      <title>{uiText.tab(text.notFound)}</title>
      <h1 id="page-title" tabIndex={-1}>
        {text.noSuchPage}
      </h1>
      <p>{text.noSuchPageWhy}</p>
      <Link to="/" className="button">
        {text.elsewhere}
      </Link>
    </div>
  );
}
