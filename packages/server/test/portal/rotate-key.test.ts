import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { dumpOf } from '../people/open-people.ts';
import { errorOf, itemsOf, openPortal, type OpenedPortal, type Person } from './open-portal.ts';

let portal: OpenedPortal;
beforeAll(async () => {
  portal = await openPortal();
});
afterAll(() => portal.close());

type Overlap = 0 | 1 | 24;

async function furnished() {
  const { orgId, slug } = await portal.organisation();
  const owner = await portal.person({ orgId, role: 'owner' });
  const member = await portal.person({ orgId, role: 'member' });
  const base = `/organisations/${slug}`;
  const made = await member.post(`${base}/keys`, { name: 'Deploy', access: 'full', expires_in_days: 30 });
  const keyId = String(made.body?.['id']);
  const hintOf = async () =>
    String(itemsOf(await owner.get(`${base}/keys`)).find(({ id }) => id === keyId)?.['hint']);
  const rotate = async (person: Person, overlap: Overlap, more: { hint?: string; id?: string } = {}) =>
    person.post(`${base}/keys/${more.id ?? keyId}/rotate`, {
      overlap_hours: overlap,
      hint: more.hint ?? (await hintOf()),
    });
  return { base, hintOf, keyId, member, orgId, owner, rotate, secret: String(made.body?.['secret']) };
}

describe('who may not replace the secret of a key', () => {
  test('an admin gets no secret by which they would be somebody else, and nobody else does', async () => {
    const { member, orgId, owner, rotate, secret } = await furnished();
    const admin = await portal.person({ orgId, role: 'admin' });
    const other = await portal.person({ orgId, role: 'member' });
    for (const person of [owner, admin, other]) {
      const refused = await rotate(person, 0);
      expect([refused.status, errorOf(refused).message]).toEqual([404, 'There is no such key.']);
      expect(refused.text).not.toContain('lk_');
    }
    expect(await portal.verifyKey(secret)).toBeDefined();
    expect((await rotate(member, 0)).status).toBe(200);
  });

  test('another organisation finds no such key through its own address', async () => {
    const theirs = await furnished();
    const ours = await furnished();
    const hint = await theirs.hintOf();
    const foreign = await ours.rotate(ours.owner, 0, { id: theirs.keyId, hint });
    const absent = await ours.rotate(ours.owner, 0, { id: newId('key'), hint });
    expect([foreign.status, errorOf(foreign).message]).toEqual([404, errorOf(absent).message]);
    expect(await portal.verifyKey(theirs.secret)).toBeDefined();
  });

  test('a secret is replaced once: the same request again changes nothing and shows nothing', async () => {
    const { hintOf, member, rotate } = await furnished();
    const hint = await hintOf();
    const answers = await Promise.all([
      rotate(member, 24, { hint }),
      rotate(member, 24, { hint }),
      rotate(member, 24, { hint }),
    ]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409]);
    const won = answers.find(({ status }) => status === 200);
    expect(await portal.verifyKey(String(won?.body?.['secret']))).toBeDefined();
    const refused = answers.filter(({ status }) => status === 409);
    for (const { text } of refused) expect(text).not.toContain('lk_');
  });

  test('a revoked key stays over, and so does one that has expired', async () => {
    const { base, hintOf, keyId, member, rotate, secret } = await furnished();
    const hint = await hintOf();
    await member.post(`${base}/keys/${keyId}/revoke`);
    const refused = await rotate(member, 24, { hint });
    expect([refused.status, errorOf(refused).code]).toEqual([410, 'gone']);
    expect(await portal.verifyKey(secret)).toBeUndefined();

    const late = await furnished();
    await portal.store.pool.query("update keys set expires_at = now() - interval '1 second' where id = $1", [
      late.keyId,
    ]);
    expect((await late.rotate(late.member, 24)).status).toBe(410);
  });

  test('the key of a connection is its app’s matter', async () => {
    const { hintOf: _, member, orgId, owner, base } = await furnished();
    const { keyId, secret } = await portal.connection({ orgId, userId: owner.userId });
    const hint = String(itemsOf(await owner.get(`${base}/keys`)).find(({ id }) => id === keyId)?.['hint']);
    const body = { overlap_hours: 0, hint };
    expect((await owner.post(`${base}/keys/${keyId}/rotate`, body)).status).toBe(409);
    expect((await member.post(`${base}/keys/${keyId}/rotate`, body)).status).toBe(404);
    expect(await portal.verifyKey(secret)).toBeDefined();
  });

  test('who is no member any more has nothing to replace', async () => {
    const { member, orgId, rotate, secret } = await furnished();
    const { ok } = await portal.people.removeMember({ orgId, userId: member.userId });
    expect(ok).toBe(true);
    expect((await rotate(member, 24)).status).toBe(404);
    expect(await portal.verifyKey(secret)).toBeUndefined();
  });

  test.each([
    ['a week of overlap', { overlap_hours: 168, hint: 'lk_test_abcd…' }],
    ['no overlap', { hint: 'lk_test_abcd…' }],
    ['no hint', { overlap_hours: 0 }],
    ['a secret of one’s own', { overlap_hours: 0, hint: 'lk_test_abcd…', secret: 'lk_test_mine' }],
  ])('%s is refused', async (_what, body) => {
    const { base, keyId, member, secret } = await furnished();
    expect((await member.post(`${base}/keys/${keyId}/rotate`, body)).status).toBe(400);
    expect(await portal.verifyKey(secret)).toBeDefined();
  });
});

describe('a replaced secret', () => {
  test('without overlap ends at once; the new one is the same key', async () => {
    const { base, keyId, member, orgId, owner, rotate, secret } = await furnished();
    const before = itemsOf(await owner.get(`${base}/keys`))[0];
    const rotated = await rotate(member, 0);
    expect(rotated.body).toEqual({ id: keyId, secret: expect.any(String), old_secret_until: null });
    const next = String(rotated.body?.['secret']);
    expect(next).toMatch(/^lk_test_[0-9A-Za-z]{49}$/);
    expect(await portal.verifyKey(secret)).toBeUndefined();
    expect(await portal.verifyKey(next)).toMatchObject({ orgId, keyId, access: 'full' });
    expect(itemsOf(await owner.get(`${base}/keys`))).toEqual([
      { ...before, hint: expect.stringMatching(/^lk_test_.{4}…$/) },
    ]);
    expect(await dumpOf(portal.store)).not.toContain(next.slice('lk_test_'.length + 5));
  });

  test.each([1, 24] as const)('works %i hours more beside the new one, and not longer', async (hours) => {
    const { base, keyId, member, rotate, secret } = await furnished();
    const rotated = await rotate(member, hours);
    const next = String(rotated.body?.['secret']);
    const until = Date.parse(String(rotated.body?.['old_secret_until']));
    expect(Math.round((until - Date.now()) / 60_000)).toBe(hours * 60);
    expect(await portal.verifyKey(secret)).toMatchObject({ keyId });
    expect(await portal.verifyKey(next)).toMatchObject({ keyId });
    const shown = await member.get(`${base}/keys/${keyId}`);
    expect(shown.body?.['old_secret_until']).toBe(rotated.body?.['old_secret_until']);
    await portal.store.pool.query('update keys set previous_expires_at = now() where id = $1', [keyId]);
    await portal.store.changes.add('key', keyId);
    expect(await portal.verifyKey(secret)).toBeUndefined();
    expect(await portal.verifyKey(next)).toBeDefined();
    expect((await member.get(`${base}/keys/${keyId}`)).body?.['old_secret_until']).toBeNull();
  });

  test('never outlives its key', async () => {
    const { keyId, member, rotate } = await furnished();
    await portal.store.pool.query(
      "update keys set expires_at = now() + interval '10 minutes' where id = $1",
      [keyId],
    );
    const rotated = await rotate(member, 24);
    const until = Date.parse(String(rotated.body?.['old_secret_until']));
    expect(Math.round((until - Date.now()) / 60_000)).toBe(10);
  });

  test('gives way to the next: the one before it ends although its overlap had not', async () => {
    const { member, rotate, secret } = await furnished();
    const second = String((await rotate(member, 24)).body?.['secret']);
    const third = String((await rotate(member, 24)).body?.['secret']);
    expect(await portal.verifyKey(secret)).toBeUndefined();
    expect(await portal.verifyKey(second)).toBeDefined();
    expect(await portal.verifyKey(third)).toBeDefined();
  });

  test('ends with the key, both of them', async () => {
    const { base, keyId, member, owner, rotate, secret } = await furnished();
    const next = String((await rotate(member, 24)).body?.['secret']);
    expect((await owner.post(`${base}/keys/${keyId}/revoke`)).status).toBe(200);
    expect(await portal.verifyKey(secret)).toBeUndefined();
    expect(await portal.verifyKey(next)).toBeUndefined();
  });

  test('is told to every node, and who did it stands in the audit log', async () => {
    const { keyId, member, orgId, rotate } = await furnished();
    const rotated = await rotate(member, 1);
    const told = await portal.store.changes.listYoungerThan(600);
    expect(told.map(({ kind, subject }) => [kind, subject])).toContainEqual(['key', keyId]);
    const [row] = await portal.store.audit.list(orgId, { limit: 1 });
    expect(row).toMatchObject({
      action: 'key.rotated',
      actorId: member.userId,
      keyId,
      target: 'Deploy',
      requestId: rotated.headers.get('x-request-id'),
      detail: { overlap_hours: 1 },
    });
  });

  test('of an agent’s key is an admin’s to have, and no member’s', async () => {
    const { base, member, owner, rotate } = await furnished();
    const agent = await owner.post(`${base}/agents`, { name: 'Nightly', role: 'viewer' });
    const made = await owner.post(`${base}/agents/${String(agent.body?.['id'])}/keys`, {
      name: 'Cron',
      access: 'read',
      expires_in_days: null,
    });
    const id = String(made.body?.['id']);
    const hint = String(itemsOf(await owner.get(`${base}/keys`)).find((key) => key['id'] === id)?.['hint']);
    expect((await rotate(member, 0, { id, hint })).status).toBe(404);
    const rotated = await rotate(owner, 0, { id, hint });
    expect(rotated.status).toBe(200);
    expect(await portal.verifyKey(String(rotated.body?.['secret']))).toMatchObject({
      actor: { kind: 'agent', id: agent.body?.['id'] },
    });
  });
});
