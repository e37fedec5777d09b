import type { Clock } from '../kernel/clock.ts';
import type { Actor } from '../kernel/credential.ts';
import type { ClientId, GrantId, KeyId, OrganisationId, RequestId, UserId } from '../kernel/ids.ts';
import type { AuditRow } from '../store/queries/audit-events.ts';
import type { AuditPhase } from '../store/schema.ts';

/** Something worth remembering. It never carries a secret, and never what a call said or answered. */
export interface AuditEntry {
  /** Absent: it happened before anyone was known to belong anywhere. */
  readonly orgId?: OrganisationId | undefined;
  /** What was done, as `noun.verb`: `tool.call`, `grant.revoked`. */
  readonly action: string;
  readonly actor:
    | Actor
    /** `operator`: whoever looks after the installation; without an id, by a command on the server. */
    | { readonly kind: 'client' | 'anonymous' | 'system' | 'operator'; readonly id?: string };
  readonly clientId?: ClientId | undefined;
  readonly grantId?: GrantId | undefined;
  readonly keyId?: KeyId | undefined;
  /** What it was done to: a tool's name, a key's id. */
  readonly target?: string | undefined;
  readonly requestId?: RequestId | undefined;
  readonly outcome?: 'ok' | 'refused' | 'failed' | undefined;
  /** The HTTP status that came of it. */
  readonly status?: number | undefined;
  readonly durationMs?: number | undefined;
  readonly detail?: Readonly<Record<string, unknown>> | undefined;
}

/** Who did what people do on pages and whoever has the server by a command: then there is nobody to name. */
export function personOrOperator(by: { readonly userId: UserId } | undefined): AuditEntry['actor'] {
  return by === undefined ? { kind: 'operator' } : { kind: 'user', id: by.userId };
}

const TEXT_CHARACTERS_MAX = 512;

/** The row of an entry, for a statement that writes more than `recordEvent` does. */
export function toAuditRow(entry: AuditEntry, phase: AuditPhase, clock: Clock): AuditRow {
  const { actor } = entry;
  return {
    orgId: entry.orgId ?? null,
    at: dateOf(clock.nowMs()),
    phase,
    action: storable(entry.action),
    actorKind: actor.kind,
    actorId: actor.id === undefined ? null : storable(actor.id),
    clientId: entry.clientId ?? null,
    grantId: entry.grantId ?? null,
    keyId: entry.keyId ?? null,
    target: entry.target === undefined ? null : storable(entry.target),
    requestId: entry.requestId ?? null,
    outcome: entry.outcome ?? null,
    status: entry.status ?? null,
    durationMs: entry.durationMs === undefined ? null : Math.round(entry.durationMs),
    detail: entry.detail === undefined ? null : storableRecord(entry.detail),
  };
}

let latest = new Date(Number.NaN);

/** Many rows are of one millisecond: they share its date. */
function dateOf(ms: number): Date {
  if (latest.getTime() !== ms) latest = new Date(ms);
  return latest;
}

// PostgreSQL stores neither NUL nor half a surrogate pair, and callers choose some of these texts: one such row would
// take the whole batch down with it.
const UNSTORABLE = /\0|\p{Surrogate}/u;
const EACH_UNSTORABLE = /\0|\p{Surrogate}/gu;

function storable(text: string): string {
  const short = text.length > TEXT_CHARACTERS_MAX ? text.slice(0, TEXT_CHARACTERS_MAX) : text;
  return isStorable(short) ? short : short.replace(EACH_UNSTORABLE, '\uFFFD');
}

function isStorable(text: string): boolean {
  return text.length <= TEXT_CHARACTERS_MAX && !UNSTORABLE.test(text);
}

/** As it is, where nothing has to be mended: a row of it is made for every call. */
function storableRecord(record: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const isPlain = Object.entries(record).every(
    ([key, value]) => typeof value === 'string' && isStorable(value) && isStorable(key),
  );
  if (isPlain) return record;
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [storable(key), storableValue(value)]),
  );
}

function storableValue(value: unknown): unknown {
  if (typeof value === 'string') return storable(value);
  if (Array.isArray(value)) return value.map(storableValue);
  if (typeof value === 'object' && value !== null) return storableRecord({ ...value });
  return value;
}
