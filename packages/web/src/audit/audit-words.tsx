import type { AuditEvent } from '../api/audit.ts';
import { auditText as text } from '../text/audit.ts';
import { StatusBadge } from '../ui/badges.tsx';
import { Foreign } from '../ui/foreign.tsx';
import { RESULTS } from './audit-search.ts';

export function Who({ actor }: Pick<AuditEvent, 'actor'>) {
  if (actor.kind === 'system') return text.latchkey;
  if (actor.kind === 'operator') return text.operator;
  if (actor.kind === 'anonymous') return text.nobody;
  if (actor.name !== null) return <Foreign text={actor.name} />;
  return actor.id === null ? text.nobody : <code>{actor.id}</code>;
}

/** What it was done to, by the name that people know. */
export function Target({ target }: Pick<AuditEvent, 'target'>) {
  if (target === null) return null;
  return <Foreign text={target.name ?? target.text} />;
}

const TONES = { ok: 'good', refused: 'warning', failed: 'warning', unknown: 'warning' } as const;

export function Result({ phase, result }: Pick<AuditEvent, 'phase' | 'result'>) {
  if (phase === 'intent') return <span className="quiet">{text.announced}</span>;
  const known = RESULTS.find((one) => one === result);
  if (known !== undefined) return <StatusBadge tone={TONES[known]}>{text.results[known]}</StatusBadge>;
  return <span className="quiet">{text.noResult}</span>;
}
