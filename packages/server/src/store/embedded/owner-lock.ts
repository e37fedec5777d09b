// The proof that one Latchkey process owns the data directory: an advisory lock held by a connection of its own. It
// dies with the process, so after kill -9 the lock is free although the server lives on.
import { Client } from 'pg';
import { fail, ok } from '../../kernel/result.ts';
import type { Result } from '../../kernel/result.ts';

/** Two-number keys; nothing else of ours uses the first number (the letters "LK"). */
const LOCK_CLASS = 0x4c4b;
const LOCK_ID = 1;
const NAME_PREFIX = 'latchkey owner ';
const TIMEOUT_MS = 10_000;

export interface OwnerLock {
  /** Calls back once when the connection ends before `forget()`. */
  onLost(callback: () => void): void;
  /** From now on the end of the connection is expected. */
  forget(): void;
  /** Gives the lock back. */
  release(): Promise<void>;
}

export type LockRefusal =
  /** `pid` is the process that holds it, if it told its name. */
  | { readonly why: 'held'; readonly pid: number | undefined }
  | { readonly why: 'wrong_password' }
  /** Starting, stopping or gone: worth another look. */
  | { readonly why: 'unavailable'; readonly cause: string };

export async function takeOwnerLock(url: string): Promise<Result<OwnerLock, LockRefusal>> {
  const client = new Client({
    connectionString: url,
    ssl: false,
    application_name: `${NAME_PREFIX}${process.pid}`,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
    keepAlive: true,
  });
  let ended = false;
  let expected = false;
  let lost: (() => void) | undefined;
  // Without a listener, an error between two queries would end our own process.
  client.on('error', () => undefined);
  client.on('end', () => {
    ended = true;
    if (!expected) lost?.();
  });
  try {
    await client.connect();
    const taken = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1, $2) as taken', [
      LOCK_CLASS,
      LOCK_ID,
    ]);
    if (taken.rows[0]?.taken !== true) {
      const pid = await holder(client);
      await client.end();
      return fail({ why: 'held', pid });
    }
  } catch (error) {
    void client.end().catch(() => undefined);
    if (error instanceof Error && 'code' in error && error.code === '28P01') {
      return fail({ why: 'wrong_password' });
    }
    return fail({ why: 'unavailable', cause: error instanceof Error ? error.message : 'no connection' });
  }
  return ok({
    onLost(callback) {
      lost = callback;
      if (ended && !expected) callback();
    },
    forget() {
      expected = true;
    },
    async release() {
      expected = true;
      await client.end().catch(() => undefined);
    },
  });
}

async function holder(client: Client): Promise<number | undefined> {
  const found = await client.query<{ name: string }>(
    `select activity.application_name as name
       from pg_locks held join pg_stat_activity activity on activity.pid = held.pid
      where held.locktype = 'advisory' and held.granted
        and held.classid = $1::int::oid and held.objid = $2::int::oid and held.objsubid = 2`,
    [LOCK_CLASS, LOCK_ID],
  );
  const pid = Number(found.rows[0]?.name.slice(NAME_PREFIX.length));
  return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
}
