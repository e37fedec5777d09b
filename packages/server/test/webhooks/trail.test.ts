import { afterAll, beforeAll, expect, test } from 'vitest';
import { toAuditRow, type AuditEntry } from '../../src/audit/entry.ts';
import type { OrganisationId } from '../../src/kernel/ids.ts';
import { silentLog } from '../../src/kernel/log.ts';
import type { AuditPhase } from '../../src/store/schema.ts';
import { wireWebhooks } from '../../src/wire-webhooks.ts';
import { isSigned, openWebhooks, OTHER_HOST, type OpenedWebhooks } from './open-webhooks.ts';

// A webhook that is sent the whole audit log of its organisation.
let opened: OpenedWebhooks;
beforeAll(async () => {
  opened = await openWebhooks();
});
afterAll(() => opened.close());

type Owned = Awaited<ReturnType<OpenedWebhooks['ownedBy']>>;
interface Message {
  id: string;
  type: string;
  organisation: { id: string; slug: string };
  data: { entries: { id: string; target: string | null; phase: string; action: string }[] };
}

const messagesOf = ({ at }: Owned) => at.received.map(({ body }) => JSON.parse(body) as Message);
const targetsOf = (owned: Owned) =>
  messagesOf(owned).flatMap(({ data }) => data.entries.map(({ target }) => target));

async function happen(
  orgId: OrganisationId,
  targets: readonly string[],
  { phase = 'event', ...entry }: Partial<AuditEntry> & { phase?: AuditPhase } = {},
): Promise<void> {
  await opened.store.audit.insertMany(
    targets.map((target) =>
      toAuditRow(
        { orgId, actor: { kind: 'system' }, action: 'tool.call', outcome: 'ok', target, ...entry },
        phase,
        opened.clock,
      ),
    ),
  );
  await opened.takeUp();
}

/** A webhook whose making and what came before it have arrived. */
async function followed(...more: Parameters<OpenedWebhooks['ownedBy']>): Promise<Owned> {
  const owned = await opened.ownedBy(...more);
  await opened.takeUp();
  await opened.webhooks.forwarder.step();
  owned.at.received.length = 0;
  return owned;
}

/** As if whoever failed had waited long enough. */
async function retry(): Promise<void> {
  await opened.store.pool.query('update audit_forwards set next_try_at = now()');
  await opened.webhooks.forwarder.step();
}

const names = (count: number, prefix = 'row') =>
  Array.from({ length: count }, (_, row) => `${prefix} ${row}`);

test('is sent each row in order, calls and what was announced among them, signed, and nothing of another organisation', async () => {
  const owned = await followed(['trail']);
  const other = await followed(['trail'], opened.receiver(OTHER_HOST));
  await happen(owned.orgId, ['announced'], { phase: 'intent' });
  await happen(other.orgId, ['theirs']);
  await happen(owned.orgId, ['done'], { phase: 'outcome' });
  await opened.webhooks.forwarder.step();

  expect(targetsOf(owned)).toEqual(['announced', 'done']);
  expect(targetsOf(other)).toEqual(['theirs']);
  const [received] = owned.at.received;
  if (received === undefined) throw new Error('nothing came');
  expect(isSigned(received, owned.secret)).toBe(true);
  const [message] = messagesOf(owned);
  expect(received.headers['webhook-id']).toBe(message?.id);
  expect(message).toMatchObject({
    type: 'audit.entries',
    organisation: { id: owned.orgId, slug: owned.slug },
    data: { entries: [{ phase: 'intent', action: 'tool.call', result: 'ok' }, { phase: 'outcome' }] },
  });
  const ids = message?.data.entries.map(({ id }) => Number(id)) ?? [];
  expect(ids).toEqual(ids.toSorted((a, b) => a - b));
});

test('is told nothing twice and nothing late where everything arrives, however many nodes send', async () => {
  const owned = await followed(['trail']);
  const nodes = [1, 2, 3].map(() =>
    wireWebhooks({
      store: opened.store,
      masterSecret: 'a secret of the tests',
      maySeal: () => true,
      guard: opened.host.guard,
      clock: opened.clock,
      log: silentLog,
    }),
  );
  await happen(owned.orgId, names(1_200));
  await Promise.all(nodes.map(({ forwarder }) => forwarder.step()));
  expect(targetsOf(owned)).toEqual(names(1_200));
  expect(owned.at.received).toHaveLength(3);
  await Promise.all(nodes.map((node) => node.close()));
});

test('that is away for long gets all of it, in order, from where it was, when it is back', async () => {
  const owned = await followed(['trail']);
  const shown = async () =>
    ((await owned.owner.get(owned.path)).body as { items: { failing_since: string | null }[] }).items[0];
  for (const [attempt, status] of [500, 429, 302, 404].entries()) {
    owned.at.answers({ status });
    await happen(owned.orgId, [`while it answered ${status}`]);
    await retry();
    expect(owned.at.received).toHaveLength(attempt + 1);
  }
  expect((await shown())?.failing_since).not.toBeNull();
  // Before it may be asked again nobody asks.
  await opened.webhooks.forwarder.step();
  expect(owned.at.received).toHaveLength(4);

  owned.at.received.length = 0;
  owned.at.answers({ status: 204 });
  await retry();
  expect(targetsOf(owned)).toEqual([
    'while it answered 500',
    'while it answered 429',
    'while it answered 302',
    'while it answered 404',
  ]);
  expect((await shown())?.failing_since).toBeNull();
});

test('that took a message whose arrival nobody heard of gets the same again, with the same id', async () => {
  const owned = await followed(['trail']);
  owned.at.answers({ status: 500 });
  await happen(owned.orgId, ['once']);
  await retry();
  await retry();
  expect(new Set(messagesOf(owned).map(({ id }) => id)).size).toBe(1);
  expect(targetsOf(owned)).toEqual(['once', 'once']);
  owned.at.answers({ status: 204 });
  await retry();
});

test('that was switched off goes on where it stopped, and who no longer wants the log is sent none', async () => {
  const owned = await followed(['trail']);
  expect((await owned.owner.post(`${owned.hook}/disable`, {})).status).toBe(200);
  await happen(owned.orgId, ['meanwhile']);
  await retry();
  expect(owned.at.received).toEqual([]);
  expect((await owned.owner.post(`${owned.hook}/enable`, {})).status).toBe(200);
  await retry();
  expect(targetsOf(owned)).toContain('meanwhile');

  owned.at.received.length = 0;
  const was = { url: owned.at.url, description: 'Ours', events: ['trail'] };
  const changed = await owned.owner.put(owned.hook, { ...was, events: ['keys'], was });
  expect(changed.status).toBe(200);
  await happen(owned.orgId, ['afterwards']);
  await retry();
  expect(owned.at.received).toEqual([]);
});

test('of a suspended organisation is sent nothing, and one whose receiver hangs holds up no other', async () => {
  const [held, hangs, other] = [
    await followed(['trail']),
    await followed(['trail']),
    await followed(['trail']),
  ];
  await opened.store.pool.query('update organisations set suspended_at = now() where id = $1', [held.orgId]);
  hangs.at.answers('never');
  for (const { orgId } of [held, hangs, other]) await happen(orgId, ['now']);
  const sending = opened.webhooks.forwarder.step();
  await expect.poll(() => targetsOf(other)).toEqual(['now']);
  expect(held.at.received).toEqual([]);
  hangs.at.letGo();
  await sending;
});

test('a receiver that hangs keeps no process that is told to stop, and gets the same from the next one', async () => {
  const owned = await followed(['trail']);
  await happen(owned.orgId, ['now']);
  owned.at.answers('never');
  const { clock, host, store } = opened;
  const { forwarder } = wireWebhooks({
    store,
    masterSecret: 'a secret of the tests',
    maySeal: () => true,
    guard: host.guard,
    clock,
    log: silentLog,
  });
  const sending = forwarder.step();
  await expect.poll(() => owned.at.received).toHaveLength(1);
  const toldMs = performance.now();
  await forwarder.close();
  await sending;
  // Not because an attempt has ten seconds.
  expect(performance.now() - toldMs).toBeLessThan(9_000);
  const { rows } = await store.pool.query('select failure from audit_forwards where destination = $1', [
    owned.id,
  ]);
  expect(rows).toEqual([{ failure: null }]);
  owned.at.answers({ status: 204 });
  await retry();
  const [broken, again, ...more] = messagesOf(owned);
  expect(more).toEqual([]);
  expect(again).toMatchObject({ id: broken?.id });
});
