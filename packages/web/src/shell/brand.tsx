import { Link } from '@tanstack/react-router';
import { shellText as text } from '../text/shell.ts';

export function Brand() {
  return (
    <Link to="/" className="brand" aria-label={text.brand}>
      <svg viewBox="0 0 64 64" width="28" height="28" aria-hidden="true">
        <rect width="64" height="64" rx="15" fill="#0b5d57" />
        <path
          fill="#fff"
          fillRule="evenodd"
          d="M20 17a13 13 0 1 1 0 26 13 13 0 0 1 0-26zm0 7.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11z"
        />
        <path fill="#fff" d="M30 26.5h26v7h-3v9h-6.5v-9h-4v6h-6.5v-6H30z" />
      </svg>
      <span className="wordmark">{text.wordmark}</span>
    </Link>
  );
}
