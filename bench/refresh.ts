// Refresh rotation over HTTP, every check on: each caller refreshes a family of its own again and again.
import { connect, type Connection } from '../packages/server/test/support/oauth-client.ts';
import { CONNECTIONS, openTokenLoad, textMember } from './token-load.ts';

const load = await openTokenLoad();
for (const [mode, email, path] of [
  ['token mode (JWT)', 'owner@acme.test', '/mcp/acme'],
  ['key mode', 'owner@globex.test', '/mcp/globex'],
] as const) {
  // One person and one client; each family is an approval of its own.
  const first = await connect(load.url, { email, access: 'read', path });
  const families: Connection[] = [first];
  while (families.length < CONNECTIONS) {
    families.push(
      await connect(load.url, {
        email,
        access: 'read',
        path,
        clientId: first.clientId,
        person: first.person,
      }),
    );
  }
  await load.measure(
    `refresh, ${mode}`,
    families.map(({ clientId, tokens }) => {
      let token = tokens.refresh_token;
      return {
        next: () => ({ body: `grant_type=refresh_token&client_id=${clientId}&refresh_token=${token}` }),
        take(status, answer) {
          const successor = textMember('refresh_token', status, answer);
          if (successor === token) throw new Error('the token was not rotated');
          token = successor;
        },
      };
    }),
  );
}
await load.close();
