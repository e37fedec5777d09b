import type { App } from '../packages/server/src/app.ts';
import { connect, rpc } from '../packages/server/test/support/oauth-client.ts';

/** What has happened at the demo before anybody looks: apps that people connected, and what they called. */
export async function seedGallery({ mcpBaseUrl: url }: App): Promise<void> {
  const people = [
    { email: 'owner@acme.test', access: 'full' },
    { email: 'member@acme.test', access: 'read' },
    { email: 'viewer@acme.test', access: 'read' },
  ] as const;
  for (const { access, email } of people) {
    const { tokens } = await connect(url, { email, access, path: '/mcp/acme' });
    const bearer = { authorization: `Bearer ${tokens.access_token}` };
    const call = (name: string, more: Record<string, unknown> = {}) =>
      rpc(`${url}/mcp/acme`, bearer, 'tools/call', { name, arguments: more });
    await rpc(`${url}/mcp/acme`, bearer, 'tools/list');
    for (let times = 0; times < 5; times += 1) await call('get_credit_balance');
    await call('list_bundles');
    await call('get_bundle', { bundle_id: 'no-such-bundle' });
    await call('create_bundle', { title: 'Autumn' });
  }
}
