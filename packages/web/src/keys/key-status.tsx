import type { ApiKey } from '../api/types.ts';
import { keysText as text } from '../text/keys.ts';
import { StatusBadge } from '../ui/badges.tsx';
import { When } from '../ui/when.tsx';

export function KeyStatus({ apiKey: key }: { apiKey: ApiKey }) {
  if (key.status === 'revoked') {
    return (
      <>
        <StatusBadge tone="quiet">{text.status.revoked}</StatusBadge>
        <span className="row-more">
          <When at={key.revoked_at} absent="" />
        </span>
      </>
    );
  }
  if (key.status === 'expired') return <StatusBadge tone="quiet">{text.status.expired}</StatusBadge>;
  if (key.is_unused) {
    return (
      <>
        <StatusBadge tone="warning">{text.status.active}</StatusBadge>
        <span className="row-more status-warning">{text.unusedFor}</span>
      </>
    );
  }
  return <StatusBadge tone="good">{text.status.active}</StatusBadge>;
}
