// The service that is fuzzed, in this process and on real sockets, with the demo's organisations and somebody new in one
// of their own, whose credentials the cases carry.
import { Writable } from 'node:stream';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { seedDemo } from '../packages/server/src/commands/demo/seed.ts';
import { DEMO_PASSWORD } from '../packages/server/src/demo/demo-data.ts';
import { createPerson } from '../packages/server/src/demo/person.ts';
import { newId } from '../packages/server/src/kernel/ids.ts';
import { createLog } from '../packages/server/src/kernel/log.ts';
import { startLatchkey } from '../packages/server/src/start.ts';
import { newProofKey, type ProofKey } from '../packages/server/test/support/dpop.ts';
import { connect } from '../packages/server/test/support/oauth-client.ts';
import { startHostileSite, type HostileSite } from './hostile-site.ts';
import { startHostileUpstream, type HostileUpstream } from './hostile-upstream.ts';

const WIDE = { limit: 1_000_000, windowSeconds: 1 };

/** What the cases say in their `{{name}}`. All but the names are secrets. */
interface Values extends Record<string, string> {
  host: string;
  org: string;
  key: string;
  access_token: string;
  refresh_token: string;
  cookie: string;
  client_id: string;
}

export interface World {
  readonly port: number;
  readonly url: string;
  readonly upstream: HostileUpstream;
  readonly site: HostileSite;
  /** The key of a client that signs its assertions and proofs. */
  readonly signer: ProofKey;
  values(): Readonly<Values>;
  /** The names among them that nobody may read in an answer or in the log. */
  readonly secretNames: readonly string[];
  /** Another person with another organisation and other credentials: who knows what cases did to the ones before. */
  renew(): Promise<void>;
  /** What went wrong in the process since this was asked last, and what the log said of secrets. */
  takeFaults(): string[];
  close(): Promise<void>;
}

export const SECRET_NAMES = ['key', 'access_token', 'refresh_token', 'session', 'client_secret', 'password'];

/** `databaseUrl`: a migrated database of one's own; unset: an embedded one. */
export async function openWorld({ databaseUrl }: { databaseUrl?: string } = {}): Promise<World> {
  const dataDir = await mkdtemp(join(tmpdir(), 'latchkey-fuzz-'));
  const upstream = await startHostileUpstream();
  const site = await startHostileSite();
  const signer = await newProofKey();
  const masterSecret = randomBytes(32).toString('hex');
  const faults: string[] = [];
  let values: Values | undefined;

  const lines = new Writable({
    write(chunk: Buffer, _encoding, done) {
      const line = chunk.toString();
      const names = SECRET_NAMES.filter((name) => {
        const value = values?.[name];
        return value !== undefined && line.includes(value);
      });
      if (names.length > 0) faults.push(`the log has ${names.join(' and ')} in it: ${line}`);
      if (line.includes(masterSecret)) faults.push('the log has the master secret in it');
      if (line.startsWith('{"level":50')) faults.push(`the log complains: ${line}`);
      done();
    },
  });
  const onRejection = (reason: unknown) => faults.push(`unhandled rejection: ${stackOf(reason)}`);
  const onException = (error: unknown) => faults.push(`uncaught exception: ${stackOf(error)}`);
  process.on('unhandledRejection', onRejection);
  process.on('uncaughtException', onException);

  const started = await startLatchkey(
    {
      port: 0,
      host: '127.0.0.1',
      mcpBaseUrl: undefined,
      webBaseUrl: undefined,
      handoffSecret: undefined,
      databaseUrl,
      dataDir,
      secret: masterSecret,
      connectorPaths: ['/api/ext/mcp'],
      // Each case comes from an address of its own, so that no limit hides what is behind it.
      trustedProxies: ['127.0.0.1', '::1'],
      sharedEgress: [],
      importPrivateNetworks: ['127.0.0.0/8'],
      configFile: undefined,
      logLevel: 'debug',
    },
    {
      environment: 'test',
      say: () => undefined,
      log: createLog('debug', lines),
      limits: { perKey: WIDE, perOrganisation: WIDE },
      unconfirmedClientsMax: 10_000_000,
      documentBudget: { perOrigin: 10_000_000, inAll: 10_000_000, windowSeconds: 1 },
      addressGuard: site.guard,
    },
  );
  if (!started.ok) throw new Error(started.error.message);
  const { close, latchkey, port } = started.value;
  await seedDemo(latchkey, upstream.url);
  await renew();

  async function renew(): Promise<void> {
    const name = `fuzz-${randomBytes(5).toString('hex')}`;
    const email = `${name}@people.test`;
    const person = await latchkey.people.createUser({ email, name, password: DEMO_PASSWORD });
    if (!person.ok) throw new Error(person.error.reason);
    const { userId } = person.value;
    const made = await latchkey.people.createOrganisation({
      slug: name,
      name,
      tokenMode: 'token',
      ownerId: userId,
    });
    if (!made.ok) throw new Error(made.error.reason);
    const { orgId } = made.value;
    const published = await latchkey.publishMcp({
      orgId,
      slug: 'server',
      name: 'Server',
      upstream: { transport: 'streamable-http', url: `${upstream.url}/tools` },
      newWriteTools: 'allow',
    });
    if (!published.ok) throw new Error(published.error.message);
    latchkey.askMcpServers();
    const key = await latchkey.keys.create({
      orgId,
      holder: { userId },
      name: 'Fuzzing',
      access: 'full',
      expiresInDays: undefined,
      createdBy: userId,
      requestId: newId('req'),
    });
    const connected = await connect(latchkey.mcpBaseUrl, {
      email,
      access: 'full',
      path: `/mcp/${name}`,
      // Whoever registers hundreds of times in an hour is asked to wait, and so is an address that signs in as often.
      ...(values === undefined ? {} : { clientId: values.client_id }),
      person: createPerson({
        origins: [latchkey.mcpBaseUrl],
        headers: { 'x-forwarded-for': [203, ...randomBytes(3)].join('.') },
      }),
    });
    const cookie = connected.person.cookieHeader();
    values = {
      host: new URL(latchkey.mcpBaseUrl).host,
      url: latchkey.mcpBaseUrl,
      org: name,
      email,
      password: DEMO_PASSWORD,
      key: key.secret,
      access_token: connected.tokens.access_token,
      refresh_token: connected.tokens.refresh_token,
      code: connected.code,
      verifier: connected.verifier,
      client_id: connected.clientId,
      cookie,
      // The longest of the cookies is the session: what the others say is no secret of the person's.
      session:
        cookie
          .split('; ')
          .map((pair) => pair.slice(pair.indexOf('=') + 1))
          .toSorted((a, b) => b.length - a.length)[0] ?? '',
    };
    Object.assign(values, await newClients(latchkey.mcpBaseUrl, values, signer));
  }

  return {
    port,
    url: latchkey.mcpBaseUrl,
    upstream,
    site,
    signer,
    secretNames: SECRET_NAMES,
    values() {
      if (values === undefined) throw new Error('there is nobody yet');
      return values;
    },
    renew,
    takeFaults: () => faults.splice(0),
    async close() {
      await close();
      await upstream.close();
      await site.close();
      await rm(dataDir, { recursive: true, force: true });
      process.off('unhandledRejection', onRejection);
      process.off('uncaughtException', onException);
    },
  };
}

/** A client with a secret and one that signs, as an admin makes them. */
async function newClients(
  url: string,
  { cookie, org }: Values,
  { jwk }: ProofKey,
): Promise<{ machine_id: string; client_secret: string; signer_id: string }> {
  const post = async (body: object) => {
    const response = await fetch(`${url}/portal/v1/organisations/${org}/clients`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: url, cookie },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`a client: ${response.status} ${text}`);
    return JSON.parse(text) as { client_id: string; client_secret?: string };
  };
  const machine = await post({ name: 'Machine', auth_method: 'client_secret_post', agent_role: 'member' });
  const signing = await post({
    name: 'Signer',
    auth_method: 'private_key_jwt',
    agent_role: 'member',
    jwks: { keys: [{ ...jwk, kid: 'one' }] },
  });
  return {
    machine_id: machine.client_id,
    client_secret: machine.client_secret ?? '',
    signer_id: signing.client_id,
  };
}

function stackOf(reason: unknown): string {
  return reason instanceof Error ? (reason.stack ?? reason.message) : String(reason);
}
