import type { ServerResponse } from 'node:http';
import { vi } from 'vitest';
import { importConnector } from '../../../src/connectors/import-connector.ts';
import { startUpstream, UPSTREAM_DOCUMENT } from '../../gateway/support/upstream.ts';
import type { World } from '../../oauth/support/world.ts';
import { rpc } from '../../support/oauth-client.ts';

/** An API that begins to answer `GET /items` and does not end: the connector `items` of every organisation. */
export async function startHeldUpstream(world: World) {
  const upstream = await startUpstream();
  const open: ServerResponse[] = [];
  upstream.answer(({ method, url }, res) => {
    res.writeHead(200, { 'content-type': 'application/json' });
    if (method !== 'GET' || !url.endsWith('/items')) return res.end('{"ok":true}');
    open.push(res);
    return res.write('{"items":[');
  });
  const imported = await importConnector(world.latchkey.store, {
    orgId: null,
    slug: 'items',
    name: 'Items',
    baseUrl: upstream.baseUrl,
    document: UPSTREAM_DOCUMENT,
  });
  if (!imported.ok) throw new Error(imported.error.message);

  return {
    upstream,

    /** Calls under way with a credential: at the MCP door, and where it is a key, at the REST door too. */
    async hold(node: string, slug: string, credential: string) {
      const isKey = credential.startsWith('lk_');
      const before = open.length;
      const bearer = { authorization: `Bearer ${credential}` };
      const called = rpc(`${node}/mcp/${slug}/c/items`, bearer, 'tools/call', {
        name: 'list_items',
        arguments: {},
      });
      const streamed = isKey ? fetch(`${node}/api/items/items`, { headers: bearer }) : undefined;
      await vi.waitFor(
        () => {
          if (open.length !== before + (isKey ? 2 : 1)) throw new Error(`${open.length - before} are open`);
        },
        { timeout: 20_000, interval: 10 },
      );
      const answers = open.slice(before);
      // Its head and its first bytes are there; the rest is not.
      const body = (await streamed)?.text();
      body?.catch(() => undefined);
      return {
        /** The status that the call at the MCP door ended with. */
        called: called.then(({ status }) => status),
        /** What became of the answer that had begun at the REST door; undefined: no token opens that door. */
        streamed: async () =>
          body?.then(
            () => 'whole' as const,
            () => 'broken off' as const,
          ),
        isOver: () => answers.every((answer) => answer.destroyed),
        finish() {
          for (const answer of answers) answer.end(']}');
        },
      };
    },

    close: () => upstream.close(),
  };
}
