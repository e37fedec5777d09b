import type pg from 'pg';
import type { Access } from '../../kernel/access.ts';
import type { AuditRow } from '../queries/audit-events.ts';
import { CHANGES_CHANNEL, type Change } from '../queries/changes.ts';
import { createGrouped } from './grouped.ts';

/** One refresh: what is claimed, and what takes its place. */
export interface Rotation {
  tokenHash: string;
  successorHash: string;
  /** The sealed answer, in case it is asked for again within `replaySeconds`. */
  replay: string;
  replaySeconds: number;
  /** From now on the family answers to this key alone; one that answers to a key already keeps it. */
  bindTo: string | null;
  /** In key mode: the key's new secret and what it is good for; the one before stays good for `overlapSeconds`. */
  keySecret:
    | { hash: string; hint: string; expiresAt: Date; access: Access; overlapSeconds: number }
    | undefined;
  /** Written if the token was claimed, in the organisation and about the grant that it belongs to. */
  audit: Pick<
    AuditRow,
    'at' | 'phase' | 'action' | 'actorKind' | 'actorId' | 'clientId' | 'requestId' | 'outcome'
  >;
}

type Row = { successorHash: string; keyId: string | null; changeId: string | null };

/**
 * Everything that a refresh writes, for any number of refreshes: one statement, so each is done as a whole or not at
 * all. `lock` says what to do about a row that someone else is changing: wait for it, or leave it out.
 */
const rotation = (lock: 'for update' | 'for update skip locked') => `
  with asked as materialized (
    select distinct on (token_hash) *
    from json_to_recordset($1::json) as asked (
      token_hash text, successor_hash text, replay text, replay_seconds int, bind_to text,
      secret_hash text, hint text, access text, secret_expires_at timestamptz, overlap_seconds int,
      at timestamptz, phase text, action text, actor_kind text, actor_id text, client_id text, request_id text,
      outcome text)
  ), claimable as materialized (
    select asked.*, presented.org_id, presented.grant_id, presented.expires_at
    from asked
    cross join lateral (
      select org_id, grant_id, expires_at from refresh_tokens
      where token_hash = asked.token_hash and used_at is null and expires_at > now()
      ${lock}
    ) presented
    join grants held on held.org_id = presented.org_id and held.id = presented.grant_id
    where held.revoked_at is null
  ), with_keys as materialized (
    select claimable.*, key.id as key_id
    from claimable
    cross join lateral (
      select id from keys
      where org_id = claimable.org_id and grant_id = claimable.grant_id and revoked_at is null
      ${lock}
    ) key
    where claimable.secret_hash is not null
  ), ready as (
    select claimable.*, null::text as key_id from claimable where secret_hash is null
    union all
    select * from with_keys
  ), claimed as (
    update refresh_tokens presented set
      used_at = now(),
      successor_hash = ready.successor_hash,
      replay = ready.replay,
      replay_until = now() + make_interval(secs => ready.replay_seconds)
    from ready
    where presented.token_hash = ready.token_hash and presented.used_at is null
    returning ready.*
  ), wiped as (
    -- The answer to the token before this one: its successor has now been used.
    update refresh_tokens before set replay = null
    from claimed where before.successor_hash = claimed.token_hash and before.replay is not null
  ), successors as (
    insert into refresh_tokens (token_hash, org_id, grant_id, expires_at)
    select successor_hash, org_id, grant_id, expires_at from claimed
  ), bound as (
    update grants held set dpop_jkt = claimed.bind_to
    from claimed
    where claimed.bind_to is not null and held.org_id = claimed.org_id and held.id = claimed.grant_id
      and held.dpop_jkt is null
  ), replaced as (
    update keys key set
      previous_hash = key.secret_hash,
      previous_expires_at = least(now() + make_interval(secs => claimed.overlap_seconds), key.expires_at),
      secret_hash = claimed.secret_hash,
      hint = claimed.hint,
      access = claimed.access,
      expires_at = claimed.secret_expires_at
    from claimed
    where claimed.key_id is not null and key.org_id = claimed.org_id and key.id = claimed.key_id
  ), changed as (
    insert into changes (kind, subject) select 'key', key_id from claimed where key_id is not null
    returning id, subject
  ), audited as (
    insert into audit_events
      (org_id, grant_id, at, phase, action, actor_kind, actor_id, client_id, request_id, outcome)
    select org_id, grant_id, at, phase, action, actor_kind, actor_id, client_id, request_id, outcome from claimed
  )
  select claimed.successor_hash as "successorHash", claimed.key_id as "keyId", changed.id as "changeId",
         case when changed.id is not null then pg_notify($2,
           json_build_object('id', changed.id, 'kind', 'key', 'subject', changed.subject)::text) end
  from claimed left join changed on changed.subject = claimed.key_id`;

const TOGETHER = { name: 'rotate_together', text: rotation('for update skip locked') };
const ALONE = { name: 'rotate_alone', text: rotation('for update') };

/**
 * Claims a refresh token and does all that follows from it. True for the one caller that claimed it.
 *
 * A group waits for nobody: while it holds rows of many families, waiting for one could close a circle (a deadlock),
 * and would hold up strangers. What someone else holds is left out and tried alone. What changes the grant's own row,
 * which is not among those that are left out, goes alone from the start.
 */
export function createRotate(
  { pool, waiting }: { pool: pg.Pool; waiting: pg.Pool },
  onChangeAdded: (change: Change) => void,
) {
  async function run(
    connections: pg.Pool,
    statement: { name: string; text: string },
    rotations: readonly Rotation[],
  ): Promise<boolean[]> {
    const { rows } = await connections.query<Row>({
      ...statement,
      values: [JSON.stringify(rotations.map(toAsked)), CHANGES_CHANNEL],
    });
    for (const { keyId, changeId } of rows) {
      if (keyId !== null && changeId !== null)
        onChangeAdded({ id: Number(changeId), kind: 'key', subject: keyId });
    }
    const successors = new Set(rows.map(({ successorHash }) => successorHash));
    return rotations.map(({ successorHash }) => successors.has(successorHash));
  }
  const together = createGrouped((rotations: readonly Rotation[]) => run(pool, TOGETHER, rotations));

  return async function rotate(asked: Rotation): Promise<boolean> {
    if (asked.bindTo === null && (await together(asked))) return true;
    const [claimed] = await run(waiting, ALONE, [asked]);
    return claimed === true;
  };
}

function toAsked(asked: Rotation) {
  const { keySecret, audit } = asked;
  return {
    token_hash: asked.tokenHash,
    successor_hash: asked.successorHash,
    replay: asked.replay,
    replay_seconds: asked.replaySeconds,
    bind_to: asked.bindTo,
    secret_hash: keySecret?.hash,
    hint: keySecret?.hint,
    access: keySecret?.access,
    secret_expires_at: keySecret?.expiresAt,
    overlap_seconds: keySecret?.overlapSeconds,
    at: audit.at,
    phase: audit.phase,
    action: audit.action,
    actor_kind: audit.actorKind,
    actor_id: audit.actorId,
    client_id: audit.clientId,
    request_id: audit.requestId,
    outcome: audit.outcome,
  };
}
