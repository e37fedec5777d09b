import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '../../src/kernel/log.ts';
import { startLatchkey } from '../../src/start.ts';

/** What nodes of one service have in common beside the database. Start the first with it, too. */
export const NODES_SECRET = 'one secret for all nodes, 32 characters';

export interface SecondNode {
  /** The node's own address: `http://127.0.0.1:<port>`. To the world it is the first node's name. */
  url: string;
  close(): Promise<void>;
}

/** Another node of a running service, on the same database, in this process. It hears of nothing but through the database. */
export async function startSecondNode(
  first: { url: string; databaseUrl: string },
  { trustedProxies = [] }: { trustedProxies?: string[] } = {},
): Promise<SecondNode> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-node-'));
  const started = await startLatchkey(
    {
      port: 0,
      host: '127.0.0.1',
      mcpBaseUrl: first.url,
      webBaseUrl: undefined,
      handoffSecret: undefined,
      databaseUrl: first.databaseUrl,
      dataDir: folder,
      secret: NODES_SECRET,
      connectorPaths: [],
      trustedProxies,
      configFile: undefined,
      logLevel: 'silent',
    },
    { environment: 'test', say: () => {}, log: silentLog },
  );
  if (!started.ok) throw new Error(started.error.message);
  const node = started.value;
  return {
    url: `http://127.0.0.1:${node.port}`,
    async close() {
      await node.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
