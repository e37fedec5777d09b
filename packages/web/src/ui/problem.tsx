import { ApiError } from '../api/api-error.ts';
import { uiText as text } from '../text/ui.ts';

/** What went wrong, the id under which an operator finds it, and the way to try again. */
export function Problem({ error, onRetry }: { error: unknown; onRetry?: (() => void) | undefined }) {
  const { message, requestId } = describe(error);
  return (
    <div role="alert" className="problem">
      <p>{message}</p>
      {requestId === undefined ? null : (
        <p className="small">
          {text.quoteBefore}
          <code>{requestId}</code>
        </p>
      )}
      {onRetry === undefined ? null : (
        <button type="button" className="button secondary" onClick={onRetry}>
          {text.tryAgain}
        </button>
      )}
    </div>
  );
}

function describe(error: unknown): { message: string; requestId: string | undefined } {
  if (error instanceof ApiError) return error;
  return { message: text.wentWrong, requestId: undefined };
}
