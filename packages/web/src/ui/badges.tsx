import type { Access } from '../api/types.ts';

export function AccessBadge({ access }: { access: Access }) {
  return access === 'full' ? (
    <span className="badge badge-full">Full access</span>
  ) : (
    <span className="badge">Read-only</span>
  );
}

type Tone = 'good' | 'quiet' | 'warning';

export function StatusBadge({ tone, children }: { tone: Tone; children: string }) {
  return <span className={`status status-${tone}`}>{children}</span>;
}
