import { createHash } from 'node:crypto';
import type { Clock } from '../../kernel/clock.ts';
import { TRAIL_TYPE } from '../../kernel/webhook-families.ts';
import type { StoredAuditRow } from '../../store/queries/audit-forwards.ts';
import type { SendWebhook } from '../webhooks/send.ts';
import type { SignWebhook } from '../webhooks/sign.ts';
import type { SendRows } from './forward.ts';

/** As one message of a webhook, signed like any other. */
export function createSendToWebhook({
  clock,
  send,
  sign,
}: {
  clock: Clock;
  send: SendWebhook;
  sign: SignWebhook;
}): SendRows {
  return async ({ orgId, slug, url, webhookId }, rows, signal) => {
    if (orgId === null || webhookId === null || url === null)
      return { ok: false, failure: 'nobody to send to' };
    const entries = rows.map(entryOf);
    // The same rows have the same id, whoever sends them, and whenever.
    const hash = createHash('sha256')
      .update(`${webhookId} ${JSON.stringify(entries)}`)
      .digest('hex');
    const id = `evt_${hash.slice(0, 32)}`;
    const body = JSON.stringify({
      id,
      type: TRAIL_TYPE,
      created_at: new Date(clock.nowMs()).toISOString(),
      organisation: { id: orgId, slug },
      data: { entries },
    });
    const headers = await sign({ orgId, webhookId }, id, body);
    if (headers === undefined) return { ok: false, failure: 'its secret cannot be opened' };
    const { fault, status } = await send(url, headers, body, signal);
    if (status !== null && status >= 200 && status < 300) return { ok: true };
    return { ok: false, failure: status === null ? String(fault) : `status ${status}` };
  };
}

/** A row as the download of the audit log has it, without the names of today. */
function entryOf(row: StoredAuditRow) {
  return {
    id: String(row.id),
    at: row.at.toISOString(),
    action: row.action,
    phase: row.phase,
    actor: { kind: row.actorKind, id: row.actorId },
    client_id: row.clientId,
    key_id: row.keyId,
    grant_id: row.grantId,
    target: row.target,
    result: row.outcome,
    status: row.status,
    duration_ms: row.durationMs,
    request_id: row.requestId,
    detail: row.detail,
  };
}
