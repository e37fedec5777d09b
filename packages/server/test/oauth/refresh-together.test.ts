// Refreshes of a moment share their statements. Nothing of one may be seen in another.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refresh, type Tokens } from '../support/oauth-client.ts';
import { NODES_SECRET, startSecondNode, type SecondNode } from '../support/second-node.ts';
import {
  openWorld,
  refusalOf,
  type Connected,
  type Member,
  type Organisation,
  type World,
} from './support/world.ts';

let world: World;
let second: SecondNode;
beforeAll(async () => {
  world = await openWorld({ secret: NODES_SECRET });
  second = await startSecondNode(world.demo);
});
afterAll(async () => {
  await second.close();
  await world.close();
});

const send = ({ clientId, tokens }: Connected, node = world.url) =>
  refresh(node, clientId, tokens.refresh_token);

async function familyOf({ grantId }: Connected) {
  return world.rows<{ used: boolean }>(
    'select used_at is not null as used from refresh_tokens where grant_id = $1 order by created_at',
    [grantId],
  );
}

describe.each(['token', 'key'] as const)('in %s mode', (mode) => {
  let organisation: Organisation;
  let member: Member;
  let connections: Connected[];
  beforeAll(async () => {
    organisation = await world.newOrganisation(mode);
    member = await world.newMember([organisation, 'member']);
  });

  const connectTimes = async (count: number) => {
    connections = [];
    while (connections.length < count) connections.push(await world.connect(member, 'read'));
  };

  test('each of many refreshes at once gets tokens of its own family, and one audit record', async () => {
    await connectTimes(8);
    const answers = await Promise.all(connections.map((connection) => send(connection)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const requestIds = answers.map(({ headers }) => headers.get('x-request-id'));
    const bodies = (await Promise.all(answers.map((answer) => answer.json()))) as Tokens[];
    for (const [index, connection] of connections.entries()) {
      const tokens = bodies[index];
      if (tokens === undefined) throw new Error('no answer');
      // Only its own client may refresh it again.
      expect((await send({ ...connection, tokens })).status).toBe(200);
      const records = await world.rows<{ request_id: string; org_id: string; client_id: string }>(
        `select request_id, org_id, client_id from audit_events
         where grant_id = $1 and action = 'token.refreshed' order by id`,
        [connection.grantId],
      );
      expect(records).toHaveLength(2);
      expect(records[0]).toEqual({
        request_id: requestIds[index],
        org_id: organisation.orgId,
        client_id: connection.clientId,
      });
    }
  });

  test('among refreshes at once, one that is refused takes nobody along', async () => {
    await connectTimes(5);
    const [revoked, expired, stolen, ...fine] = connections;
    if (revoked === undefined || expired === undefined || stolen === undefined) throw new Error('too few');
    await world.rows("update grants set revoked_at = now(), revoked_reason = 'test' where id = $1", [
      revoked.grantId,
    ]);
    await world.rows('update refresh_tokens set expires_at = now() where grant_id = $1', [expired.grantId]);
    const thief = { ...stolen, clientId: fine[0]?.clientId ?? '' };
    const answers = await Promise.all([revoked, expired, thief, ...fine].map((each) => send(each)));
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400, 200, 200]);
  });

  test('a refresh that cannot be recorded is not done, and the others of that moment are', async () => {
    await connectTimes(4);
    const [unlucky, ...others] = connections;
    if (unlucky === undefined) throw new Error('too few');
    await world.rows(`
      create function refuse_record() returns trigger language plpgsql as
      $$ begin if new.grant_id = '${unlucky.grantId}' then raise 'no record today'; end if; return new; end $$`);
    await world.rows(
      'create trigger refuse_record before insert on audit_events for each row execute function refuse_record()',
    );
    try {
      const answers = await Promise.all(connections.map((connection) => send(connection)));
      expect(answers.map(({ status }) => status)).toEqual([500, 200, 200, 200]);
      expect(await familyOf(unlucky)).toEqual([{ used: false }]);
      for (const other of others) expect(await familyOf(other)).toEqual([{ used: true }, { used: false }]);
    } finally {
      await world.rows('drop trigger refuse_record on audit_events');
      await world.rows('drop function refuse_record');
    }
    expect((await send(unlucky)).status).toBe(200);
  });

  test.each(['refresh_tokens', 'keys'])(
    'families whose rows in %s somebody else is changing hold up no other, and are served afterwards',
    async (table) => {
      // More than there are connections to wait with.
      await connectTimes(11);
      const [held, free] = [connections.slice(0, 9), connections.slice(9)];
      const other = new pg.Client({ connectionString: world.demo.databaseUrl });
      await other.connect();
      try {
        await other.query('begin');
        await other.query(`select 1 from ${table} where grant_id = any($1) for update`, [
          held.map(({ grantId }) => grantId),
        ]);
        const waiting = Promise.all(held.map((connection) => send(connection)));
        if (mode === 'key' || table === 'refresh_tokens') await waitersOf(table, 1);
        const answers = await Promise.all(free.map((connection) => send(connection)));
        expect(answers.map(({ status }) => status)).toEqual([200, 200]);
        await other.query('commit');
        expect((await waiting).map(({ status }) => status)).toEqual(held.map(() => 200));
        for (const connection of held) {
          expect(await familyOf(connection)).toEqual([{ used: true }, { used: false }]);
        }
      } finally {
        await other.end();
      }
    },
  );

  test('database connections that break under the refreshes of a moment end none of their families', async () => {
    await connectTimes(9);
    const other = new pg.Client({ connectionString: world.demo.databaseUrl });
    await other.connect();
    try {
      await other.query('begin');
      await other.query('lock table refresh_tokens in exclusive mode');
      const waiting = Promise.all(connections.map((connection) => send(connection)));
      await waitersOf('refresh_tokens', 1);
      const broken = await world.rows(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where application_name = 'latchkey tokens' and datname = current_database()`,
      );
      expect(broken.length).toBeGreaterThan(0);
      await other.query('commit');
      // Who was alone on its connection is told to come again; nobody is told that its token is no good.
      const answers = await waiting;
      expect(answers.filter(({ status }) => status !== 200 && status !== 500)).toEqual([]);
      const again = connections.filter((_, index) => answers[index]?.status === 500);
      const repeated = await Promise.all(again.map((connection) => send(connection)));
      expect(repeated.map(({ status }) => status)).toEqual(again.map(() => 200));
    } finally {
      await other.end();
    }
    for (const connection of connections)
      expect(await familyOf(connection)).toEqual([{ used: true }, { used: false }]);
  });

  /** Resolves once so many refreshes wait for somebody else's row: otherwise nothing would be shown. */
  async function waitersOf(table: string, count: number): Promise<void> {
    await expect
      .poll(async () => {
        const rows = await world.rows(
          `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()
             and query like '%' || $1 || '%'`,
          [table],
        );
        return rows.length;
      })
      .toBeGreaterThanOrEqual(count);
  }

  test('42: of 60 refreshes of one token on two nodes, each gets the same answer, and there is one successor', async () => {
    await connectTimes(1);
    const [connection] = connections;
    if (connection === undefined) throw new Error('too few');
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) => send(connection, index % 2 === 0 ? world.url : second.url)),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const bodies = (await Promise.all(answers.map((answer) => answer.json()))) as Tokens[];
    expect(new Set(bodies.map((each) => `${each.access_token} ${each.refresh_token}`)).size).toBe(1);
    expect(await familyOf(connection)).toEqual([{ used: true }, { used: false }]);
  });

  test('many families on two nodes, each token at both at once: every one rotates once, and none is lost', async () => {
    await connectTimes(12);
    const answers = await Promise.all(
      connections.flatMap((connection) => [send(connection), send(connection, second.url)]),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    for (const connection of connections) {
      expect(await familyOf(connection)).toEqual([{ used: true }, { used: false }]);
    }
  });

  test('a person who was disabled refreshes nothing, and consumes nothing', async () => {
    const disabled = await world.newMember([organisation, 'owner']);
    const connection = await world.connect(disabled, 'read');
    await world.rows('update users set disabled_at = now() where id = $1', [disabled.userId]);
    expect(await refusalOf(await send(connection))).toEqual({ status: 400, error: 'invalid_grant' });
    expect(await familyOf(connection)).toEqual([{ used: false }]);
    await world.rows('update users set disabled_at = null where id = $1', [disabled.userId]);
    expect((await send(connection)).status).toBe(200);
  });
});
