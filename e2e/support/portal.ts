import { z } from 'zod';
import { DEMO_PASSWORD } from '../../packages/server/src/demo/demo-data.ts';
import type { World } from './world.ts';

const idSchema = z.object({ id: z.string() });
const keySchema = z.object({ id: z.string(), secret: z.string() });
const clientSchema = z.object({ client_id: z.string(), client_secret: z.string().default('') });
const keysSchema = z.object({
  items: z.array(z.object({ id: z.string(), name: z.string(), access: z.string(), status: z.string() })),
});

/** The dashboard's API of one organisation, with the cookie of a person who is signed in there. */
export function portalOf(world: World, { email, slug }: { email: string; slug: string }) {
  const person = world.personOf(email);

  async function signIn(): Promise<void> {
    const page = await person.visit(`${world.url}/sign-in`);
    if (page.url.pathname !== '/sign-in') return;
    await person.submit(page, { email, password: DEMO_PASSWORD }, 'password');
  }

  async function ask(path: string, body?: object): Promise<unknown> {
    await signIn();
    const response = await fetch(`${world.url}/portal/v1/organisations/${slug}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { cookie: person.cookieHeader(), origin: world.url, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  async function revokeKey(id: string): Promise<void> {
    await ask(`/keys/${id}/revoke`, {});
  }

  return {
    ask,
    revokeKey,

    /** A new agent with one key. */
    async createAgent(agent: { name: string; role: 'member' | 'viewer'; access: 'read' | 'full' }) {
      const { id } = idSchema.parse(await ask('/agents', { name: agent.name, role: agent.role }));
      const { access, name } = agent;
      return keySchema.parse(await ask(`/agents/${id}/keys`, { name, access, expires_in_days: null }));
    },

    /** A new client. One that signs has no secret. */
    async createClient(client: Record<string, unknown>) {
      return clientSchema.parse(await ask('/clients', client));
    },

    /** Ends every live connection of clients of this name, as the Revoke button does. */
    async revokeConnections(clientName: string): Promise<void> {
      const { items } = keysSchema.parse(await ask('/keys'));
      const live = items.filter(
        ({ name, status }) => name === `${clientName} (MCP connector)` && status === 'active',
      );
      if (live.length === 0) throw new Error(`there is no live connection of ${clientName}`);
      for (const { id } of live) await revokeKey(id);
    },
  };
}
