// Everything that a scenario happens to: a database, gateways that each have a way of their own to it, and the demo API.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import pg from 'pg';
import { seedDemo } from '../../packages/server/src/commands/demo/seed.ts';
import { createPerson } from '../../packages/server/src/demo/person.ts';
import { newId } from '../../packages/server/src/kernel/ids.ts';
import { freePort } from '../../packages/server/test/support/free-port.ts';
import { connect, rpc } from '../../packages/server/test/support/oauth-client.ts';
import { CLI, createNode, type GatewayNode } from './node.ts';
import { run, startDatabase, type ChaosDatabase } from './database.ts';
import { furnish, type ToFurnish } from './furnish.ts';
import { openLink, type Link } from './link.ts';
import { redisProgram, startRedis, type ChaosRedis } from './redis.ts';
import { startUpstream, type Upstream } from './upstream.ts';

/** What is served is not the demo's: its password would be refused. */
const PASSWORD = 'the owners of a broken world';
const SECRET = 'one secret for all gateways, 32 characters';
const KEYS_EACH = 12;
/** Of each organisation, for what uses a key up. */
const SPARE_EACH = 2;
/** One of each token mode. */
export const ORGANISATIONS = [
  { slug: 'acme', owner: 'owner@acme.test' },
  { slug: 'globex', owner: 'owner@globex.test' },
] as const;

export interface Victim {
  readonly slug: string;
  readonly grantId: string;
  /** What its app shows with each call. */
  readonly token: string;
  /** Of its owner's browser. */
  readonly cookie: string;
}

export interface World {
  /** What the world calls all gateways: the address of the first. */
  readonly url: string;
  readonly folder: string;
  readonly database: ChaosDatabase;
  readonly nodes: readonly GatewayNode[];
  /** Of each node, in the same order. */
  readonly links: readonly Link[];
  readonly upstream: Upstream;
  /** Undefined where there is none to start. */
  readonly redis: ChaosRedis | undefined;
  /** Keys to call by that nobody revokes. */
  readonly keys: readonly string[];
  /** The same, and the load does not use them. */
  readonly spareKeys: readonly string[];
  /** Connections that were approved on the real pages, to be revoked. */
  connectVictims(count: number): Promise<Victim[]>;
  /** Our own look into the database, past all links. Connects anew. */
  query<Row extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<Row[]>;
  /** `latchkey audit verify`. */
  verifyAudit(): Promise<{ ok: boolean; output: string }>;
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly nodes?: number;
  /** Where PostgreSQL keeps its data; absent: in the world's own folder. */
  readonly databaseFolder?: string;
  /** For the demo API alone, on a server that nothing happens to; absent: such a server is started. */
  readonly upstreamDatabaseUrl?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** What was begun is ended, whether all of it came up or not. */
export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const endings: (() => Promise<unknown> | void)[] = [];
  const close = async () => {
    for (const end of endings.splice(0).reverse()) await end();
  };
  try {
    return await build(options, (end) => endings.push(end), close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function build(
  { nodes: count = 3, databaseFolder, upstreamDatabaseUrl, environment = {} }: WorldOptions,
  atEnd: (end: () => Promise<unknown> | void) => void,
  close: () => Promise<void>,
): Promise<World> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-chaos-'));
  atEnd(() => rm(folder, { recursive: true, force: true }));
  // Where root runs it, the database's own account passes through here.
  await chmod(folder, 0o755);
  const database = await startDatabase(databaseFolder ?? join(folder, 'database'));
  atEnd(() => database.stop());
  const calmUrl = upstreamDatabaseUrl ?? (await startCalm(join(folder, 'calm'), atEnd));

  const port = await freePort();
  const url = `http://localhost:${port}`;
  const upstream = await startUpstream({ databaseUrl: calmUrl, issuer: url });
  atEnd(() => upstream.close());
  const program = redisProgram();
  const redis = program === undefined ? undefined : await startRedis(program);
  atEnd(() => redis?.stop());
  const { keys, spareKeys } = await seed({
    databaseUrl: database.url,
    folder,
    url,
    upstreamUrl: upstream.url,
  });

  const links: Link[] = [];
  const nodes: GatewayNode[] = [];
  for (let index = 0; index < count; index += 1) {
    const link = await openLink(database.port);
    atEnd(() => link.close());
    links.push(link);
    const through = new URL(database.url);
    through.port = String(link.port);
    const node = await createNode({
      name: `node-${index + 1}`,
      folder,
      ...(index === 0 ? { port } : {}),
      environment: {
        PUBLIC_MCP_BASE_URL: url,
        LATCHKEY_SECRET: SECRET,
        LATCHKEY_DATA_DIR: join(folder, `data-${index + 1}`),
        DATABASE_URL: through.href,
        LOG_LEVEL: 'warn',
        ...(redis === undefined ? {} : { REDIS_URL: redis.url }),
        ...environment,
      },
    });
    nodes.push(node);
    atEnd(() => node.stop());
  }
  await Promise.all(nodes.map((node) => node.start()));
  // The API reads the keys of its issuer at the first call, from the node that may be the first to be killed.
  const [key = ''] = keys;
  const first = await rpc(`${url}/mcp`, { authorization: `Bearer ${key}` }, 'tools/call', {
    name: 'get_credit_balance',
  });
  if (first.status !== 200) throw new Error(`the first call: ${first.status} ${await first.text()}`);

  async function query<Row extends pg.QueryResultRow>(sql: string, values: unknown[] = []): Promise<Row[]> {
    const client = new pg.Client({ connectionString: database.url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Row>(sql, values)).rows;
    } finally {
      await client.end();
    }
  }

  const people = new Map(ORGANISATIONS.map(({ slug }) => [slug, createPerson({ origins: [url] })]));
  const clients = new Map<string, string>();

  return {
    url,
    folder,
    database,
    nodes,
    links,
    upstream,
    redis,
    keys,
    spareKeys,
    query,
    close,

    async connectVictims(wanted) {
      const victims: Victim[] = [];
      while (victims.length < wanted) {
        const { slug, owner } = ORGANISATIONS[victims.length % 2 === 0 ? 0 : 1];
        const person = people.get(slug);
        const clientId = clients.get(slug);
        const made = await connect(url, {
          email: owner,
          password: PASSWORD,
          access: 'full',
          path: `/mcp/${slug}`,
          ...(clientId === undefined ? {} : { clientId }),
          ...(person === undefined ? {} : { person }),
        });
        clients.set(slug, made.clientId);
        const [grant] = await query<{ id: string }>(
          'select id from grants where client_id = $1 order by created_at desc limit 1',
          [made.clientId],
        );
        const { person: browser, tokens } = made;
        victims.push({
          slug,
          grantId: grant?.id ?? '',
          token: tokens.access_token,
          cookie: browser.cookieHeader(),
        });
      }
      return victims;
    },

    verifyAudit: () =>
      run(process.execPath, [CLI, 'audit', 'verify'], {
        DATABASE_URL: database.url,
        LATCHKEY_SECRET: SECRET,
        LATCHKEY_DATA_DIR: join(folder, 'data-1'),
      }),
  };
}

async function startCalm(folder: string, atEnd: (end: () => Promise<unknown>) => void): Promise<string> {
  const calm = await startDatabase(folder, { fsync: false });
  atEnd(() => calm.stop());
  return calm.url;
}

/** The demo's organisations, people and connector, and keys, as a first node makes them. */
function seed({ upstreamUrl, ...place }: Omit<ToFurnish, 'secret'> & { readonly upstreamUrl: string }) {
  return furnish({ ...place, secret: SECRET }, async (latchkey) => {
    await seedDemo(latchkey, upstreamUrl, PASSWORD);
    const keys: string[] = [];
    const spareKeys: string[] = [];
    for (const { owner, slug } of ORGANISATIONS) {
      const { rows } = await latchkey.store.pool.query(
        'select o.id as org, u.id as owner from organisations o, users u where o.slug = $1 and u.email = $2',
        [slug, owner],
      );
      for (let index = 0; index < KEYS_EACH + SPARE_EACH; index += 1) {
        const { secret } = await latchkey.keys.create({
          orgId: rows[0].org,
          holder: { userId: rows[0].owner },
          name: `Caller ${index}`,
          access: 'full',
          expiresInDays: undefined,
          createdBy: rows[0].owner,
          requestId: newId('req'),
        });
        (index < KEYS_EACH ? keys : spareKeys).push(secret);
      }
    }
    return { keys, spareKeys };
  });
}
