// Tokens for machines (client_credentials) over HTTP, every check on: one machine that asks on all connections.
import { DEMO_PASSWORD } from '../packages/server/src/demo/demo-data.ts';
import { createBrowser } from '../packages/server/test/oauth/support/browser.ts';
import {
  newSigner,
  signAssertion,
  type PortalClient,
} from '../packages/server/test/oauth/support/machines.ts';
import { CONNECTIONS, openTokenLoad, textMember } from './token-load.ts';

/** Signed before the clock runs, as the generator should not be what is measured. Each is good once. */
const ASSERTIONS = 60_000;

const load = await openTokenLoad();
const browser = createBrowser(load.url);
await browser.signIn('owner@acme.test', DEMO_PASSWORD);

const machine = await newMachine({ auth_method: 'client_secret_basic' });
const authorization = `Basic ${Buffer.from(`${machine.client_id}:${machine.client_secret}`).toString('base64')}`;
await load.measure(
  'client_credentials, client_secret_basic',
  callers(() => ({ body: 'grant_type=client_credentials', headers: { authorization } })),
);

const signer = newSigner();
const signing = await newMachine({ auth_method: 'private_key_jwt', jwks: { keys: [signer.publicJwk] } });
const assertions: string[] = [];
while (assertions.length < ASSERTIONS) {
  assertions.push(
    await signAssertion({ ...signing, ...signer }, load.url, { exp: Math.floor(Date.now() / 1000) + 240 }),
  );
}
await load.measure(
  'client_credentials, private_key_jwt',
  callers(() => {
    const assertion = assertions.pop();
    if (assertion === undefined) throw new Error('too few assertions were signed');
    return {
      body: `grant_type=client_credentials&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer&client_assertion=${assertion}`,
    };
  }),
);
await load.close();

function callers(next: () => { body: string; headers?: Record<string, string> }) {
  let last = '';
  return Array.from({ length: CONNECTIONS }, () => ({
    next,
    take(status: number, answer: string) {
      const token = textMember('access_token', status, answer);
      if (token === last) throw new Error('the same token twice');
      last = token;
    },
  }));
}

async function newMachine(body: Record<string, unknown>): Promise<PortalClient> {
  const response = await fetch(`${load.url}/portal/v1/organisations/acme/clients`, {
    method: 'POST',
    headers: {
      cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      origin: load.url,
      'content-type': 'application/json',
    },
    body: JSON.stringify({
      name: `Machine by ${String(body['auth_method'])}`,
      agent_role: 'member',
      ...body,
    }),
  });
  if (response.status !== 201) throw new Error(`client: ${response.status} ${await response.text()}`);
  return (await response.json()) as PortalClient;
}
