import type { Audit } from '../../audit/audit.ts';
import type { AuditEntry } from '../../audit/entry.ts';
import type { Access } from '../../kernel/access.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { RequestId } from '../../kernel/ids.ts';
import type { Principal } from '../../kernel/principal.ts';

/** A call that is about to leave. */
export interface Call {
  readonly principal: Principal;
  readonly requestId: RequestId;
  readonly action: 'tool.call' | 'api.call';
  /** The tool's name, or method and path template: never an argument. */
  readonly target: string;
  readonly connector: string;
  /** `full`: it can change something. */
  readonly access: Access;
}

/** What came of it. */
export interface Ended {
  /** Of the upstream's answer; undefined if there was none. */
  readonly status?: number | undefined;
  /** Why there was none. */
  readonly fault?: string | undefined;
}

export interface Recorder {
  /** Before anything leaves: durable for what can change something. Throws `unavailable` if it cannot be. */
  begin(call: Call): Promise<(ended: Ended) => void>;
  /** Something that was asked for and not done. */
  refused(call: Call, reason: string): void;
}

export function createRecorder(audit: Audit, clock: Clock): Recorder {
  return {
    async begin(call) {
      const entry = entryOf(call);
      const writes = call.access === 'full';
      if (writes) await audit.intent(entry);
      const startedMs = clock.nowMs();
      let isOver = false;
      return ({ status, fault }) => {
        if (isOver) return;
        isOver = true;
        const outcome = status !== undefined && status < 400 ? 'ok' : 'failed';
        const ended: AuditEntry = {
          ...entry,
          outcome,
          status,
          durationMs: clock.nowMs() - startedMs,
          detail: fault === undefined ? entry.detail : { ...entry.detail, fault },
        };
        if (writes) audit.outcome(ended);
        else audit.record(ended);
      };
    },
    refused(call, reason) {
      audit.record({ ...entryOf(call), outcome: 'refused', detail: { connector: call.connector, reason } });
    },
  };
}

function entryOf({ action, connector, principal, requestId, target }: Call): AuditEntry {
  const { actor, clientId, grantId, keyId, orgId } = principal;
  return { orgId, action, actor, clientId, grantId, keyId, target, requestId, detail: { connector } };
}
