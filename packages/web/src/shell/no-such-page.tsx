import { Link } from '@tanstack/react-router';

export function NoSuchPage() {
  return (
    <div className="sheet narrow">
      <title>Not found · Latchkey</title>
      <h1 id="page-title" tabIndex={-1}>
        There is no such page
      </h1>
      <p>The address may be mistyped, or the page may have moved.</p>
      <Link to="/" className="button">
        Go to your organisations
      </Link>
    </div>
  );
}
