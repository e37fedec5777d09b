import { DEMO_PASSWORD } from '../../packages/server/src/demo/demo-data.ts';
import { createPerson, type Person } from '../../packages/server/src/demo/person.ts';
import {
  importConnector,
  type ConnectorSource,
} from '../../packages/server/src/connectors/import-connector.ts';
import { publishMcpServer, type McpSource } from './mcp-connector.ts';
import { startDemo } from '../../packages/server/test/support/app.ts';
import { recordWire, type Wire } from './wire.ts';

/** Who decides at the consent page, and what. */
export interface Decision {
  email: string;
  access: 'read' | 'full';
  /** Where the URL leaves the choice open. */
  organisation?: string;
}

export interface World {
  url: string;
  /** For another node beside it. */
  databaseUrl: string;
  wire: Wire;
  /** The person with this address: one browser each, signed in once. */
  personOf(email: string): Person;
  /** Opens an authorize URL, signs in, decides; answers where the browser is sent then. */
  approve(authorizeUrl: string, decision: Decision): Promise<URL>;
  /** Publishes a connector of an organisation beside the demo's. */
  publish(organisation: string, source: Omit<ConnectorSource, 'orgId'>): Promise<void>;
  /** Publishes an MCP server, as it is at this moment. */
  publishMcp(organisation: string, source: McpSource): Promise<void>;
  /** Sets the service's clock, by its distance to the real one. */
  setOffset(offsetMs: number): void;
  /** Does something at another time by the service's clock. */
  atOffset<Value>(offsetMs: number, act: () => Promise<Value>): Promise<Value>;
  close(): Promise<void>;
}

/** The demo, running, with its people at their browsers and a record of the wire. */
export async function openWorld(
  options: Pick<NonNullable<Parameters<typeof startDemo>[0]>, 'addressGuard' | 'limits' | 'secret'> & {
    offsetMs?: number;
  } = {},
): Promise<World> {
  let { offsetMs = 0 } = options;
  const wire = recordWire();
  const demo = await startDemo({
    ...(options.secret === undefined ? {} : { secret: options.secret }),
    ...(options.limits === undefined ? {} : { limits: options.limits }),
    ...(options.addressGuard === undefined ? {} : { addressGuard: options.addressGuard }),
    clock: { nowMs: () => Date.now() + offsetMs },
  });
  const { url } = demo;
  const persons = new Map<string, Person>();

  function personOf(email: string): Person {
    const person = persons.get(email) ?? createPerson({ origins: [url] });
    persons.set(email, person);
    return person;
  }

  return {
    url,
    databaseUrl: demo.databaseUrl,
    wire,
    personOf,
    async approve(authorizeUrl, decision) {
      const decided = await personOf(decision.email).decide(authorizeUrl, {
        ...decision,
        password: DEMO_PASSWORD,
      });
      return decided.callback;
    },
    async publish(organisation, source) {
      const { store } = demo.latchkey;
      const owner = await store.people.findOrganisationBySlug(organisation);
      if (owner === undefined) throw new Error(`There is no organisation ${organisation}.`);
      const published = await importConnector(store, { ...source, orgId: owner.id });
      if (!published.ok) throw new Error(published.error.message);
    },
    publishMcp: (organisation, source) => publishMcpServer(demo.latchkey.store, organisation, source),
    setOffset(milliseconds) {
      offsetMs = milliseconds;
    },
    async atOffset(milliseconds, act) {
      offsetMs = milliseconds;
      return act().finally(() => {
        offsetMs = 0;
      });
    },
    async close() {
      await demo.close();
      wire.stop();
    },
  };
}
