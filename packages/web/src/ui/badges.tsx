import type { Access } from '../api/types.ts';
import { uiText as text } from '../text/ui.ts';

export function AccessBadge({ access }: { access: Access }) {
  return access === 'full' ? (
    <span className="badge badge-full">{text.fullAccess}</span>
  ) : (
    <span className="badge">{text.readOnly}</span>
  );
}

type Tone = 'good' | 'quiet' | 'warning';

export function StatusBadge({ tone, children }: { tone: Tone; children: string }) {
  return <span className={`status status-${tone}`}>{children}</span>;
}
