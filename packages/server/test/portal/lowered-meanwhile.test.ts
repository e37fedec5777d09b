import { afterAll, beforeAll, expect, test } from 'vitest';
import { newKeyPair } from '../../src/kernel/key-pair.ts';
import type { OrganisationId } from '../../src/kernel/ids.ts';
import { racedBehind } from '../people/open-people.ts';
import { errorOf, openPortal, type OpenedPortal, type Person } from './open-portal.ts';

const PUBLIC_KEY = newKeyPair('P-256').publicKey.export({ format: 'jwk' });
const jwks = { keys: [{ ...PUBLIC_KEY, kid: 'one' }] };
const trusted = (issuer: string) => ({ issuer, access: 'full', jwks });
const ISSUER = 'https://acme.okta.test';
const machine = (name: string) => ({ name, auth_method: 'private_key_jwt', jwks, agent_role: 'member' });

let portal: OpenedPortal;
let orgId: OrganisationId;
let base: string;
let owner: Person;
let ids: { agent: string; client: string; suspended: string };
beforeAll(async () => {
  portal = await openPortal();
  const organisation = await portal.organisation();
  ({ orgId } = organisation);
  base = `/organisations/${organisation.slug}`;
  owner = await portal.person({ orgId, role: 'owner' });
  const made = async (path: string, body: unknown, id: string) => {
    const answer = await owner.post(`${base}${path}`, body);
    expect([path, answer.status]).toEqual([path, 201]);
    return String(answer.body?.[id]);
  };
  ids = {
    agent: await made('/agents', { name: 'Agent', role: 'member' }, 'id'),
    suspended: await made('/agents', { name: 'Suspended', role: 'member' }, 'id'),
    client: await made('/clients', machine('Machine'), 'client_id'),
  };
  await owner.post(`${base}/agents/${ids.suspended}/suspend`);
  await made('/trusted-issuers', trusted(ISSUER), 'issuer');
  await made('/identity-links', { issuer: ISSUER, subject: 'u-1', member: owner.email }, 'member');
});
afterAll(() => portal.close());

test.each<[string, () => [path: string, body?: unknown]]>([
  ['making an agent', () => ['/agents', { name: 'Late', role: 'member' }]],
  [
    'making a key of an agent',
    () => [`/agents/${ids.agent}/keys`, { name: 'Late', access: 'full', expires_in_days: null }],
  ],
  ['suspending an agent', () => [`/agents/${ids.agent}/suspend`]],
  ['resuming an agent', () => [`/agents/${ids.suspended}/resume`]],
  ['deleting an agent', () => [`/agents/${ids.agent}/delete`]],
  ['making a client', () => ['/clients', machine('Late machine')]],
  [
    'allowing a client to exchange tokens',
    () => [`/clients/${ids.client}/token-exchange`, { allowed: true }],
  ],
  ['deleting a client', () => [`/clients/${ids.client}/delete`]],
  ['trusting an issuer', () => ['/trusted-issuers', trusted('https://late.okta.test')]],
  ['removing an issuer', () => ['/trusted-issuers/remove', { issuer: ISSUER }]],
  ['unlinking an identity', () => ['/identity-links/remove', { issuer: ISSUER, subject: 'u-1' }]],
  ['signing everyone out', () => ['/sign-everyone-out']],
])('%s is not done for whoever is an admin no more by then', async (_, order) => {
  const admin = await portal.person({ orgId, role: 'admin' });
  const [path, body] = order();
  const [answer] = await racedBehind(
    portal.store,
    'organisations',
    [() => admin.post(`${base}${path}`, body)],
    { meanwhile: () => portal.store.people.setRole(orgId, admin.userId, 'member'), mode: 'exclusive' },
  );
  expect([answer?.status, answer && errorOf(answer).code]).toEqual([403, 'forbidden']);
  const left = await portal.store.pool.query('select from audit_events where org_id = $1 and actor_id = $2', [
    orgId,
    admin.userId,
  ]);
  expect(left.rowCount).toBe(0);
});
