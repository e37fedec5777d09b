// A Latchkey reduced to its database: a process of its own for the tests to start, kill and interrupt. It lives in a
// clone, tells what happens as one JSON line each on stdout and obeys words on stdin.
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { startEmbedded } from '../../src/store/embedded/start-embedded.ts';

const [dataDir = '', systemDir = '', fsync = 'on', waits = 'no'] = process.argv.slice(2);

function tell(event: string, more: object = {}): void {
  process.stdout.write(`${JSON.stringify({ event, ...more })}\n`);
}

const logLine = (fields: object, message: string): void => tell('log', { fields, message });
const words = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const nextWord = async (): Promise<string> => String((await words.next()).value ?? 'end of input');

tell('alive', { pid: process.pid });
if (waits === 'waits') await nextWord();
const started = await startEmbedded({
  dataDir,
  ...(systemDir === '' ? {} : { systemDir }),
  fsync: fsync === 'on',
  say: (line) => tell('say', { line }),
  log: { debug: logLine, info: logLine, warn: logLine, error: logLine },
  onLost: (lost) => tell('lost', lost),
});
if (!started.ok) {
  tell('fault', { ...started.error });
  process.exit(3);
}
const server = started.value;
const client = new Client({ connectionString: server.url });
client.on('error', () => undefined);
await client.connect();

process.on('SIGINT', () => {
  void (async () => {
    // What the app does on Ctrl-C: it finishes what it has begun, then stops the database.
    await client.query('create table if not exists drained (at timestamptz default now())');
    const drained = await client.query('insert into drained default values');
    tell('drained', { rows: drained.rowCount });
    await client.end();
    await server.stop();
    tell('stopped');
    process.exit(0);
  })();
});

tell('up', { url: server.url, dataDir: server.dataDir, adopted: server.adopted });
for (;;) {
  const word = await nextWord();
  if (word === 'write') {
    // Until one of us is killed: what has been told was committed.
    await client.query('create table if not exists written (n int primary key)');
    const last = await client.query<{ n: number }>('select coalesce(max(n), 0) as n from written');
    for (let n = (last.rows[0]?.n ?? 0) + 1; ; n += 1) {
      const written = await client.query('insert into written values ($1)', [n]).catch(() => undefined);
      if (written === undefined) break;
      tell('wrote', { n });
    }
  }
  if (word === 'count') {
    const rows = await client.query<{ count: number; last: number }>(
      'select count(*)::int as count, max(n) as last from written',
    );
    tell('counted', rows.rows[0]);
  }
  if (word === 'stop' || word === 'end of input') {
    await client.end();
    await server.stop();
    tell('stopped');
    process.exit(0);
  }
}
