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
  readonly action: 'tool.call' | 'api.call' | 'file.download' | 'prompt.get' | 'resource.read';
  /** A name, a URI, or method and path template: never an argument. */
  readonly target: string;
  readonly connector: string;
  /** `full`: it can change something. */
  readonly access: Access;
  /** How a person agreed to it beforehand; undefined: nobody was asked. */
  readonly confirmed?: string | undefined;
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
      const writes = call.access === 'full';
      if (writes) await audit.intent(entryOf(call, undefined, undefined, undefined, undefined));
      const startedMs = clock.nowMs();
      let isOver = false;
      return ({ status, fault }) => {
        if (isOver) return;
        isOver = true;
        const outcome = status !== undefined && status < 400 ? 'ok' : 'failed';
        const entry = entryOf(call, outcome, status, clock.nowMs() - startedMs, fault);
        if (writes) audit.outcome(entry);
        else audit.record(entry);
      };
    },
    refused(call, reason) {
      audit.record(entryOf(call, 'refused', undefined, undefined, reason));
    },
  };
}

/** One literal, because it is made for every call: spreading one entry over another costs more than the rest of it. */
function entryOf(
  { action, confirmed, connector, principal, requestId, target }: Call,
  outcome: AuditEntry['outcome'],
  status: number | undefined,
  durationMs: number | undefined,
  reason: string | undefined,
): AuditEntry {
  return {
    orgId: principal.orgId,
    action,
    actor: principal.actor,
    clientId: principal.clientId,
    grantId: principal.grantId,
    keyId: principal.keyId,
    target,
    requestId,
    outcome,
    status,
    durationMs,
    detail: detailOf(connector, reason, principal.actingClients, confirmed),
  };
}

function detailOf(
  connector: string,
  reason: string | undefined,
  acting: Principal['actingClients'],
  confirmed: string | undefined,
): NonNullable<AuditEntry['detail']> {
  const detail = reason === undefined ? { connector } : { connector, reason };
  if (acting === undefined && confirmed === undefined) return detail;
  return { ...detail, ...(acting && { acting }), ...(confirmed && { confirmed }) };
}
