import type { ApiKey } from '../api/types.ts';
import { StatusBadge } from '../ui/badges.tsx';
import { When } from '../ui/when.tsx';
import { DORMANT_DAYS, isDormant } from './is-dormant.ts';

export function KeyStatus({ apiKey: key }: { apiKey: ApiKey }) {
  if (key.status === 'revoked') {
    return (
      <>
        <StatusBadge tone="quiet">Revoked</StatusBadge>
        <span className="row-more">
          <When at={key.revoked_at} absent="" />
        </span>
      </>
    );
  }
  if (key.status === 'expired') return <StatusBadge tone="quiet">Expired</StatusBadge>;
  if (isDormant(key, Date.now())) {
    return (
      <>
        <StatusBadge tone="warning">Active</StatusBadge>
        <span className="row-more status-warning">unused for over {DORMANT_DAYS} days</span>
      </>
    );
  }
  return <StatusBadge tone="good">Active</StatusBadge>;
}
