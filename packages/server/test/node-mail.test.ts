import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from 'vitest';
import type { Log } from '../src/kernel/log.ts';
import { deriveKey } from '../src/kernel/seal.ts';
import { createNodeMail } from '../src/nodes/node-mail.ts';
import { createStore } from '../src/store/store.ts';
import { createTestDatabase, type TestDatabase } from './support/database.ts';
import { startWay } from './support/way-to-database.ts';

// Nodes that have nothing but a database in common.
const KEY = deriveKey('a master secret', 'node mail');
const NOBODY = 'AAAAAAAAAAAAAAAA';

const logged: string[] = [];
const write = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`);
const log: Log = { debug: write, info: write, warn: write, error: write };

let database: TestDatabase;
let sql: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase();
  sql = new pg.Client({ connectionString: database.url });
  await sql.connect();
});
afterAll(async () => {
  await sql.end();
  await database.drop();
});
afterEach(async () => {
  logged.length = 0;
  const left = await rows();
  if (left.length > 0) throw new Error(`${left.length} rows stayed behind`);
});

interface Row {
  id: string;
  from_node: string;
  to_node: string;
  subject: string;
  body: string;
}
const rows = async () => (await sql.query<Row>('select * from node_mail')).rows;

async function startNode({
  url = database.url,
  key = KEY,
  hears = true,
  takenMs,
}: { url?: string; key?: Uint8Array; hears?: boolean; takenMs?: number } = {}) {
  const store = createStore(url, log);
  const mail = createNodeMail({ store, key, log, takenMs });
  const listen = () =>
    store.listenForChanges({ onChange: () => {}, catchUp: async () => {}, onCurrent: () => {} });
  let feed = hears ? await listen() : undefined;
  async function stop(): Promise<void> {
    await mail.close();
    await feed?.close();
    await store.close();
  }
  let isStopped = false;
  onTestFinished(async () => {
    if (!isStopped) await stop();
  });
  return {
    ...mail,
    async hear() {
      feed = await listen();
    },
    stop() {
      isStopped = true;
      return stop();
    },
  };
}

async function untilWaiting(count: number): Promise<void> {
  await expect.poll(async () => (await rows()).length).toBe(count);
}

test('a node asks another by its id, is answered, and nothing stays behind', async () => {
  const [one, other, third] = [await startNode(), await startNode(), await startNode()];
  other.answer('greet', async (body) => `hello ${body}`);
  third.answer('greet', async () => 'not for me');
  expect(await one.ask(other.nodeId, 'greet', 'you')).toBe('hello you');
  one.answer('greet', async (body) => `back to ${body}`);
  expect(await other.ask(one.nodeId, 'greet', 'you')).toBe('back to you');
});

test('a hundred questions of two nodes to a third at once are answered once each, each with its own answer', async () => {
  const [one, other, third] = [await startNode(), await startNode(), await startNode()];
  const asked: string[] = [];
  third.answer('echo', async (body) => {
    asked.push(body);
    return `${body}!`;
  });
  const bodies = Array.from({ length: 100 }, (_, index) => `question ${index}`);
  const answers = await Promise.all(
    bodies.map((body, index) => (index % 2 === 0 ? one : other).ask(third.nodeId, 'echo', body)),
  );
  expect(answers).toEqual(bodies.map((body) => `${body}!`));
  expect(asked.toSorted()).toEqual(bodies.toSorted());
});

test('what a node asks itself never reaches the database', async () => {
  const one = await startNode({ hears: false });
  one.answer('echo', async (body) => `${body}!`);
  await sql.query('begin');
  await sql.query('lock table node_mail in access exclusive mode');
  expect(await one.ask(one.nodeId, 'echo', 'here')).toBe('here!');
  await sql.query('rollback');
});

test.each([NOBODY, '', 'x'.repeat(200), "'; drop table node_mail; --", 'A A'])(
  'a node that does not exist (%j) does not answer, and its mail is taken back',
  async (nobody) => {
    const one = await startNode();
    expect(await one.ask(nobody, 'echo', 'anybody?', 50)).toBeUndefined();
  },
);

test('a question that has been taken back is never answered, even by a node that hears again', async () => {
  const [one, deaf] = [await startNode(), await startNode({ hears: false })];
  const asked: string[] = [];
  deaf.answer('echo', async (body) => {
    asked.push(body);
    return body;
  });
  expect(await one.ask(deaf.nodeId, 'echo', 'too early', 50)).toBeUndefined();
  await deaf.hear();
  expect(await one.ask(deaf.nodeId, 'echo', 'in time')).toBe('in time');
  expect(asked).toEqual(['in time']);
});

test('a node that did not hear is given what waits for it when it hears again', async () => {
  const [one, deaf] = [await startNode(), await startNode({ hears: false })];
  deaf.answer('echo', async (body) => `${body}!`);
  const answers = ['a', 'b', 'c'].map((body) => one.ask(deaf.nodeId, 'echo', body));
  await untilWaiting(3);
  await deaf.hear();
  expect(await Promise.all(answers)).toEqual(['a!', 'b!', 'c!']);
});

test('a connection that is cut comes back, and what was asked meanwhile is answered', async () => {
  const way = await startWay(database.url);
  onTestFinished(() => way.close());
  const [one, other] = [await startNode(), await startNode({ url: way.url })];
  other.answer('echo', async (body) => `${body}!`);
  for (const body of ['first', 'second', 'third']) {
    way.cut();
    expect(await one.ask(other.nodeId, 'echo', body)).toBe(`${body}!`);
  }
});

test('an answer may take longer than a question waits to be taken', async () => {
  const [one, other] = [await startNode({ takenMs: 2_000 }), await startNode()];
  let finish = (): void => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  other.answer('slow', async () => {
    await finished;
    return 'done';
  });
  const answer = one.ask(other.nodeId, 'slow', '', 60_000);
  // Asked later and given up by now.
  expect(await one.ask(NOBODY, 'slow', '', 60_000)).toBeUndefined();
  finish();
  expect(await answer).toBe('done');
});

test('a handler that fails is an error to who asked, at once, and says nothing of why', async () => {
  const [one, other] = [await startNode(), await startNode()];
  other.answer('break', async () => {
    throw new Error('the reason');
  });
  await expect(one.ask(other.nodeId, 'break', 'a secret argument', 60_000)).rejects.toThrow(
    'another node failed at what it was asked',
  );
  await expect(one.ask(other.nodeId, 'no such subject', '', 60_000)).rejects.toThrow('another node failed');
  expect(logged.join('\n')).toContain('the reason');
  expect(logged.join('\n')).not.toContain('a secret argument');
});

test('bodies lie sealed in the table, for their row alone', async () => {
  const [one, deaf] = [await startNode(), await startNode({ hears: false })];
  const asked: string[] = [];
  for (const subject of ['pay', 'other'])
    deaf.answer(subject, async (body) => {
      asked.push(body);
      return 'the answer';
    });
  const answer = one.ask(deaf.nodeId, 'pay', 'account 4711 "ä"', 3_000);
  await untilWaiting(1);
  const [row] = await rows();
  expect(row).toMatchObject({ from_node: one.nodeId, to_node: deaf.nodeId, subject: 'pay' });
  expect(Buffer.from(row?.body ?? '', 'base64url').toString()).not.toContain('4711');
  // As somebody may do who can write to the database: under another name, to somebody else, for something else.
  await sql.query('delete from node_mail');
  const forge = (id: unknown, to: unknown, subject: unknown) =>
    sql.query('insert into node_mail (id, to_node, from_node, subject, body) values ($1, $2, $3, $4, $5)', [
      id,
      to,
      row?.from_node,
      subject,
      row?.body,
    ]);
  await forge('another', deaf.nodeId, 'pay');
  await forge(row?.id, deaf.nodeId, 'other');
  await deaf.hear();
  expect(await answer).toBeUndefined();
  expect(asked).toEqual([]);
  await expect.poll(() => logged.join('\n').match(/thrown away/g)).toHaveLength(2);
});

test('a node with another secret is neither understood nor answered', async () => {
  const [one, stranger] = [await startNode(), await startNode({ key: deriveKey('another', 'node mail') })];
  one.answer('echo', async (body) => body);
  expect(await stranger.ask(one.nodeId, 'echo', 'let me in', 2_000)).toBeUndefined();
  expect(logged.join('\n')).toContain('thrown away');
});

test('14 MB go there and back, and others after them', async () => {
  // That takes seconds on a busy machine.
  const patienceMs = 60_000;
  const [one, other] = [await startNode({ takenMs: patienceMs }), await startNode()];
  const long = 'ä "quoted"\n'.repeat((14 * 1024 * 1024) / 12);
  other.answer('echo', async (body) => body);
  expect((await one.ask(other.nodeId, 'echo', long, patienceMs)) === long).toBe(true);
  other.answer('count', async (body) => String(body.length));
  // More in all than may wait at once: what was answered waits no more.
  for (let round = 0; round < 5; round += 1)
    expect(await one.ask(other.nodeId, 'count', long, patienceMs)).toBe(String(long.length));
});

test('for a node that takes nothing only so much waits; the rest is refused at once, and others are served', async () => {
  const [one, other, deaf] = [
    await startNode({ takenMs: 5_000 }),
    await startNode(),
    await startNode({ hears: false }),
  ];
  const long = 'x'.repeat(30 * 1024 * 1024);
  const waiting = [one.ask(deaf.nodeId, 'echo', long), one.ask(deaf.nodeId, 'echo', long)];
  await expect(one.ask(deaf.nodeId, 'echo', long)).rejects.toMatchObject({ code: 'unavailable' });
  other.answer('echo', async (body) => body);
  expect(await one.ask(other.nodeId, 'echo', 'short')).toBe('short');
  expect(await Promise.all(waiting)).toEqual([undefined, undefined]);
  // What was taken back waits no more.
  expect(await one.ask(deaf.nodeId, 'echo', long)).toBeUndefined();
});

test('a node that closes lets go of what it asked', async () => {
  const [one, deaf] = [await startNode(), await startNode({ hears: false })];
  const answer = one.ask(deaf.nodeId, 'echo', '', 60_000);
  await untilWaiting(1);
  await one.stop();
  expect(await answer).toBeUndefined();
  await sql.query('delete from node_mail');
});

test('what nobody takes back is swept a minute later', async () => {
  const one = await startNode({ hears: false });
  const store = createStore(database.url, log);
  onTestFinished(() => store.close());
  const old = { answers: null, toNode: NOBODY, fromNode: one.nodeId, subject: 's', body: 'b' };
  await store.nodeMail.post({ ...old, id: 'old' });
  await store.nodeMail.post({ ...old, id: 'new' });
  await sql.query("update node_mail set created_at = now() - interval '61 seconds' where id = 'old'");
  await store.nodeMail.deleteOlderThan(60);
  expect((await rows()).map(({ id }) => id)).toEqual(['new']);
  await sql.query('delete from node_mail');
});
