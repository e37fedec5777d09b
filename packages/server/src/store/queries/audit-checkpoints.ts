import { asc, desc, sql } from 'drizzle-orm';
import type { Executor } from '../database.ts';
import { auditBlocks, auditCheckpointKeys, auditCheckpoints, organisations } from '../schema.ts';
import { tryLock, waitForLock } from './advisory-lock.ts';

const CHECKPOINT_LOCK = 0x6c61_6370; // 'lacp'

/** The end of a chain: its last block, and that block's hash in base64url. */
export interface ChainHead {
  readonly chain: string;
  readonly seq: number;
  readonly hash: string;
  /** The checkpoint before, if there is one. */
  readonly lastToken: string | undefined;
}

export interface StoredCheckpointKey {
  readonly kid: string;
  readonly sealedPrivateJwk: string;
}

/** What is signed of the chains, and with which keys (decision 40). A chain is an organisation's id, or empty. */
export function createAuditCheckpointQueries(executor: Executor) {
  return {
    /** Until the end of the transaction nobody else signs; false: somebody is at it. */
    claim: (): Promise<boolean> => tryLock(executor, CHECKPOINT_LOCK),

    /** Until the end of the transaction nobody else signs; waits for whoever is at it. */
    lock: (): Promise<void> => waitForLock(executor, CHECKPOINT_LOCK),

    /** The newest key first. */
    keys(): Promise<StoredCheckpointKey[]> {
      return executor
        .select({ kid: auditCheckpointKeys.kid, sealedPrivateJwk: auditCheckpointKeys.sealedPrivateJwk })
        .from(auditCheckpointKeys)
        .orderBy(desc(auditCheckpointKeys.createdAt), asc(auditCheckpointKeys.kid));
    },

    async addKey(key: StoredCheckpointKey): Promise<void> {
      await executor.insert(auditCheckpointKeys).values(key);
    },

    /** The chains that went on since their last checkpoint, where that is older than `seconds`: `limit` at most. */
    async due(seconds: number, limit: number): Promise<ChainHead[]> {
      const { rows } = await executor.execute<ChainHead & Record<string, unknown>>(sql`
        select chain.name as chain, head.seq::float8 as seq, ${BASE64URL} as hash, signed.token as "lastToken"
        from (select id as name from ${organisations} union all select '') chain
        cross join lateral (
          select seq, hash from ${auditBlocks} where chain = chain.name order by seq desc limit 1
        ) head
        left join lateral (
          select seq, token, signed_at from ${auditCheckpoints} where chain = chain.name order by seq desc limit 1
        ) signed on true
        where signed.seq is null
           or (signed.seq < head.seq and signed.signed_at <= now() - make_interval(secs => ${seconds}))
        limit ${limit}`);
      return rows.map((row) => ({ ...row, lastToken: row.lastToken ?? undefined }));
    },

    /** Undefined: nothing of it was sealed yet. */
    async head(chain: string): Promise<ChainHead | undefined> {
      const { rows } = await executor.execute<ChainHead & Record<string, unknown>>(sql`
        select chain, seq::float8 as seq, ${BASE64URL} as hash,
               (select token from ${auditCheckpoints} where chain = ${chain} order by seq desc limit 1) as "lastToken"
        from ${auditBlocks} head where chain = ${chain} order by seq desc limit 1`);
      return rows[0] && { ...rows[0], lastToken: rows[0].lastToken ?? undefined };
    },

    async add(checkpoint: { chain: string; seq: number; token: string }): Promise<void> {
      await executor.insert(auditCheckpoints).values(checkpoint).onConflictDoNothing();
    },

    /** In base64url; undefined: there is no such block. */
    async hashOf(chain: string, seq: number): Promise<string | undefined> {
      const { rows } = await executor.execute<{ hash: string }>(
        sql`select ${BASE64URL} as hash from ${auditBlocks} head where chain = ${chain} and seq = ${seq}`,
      );
      return rows[0]?.hash;
    },

    /** Of one chain, the oldest first, after that of the block `afterSeq`. */
    async tokensOf(
      chain: string,
      afterSeq: number,
      limit: number,
    ): Promise<{ seq: number; token: string }[]> {
      const { rows } = await executor.execute<{ seq: number; token: string }>(sql`
        select seq::float8 as seq, token from ${auditCheckpoints}
        where chain = ${chain} and seq > ${afterSeq} order by seq limit ${limit}`);
      return rows;
    },

    /** Every chain that there is anything of. */
    async chains(): Promise<{ chain: string; slug: string | undefined }[]> {
      const { rows } = await executor.execute<{ chain: string; slug: string | null }>(sql`
        with recursive chains as (
          (select chain from ${auditBlocks} order by chain limit 1)
          union all
          select (select chain from ${auditBlocks} where chain > chains.chain order by chain limit 1)
          from chains where chains.chain is not null
        ), signed as (
          (select chain from ${auditCheckpoints} order by chain limit 1)
          union all
          select (select chain from ${auditCheckpoints} where chain > signed.chain order by chain limit 1)
          from signed where signed.chain is not null
        )
        select chain, slug from (select chain from chains union select chain from signed) every
        left join ${organisations} on id = chain
        where chain is not null order by slug nulls first, chain`);
      return rows.map(({ chain, slug }) => ({ chain, slug: slug ?? undefined }));
    },
  };
}

const BASE64URL = sql.raw(`rtrim(translate(encode(head.hash, 'base64'), E'+/\\n', '-_'), '=')`);
