import type { ErrorComponentProps } from '@tanstack/react-router';
import { Problem } from '../ui/problem.tsx';

/** A page that could not be shown: a fault of ours, or a page whose files a newer release has replaced. */
export function Crash({ error }: ErrorComponentProps) {
  return <Problem error={error} onRetry={() => location.reload()} />;
}
