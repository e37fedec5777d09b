import type { Audit } from '../../audit/audit.ts';
import type { AuditEntry } from '../../audit/entry.ts';
import type { Access } from '../../kernel/access.ts';
import type { Cancellation } from '../../kernel/cancellation.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { RequestId } from '../../kernel/ids.ts';
import type { Principal } from '../../kernel/principal.ts';
import type { Soon } from '../../kernel/soon.ts';

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
  /** What its API says that it costs; absent: nothing. */
  readonly credits?: number | undefined;
  /** Fires when the caller goes away. */
  readonly signal?: Cancellation | undefined;
}

/** What came of it. */
export interface Ended {
  /** Of the upstream's answer; undefined if there was none. */
  readonly status?: number | undefined;
  /** Why there was none, or why there was only its beginning. */
  readonly fault?: string | undefined;
  /** It is known that nothing of it left; what may have left, did. */
  readonly notSent?: boolean | undefined;
}

/** Whether there was an answer, all of it, that says so. */
export function isOk({ fault, status }: Ended): boolean {
  return fault === undefined && status !== undefined && status < 400;
}

/** Said of each call that was begun; the first word counts. */
export type End = (ended: Ended) => void;

export interface Recorder {
  /**
   * Before anything leaves: durable for what can change something, and at once for the rest. Throws `unavailable` if it
   * cannot be, and what else keeps a call from being made: at once, or later.
   */
  begin(call: Call): Soon<End>;
  /** Something that was asked for and not done. */
  refused(call: Call, reason: string): void;
}

export function createRecorder(audit: Audit, clock: Clock): Recorder {
  function begun(call: Call, write: (entry: AuditEntry) => void): End {
    const startedMs = clock.nowMs();
    let isOver = false;
    return (ended) => {
      if (isOver) return;
      isOver = true;
      const outcome = isOk(ended) ? 'ok' : 'failed';
      write(entryOf(call, outcome, ended.status, clock.nowMs() - startedMs, ended.fault));
    };
  }

  return {
    begin(call) {
      if (call.access !== 'full') return begun(call, audit.record);
      const intended = audit.intent(entryOf(call, undefined, undefined, undefined, undefined));
      return intended.then(() => begun(call, audit.outcome));
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
    keyId: principal.triedBy === undefined ? principal.keyId : undefined,
    target,
    requestId,
    outcome,
    status,
    durationMs,
    detail: detailOf(connector, reason, principal, confirmed),
  };
}

function detailOf(
  connector: string,
  reason: string | undefined,
  { actingClients: acting, actor, triedBy }: Principal,
  confirmed: string | undefined,
): NonNullable<AuditEntry['detail']> {
  const detail = reason === undefined ? plainDetailOf(connector) : { connector, reason };
  // An agent does not try itself out.
  const by = triedBy !== undefined && triedBy.id !== actor.id ? triedBy : undefined;
  if (acting === undefined && confirmed === undefined && by === undefined) return detail;
  return {
    ...detail,
    ...(acting && { acting }),
    ...(confirmed && { confirmed }),
    ...(by && { tried_by: { id: by.id, name: by.name } }),
  };
}

let plainDetail: { readonly connector: string } = { connector: '' };

/** Of most calls that is all there is to say, and what is the same is written but once (`arrayLiteral`). */
function plainDetailOf(connector: string): { readonly connector: string } {
  if (plainDetail.connector !== connector) plainDetail = { connector };
  return plainDetail;
}
