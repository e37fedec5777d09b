import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CHECKPOINT_PURPOSE, newCheckpointKey, openCheckpointKey } from '../../src/audit/checkpoint-key.ts';
import { readCheckpoint, signCheckpoint, type Checkpoint } from '../../src/audit/checkpoint-token.ts';
import { checkpointKeys, createCheckpointKeeper, signHead } from '../../src/audit/checkpoints.ts';
import { toAuditRow } from '../../src/audit/entry.ts';
import { createTrailKeeper } from '../../src/audit/keep-trail.ts';
import { createPruner } from '../../src/audit/prune.ts';
import { verifyChain } from '../../src/audit/verify-chain.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { newId, type OrganisationId } from '../../src/kernel/ids.ts';
import { createLog, silentLog, type Log } from '../../src/kernel/log.ts';
import { deriveKey } from '../../src/kernel/seal.ts';
import { createTestStore } from '../support/database.ts';

const sealKey = deriveKey('the secret of this installation', CHECKPOINT_PURPOSE);
const foreignKey = deriveKey('another secret', CHECKPOINT_PURPOSE);

let database: Awaited<ReturnType<typeof createTestStore>>;
let trail: ReturnType<typeof createTrailKeeper>;
beforeAll(async () => {
  database = await createTestStore();
  trail = createTrailKeeper({ store: database.store, log: silentLog });
});
afterAll(async () => {
  await trail.close();
  await database.close();
});

const deps = () => ({
  store: database.store,
  sealKey,
  issuer: 'https://mcp.example.com',
  clock: systemClock,
});
const run = (text: string, values: unknown[] = []) => database.store.pool.query(text, values);

let orgId: OrganisationId;
beforeEach(async () => {
  orgId = newId('org');
  await database.store.people.createOrganisation({
    id: orgId,
    slug: slugOf(orgId),
    name: 'Acme',
    tokenMode: 'token',
  });
  await write(3);
  await write(2);
});

const slugOf = (id: string) =>
  id
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '')
    .slice(0, 30);

/** One block of so many rows. */
async function write(rows: number): Promise<void> {
  await database.store.audit.insertMany(
    Array.from({ length: rows }, (_, index) =>
      toAuditRow(
        { orgId, action: 'key.revoked', actor: { kind: 'system' }, target: `key_${index}`, outcome: 'ok' },
        'event',
        systemClock,
      ),
    ),
  );
  await trail.step();
}

async function signed(): Promise<{ token: string; checkpoint: Checkpoint }> {
  const token = await signHead(deps(), orgId);
  if (token === undefined) throw new Error('nothing was signed');
  const checkpoint = readCheckpoint(token, await checkpointKeys(deps()));
  if (typeof checkpoint === 'string') throw new Error(checkpoint);
  return { token, checkpoint };
}

async function verify(kept: readonly Checkpoint[] = []) {
  return verifyChain(database.store, orgId, { keys: await checkpointKeys(deps()), kept });
}

function listening() {
  const lines: Record<string, unknown>[] = [];
  const put = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, message, ...fields });
  const log: Log = { ...silentLog, info: put('info'), warn: put('warn'), error: put('error') };
  return { lines, log, of: (chain: string) => lines.filter(({ organisation }) => organisation === chain) };
}

describe('a checkpoint', () => {
  test('names the last block of its chain, and the next one is signed when the chain went on', async () => {
    const { checkpoint } = await signed();
    expect(checkpoint).toMatchObject({ iss: 'https://mcp.example.com', chain: orgId, seq: 2 });
    expect(checkpoint.hash).toMatch(/^[\w-]{43}$/);
    expect((await signed()).checkpoint).toEqual(checkpoint);
    await write(1);
    expect((await signed()).checkpoint.seq).toBe(3);
    expect(await verify([checkpoint])).toMatchObject({ rows: 6, checkpoints: 3, faults: [] });
  });

  test('can be checked by others with the key that stands in it', async () => {
    const { token } = await signed();
    const [header = '', payload = '', signature = ''] = token.split('.');
    const { alg, jwk } = JSON.parse(Buffer.from(header, 'base64url').toString()) as {
      alg: string;
      jwk: { kty: string; crv: string; x: string };
    };
    expect(alg).toBe('EdDSA');
    const key = await crypto.subtle.importKey('jwk', jwk, 'Ed25519', false, ['verify']);
    const verifies = (said: string) =>
      crypto.subtle.verify(
        'Ed25519',
        key,
        Buffer.from(signature, 'base64url'),
        Buffer.from(`${header}.${said}`),
      );
    expect(await verifies(payload)).toBe(true);
    expect(await verifies(`${payload}x`)).toBe(false);
  });

  test('is signed by itself, once by however many nodes, and stands in the log', async () => {
    const [one, other] = [listening(), listening()];
    const [first, second] = [one, other].map(({ log }) => createCheckpointKeeper({ ...deps(), log }));
    await Promise.all([first?.step(), second?.step()]);
    const lines = [...one.of(orgId), ...other.of(orgId)];
    expect(lines).toMatchObject([{ level: 'info', message: 'audit checkpoint' }]);
    const stored = await database.store.auditCheckpoints.tokensOf(orgId, 0, 10);
    expect(stored).toEqual([{ seq: 2, token: lines[0]?.['checkpoint'] }]);
    // Not again within the hour, however much is written; after it, once more.
    await write(1);
    await first?.step();
    expect(await database.store.auditCheckpoints.tokensOf(orgId, 0, 10)).toHaveLength(1);
    await run(`update audit_checkpoints set signed_at = now() - interval '1 hour' where chain = $1`, [orgId]);
    await second?.step();
    expect((await database.store.auditCheckpoints.tokensOf(orgId, 0, 10)).map(({ seq }) => seq)).toEqual([
      2, 3,
    ]);
    await Promise.all([first?.close(), second?.close()]);
  });

  test('stands whole in the line that the log writes', async () => {
    const lines: string[] = [];
    const log = createLog('info', { write: (line) => void lines.push(line) });
    const keeper = createCheckpointKeeper({ ...deps(), log });
    await keeper.step();
    await keeper.close();
    const [line = ''] = lines.filter((one) => one.includes(orgId));
    const { checkpoint = '', msg } = JSON.parse(line) as Record<string, string>;
    expect(msg).toBe('audit checkpoint');
    expect(readCheckpoint(checkpoint, await checkpointKeys(deps()))).toMatchObject({ chain: orgId, seq: 2 });
  });
});

describe('somebody who can write the database', () => {
  test('who cuts off the end, its seals and its checkpoints is found by a checkpoint that was kept', async () => {
    const { checkpoint } = await signed();
    await run(
      'delete from audit_events where org_id = $1 and id >= (select first_id from audit_blocks where chain = $1 and seq = 2)',
      [orgId],
    );
    await run('delete from audit_blocks where chain = $1 and seq = 2', [orgId]);
    // The checkpoint in the database is enough as long as it is there.
    expect((await verify()).faults).toEqual([{ kind: 'cut', checkpoint }]);
    await run('delete from audit_checkpoints where chain = $1', [orgId]);
    expect((await verify()).faults).toEqual([]);
    expect((await verify([checkpoint])).faults).toEqual([{ kind: 'cut', checkpoint }]);
  });

  test('who builds the whole log anew is found, and gets no new signature for it', async () => {
    const { checkpoint } = await signed();
    await run('delete from audit_events where org_id = $1', [orgId]);
    await run('delete from audit_blocks where chain = $1', [orgId]);
    await write(1);
    await write(1);
    expect((await verify()).faults).toEqual([{ kind: 'rewritten', checkpoint }]);
    await write(1);
    await expect(signHead(deps(), orgId)).rejects.toThrow('is not what its last checkpoint was signed for');
    await run(`update audit_checkpoints set signed_at = now() - interval '1 hour' where chain = $1`, [orgId]);
    const { log, of } = listening();
    const keeper = createCheckpointKeeper({ ...deps(), log });
    await keeper.step();
    await keeper.close();
    expect(of(orgId)).toMatchObject([{ level: 'error' }]);
    expect(await database.store.auditCheckpoints.tokensOf(orgId, 0, 10)).toHaveLength(1);
  });

  test.each<[string, () => Promise<string>]>([
    ['with a key of another secret', async () => foreign()],
    ['that was altered', async () => altered((await signed()).token)],
    ['that is none', async () => 'no.checkpoint.at-all'],
  ])('who puts in a checkpoint %s is found', async (_, make) => {
    const token = await make();
    await run('delete from audit_checkpoints where chain = $1', [orgId]);
    await database.store.auditCheckpoints.add({ chain: orgId, seq: 1, token });
    expect((await verify()).faults).toMatchObject([{ kind: 'checkpoint', seq: 1 }]);
    await expect(signHead(deps(), orgId)).rejects.toThrow('is not what its last checkpoint was signed for');
  });

  test('who puts the checkpoint of another block in the place of one is found', async () => {
    const { checkpoint, token } = await signed();
    await run('delete from audit_checkpoints where chain = $1', [orgId]);
    const seq = checkpoint.seq - 1;
    await database.store.auditCheckpoints.add({ chain: orgId, seq, token });
    expect((await verify()).faults).toEqual([{ kind: 'checkpoint', seq, fault: 'forged' }]);
  });

  test('who moves the checkpoint of another log here is found', async () => {
    const { token } = await signed();
    const other = newId('org');
    await database.store.auditCheckpoints.add({ chain: other, seq: 2, token });
    const keys = await checkpointKeys(deps());
    expect((await verifyChain(database.store, other, { keys })).faults).toEqual([
      { kind: 'checkpoint', seq: 2, fault: 'forged' },
    ]);
  });

  test('who adds a key of their own is not believed, and nothing is signed with it', async () => {
    const key = newCheckpointKey(foreignKey);
    await run(
      `insert into audit_checkpoint_keys (kid, sealed_private_jwk, created_at) values ($1, $2, now() + interval '1 day')`,
      [key.kid, key.sealedPrivateJwk],
    );
    expect((await checkpointKeys(deps())).has(key.kid)).toBe(false);
    await expect(signHead(deps(), orgId)).rejects.toThrow('LATCHKEY_SECRET is not the one');
    await run('delete from audit_checkpoint_keys where kid = $1', [key.kid]);
    expect((await signed()).checkpoint.seq).toBe(2);
  });
});

async function foreign(): Promise<string> {
  const hash = (await database.store.auditCheckpoints.hashOf(orgId, 1)) ?? '';
  const key = openCheckpointKey(foreignKey, newCheckpointKey(foreignKey));
  return signCheckpoint(key, { iss: 'https://mcp.example.com', chain: orgId, seq: 1, hash, iat: 1 });
}

function altered(token: string): string {
  const [header, payload = '', signature] = token.split('.');
  const said = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Checkpoint;
  const other = Buffer.from(JSON.stringify({ ...said, seq: 1 })).toString('base64url');
  return [header, other, signature].join('.');
}

describe('what a policy is said to have deleted', () => {
  const DAY_MS = 86_400_000;
  const ago = (days: number) => ({ nowMs: () => systemClock.nowMs() - days * DAY_MS });

  /** As `signed`, so many days ago. */
  async function signedAgo(days: number): Promise<Checkpoint> {
    const token = await signHead({ ...deps(), clock: ago(days) }, orgId);
    const checkpoint = readCheckpoint(token ?? '', await checkpointKeys(deps()));
    if (typeof checkpoint === 'string') throw new Error(checkpoint);
    return checkpoint;
  }

  /** Rows, what the blocks say of them, checkpoints, and an entry of a policy that there never was. */
  async function wipe(at: { nowMs(): number }, detail: Record<string, unknown>): Promise<void> {
    await run('delete from audit_events where org_id = $1', [orgId]);
    await run('update audit_blocks set ids = null, leaves = null where chain = $1', [orgId]);
    await run('delete from audit_checkpoints where chain = $1', [orgId]);
    await database.store.audit.insertMany([
      toAuditRow(
        { orgId, action: 'audit.pruned', actor: { kind: 'system' }, outcome: 'ok', detail },
        'event',
        at,
      ),
    ]);
    await trail.step();
  }

  const said = { rows: 6, up_to_block: 3, older_than_days: 30 };
  test.each<[string, number, Record<string, unknown>]>([
    ['now', 0, said],
    ['in the future', -60, said],
    ['for less days than a policy has', 0, { ...said, older_than_days: -1000 }],
    ['without days', 0, { ...said, older_than_days: undefined }],
    ['as an earlier release', 0, { rows: 6, up_to: 1e15, older_than_days: 30 }],
  ])('was not, where a kept checkpoint shows that it was too young (%s)', async (_, days, detail) => {
    const kept = await signedAgo(20);
    await write(1);
    await wipe(ago(days), detail);
    const { faults } = await verify([kept]);
    expect(faults).toEqual([{ kind: 'early', checkpoint: kept, days: 30 }]);
  });

  test('may have been, where the checkpoints are as old as that', async () => {
    const kept = await signedAgo(40);
    await write(1);
    await run(`update audit_blocks set sealed_at = now() - interval '35 days' where chain = $1`, [orgId]);
    await write(1);
    const recent = await signedAgo(10);
    await database.store.auditRetention.change(orgId, null, 30);
    const pruner = createPruner({ store: database.store, clock: systemClock, log: silentLog });
    await pruner.step();
    await pruner.close();
    await trail.step();
    expect(await verify([kept, recent])).toMatchObject({ prunedRows: 6, checkpoints: 4, faults: [] });
  });
});
