import type { Audit } from '../../audit/audit.ts';
import type { AuditEntry } from '../../audit/entry.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Actor } from '../../kernel/credential.ts';
import type { KeyId, OrganisationId, RequestId } from '../../kernel/ids.ts';
import type { KeyedCaller } from './caller.ts';

export interface TracedCaller {
  readonly orgId: OrganisationId;
  readonly actor: Actor;
  readonly keyId: KeyId | undefined;
  readonly requestId: RequestId;
  readonly call: string | undefined;
}

/**
 * Each keyed call leaves `management.call` with its key, as a call at the doors does; what an act leaves itself has the
 * same request id. Reads through our own gateway stand in the trail already.
 */
export function createTrace(audit: Pick<Audit, 'record' | 'intent' | 'outcome'>, clock: Clock) {
  return ({ call, ...who }: TracedCaller): Pick<KeyedCaller, 'begin' | 'refused'> => {
    const entryOf = (target: string, more: Partial<AuditEntry> = {}): AuditEntry => ({
      ...who,
      action: 'management.call',
      target,
      ...(call !== undefined && { detail: { call } }),
      ...more,
    });
    return {
      async begin({ id, writes }) {
        if (writes) await audit.intent(entryOf(id));
        const startedMs = clock.nowMs();
        return (status) => {
          const outcome = status < 400 ? 'ok' : status < 500 ? 'refused' : 'failed';
          const entry = entryOf(id, { outcome, status, durationMs: clock.nowMs() - startedMs });
          if (writes) audit.outcome(entry);
          else if (call === undefined) audit.record(entry);
        };
      },
      refused({ id }, reason) {
        audit.record(
          entryOf(id, { outcome: 'refused', detail: { reason, ...(call !== undefined && { call }) } }),
        );
      },
    };
  };
}
