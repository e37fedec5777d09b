import { ApiError } from '../api/api-error.ts';

/** What went wrong, the id under which an operator finds it, and the way to try again. */
export function Problem({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }) {
  const { message, requestId } = describe(error);
  return (
    <div role="alert" className="problem">
      <p>{message}</p>
      {requestId === undefined ? null : (
        <p className="small">
          Quote this if you report it: <code>{requestId}</code>
        </p>
      )}
      {onRetry === undefined ? null : (
        <button type="button" className="button secondary" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

function describe(error: unknown): { message: string; requestId: string | undefined } {
  if (error instanceof ApiError) return error;
  return { message: 'Something in this page went wrong.', requestId: undefined };
}
