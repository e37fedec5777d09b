import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemClock } from '../../src/kernel/clock.ts';
import { newId } from '../../src/kernel/ids.ts';
import { deriveKey } from '../../src/kernel/seal.ts';
import { createProviderSecrets } from '../../src/people/company/provider-secrets.ts';
import { rotateSecret } from '../../src/rotate-secret.ts';
import { dumpOf } from '../people/open-people.ts';
import { createTestStore } from '../support/database.ts';

const PREVIOUS = 'the-former-master-secret-0123456789abcdef';
const NEXT = 'the-next-master-secret-0123456789abcdef-xx';
const CLIENT_SECRET = 'a-client-secret-0123456789';

let database: Awaited<ReturnType<typeof createTestStore>>;
beforeAll(async () => {
  database = await createTestStore();
});
afterAll(() => database.close());

const secretsOf = (master: string) => createProviderSecrets(deriveKey(master, 'company sign-in'));

/** What is said of a box that this key, or this place, does not open. */
const CANNOT_OPEN = /LATCHKEY_SECRET is not the one/;

test('a client secret, and what binds an answer, are stored sealed and sealed anew under another master secret', async () => {
  const { store } = database;
  const orgId = newId('org');
  await store.people.createOrganisation({ id: orgId, slug: 'acme', name: 'Acme', tokenMode: 'token' });
  const former = secretsOf(PREVIOUS);
  await store.companySignIn.addProvider(orgId, {
    issuer: 'https://idp.acme.test',
    clientId: 'latchkey',
    sealed: former.sealSecret(orgId, CLIENT_SECRET),
    scopes: 'openid email',
    defaultRole: null,
    groupsClaim: null,
    groupRoles: [],
    updatedBy: newId('usr'),
  });
  const departure = {
    issuer: 'https://idp.acme.test',
    clientId: 'latchkey',
    nonce: 'the-nonce-of-a-departure',
    verifier: 'the-verifier-of-a-departure',
  };
  const stateHash = 'hash-of-a-state';
  await store.companySignIn.begin(
    {
      stateHash,
      orgId,
      browserHash: 'hash-of-a-browser',
      sealed: former.sealDeparture(stateHash, departure),
      returnTo: '/app',
    },
    10,
  );
  const dump = await dumpOf(store);
  expect(dump).toContain('https://idp.acme.test');
  for (const secret of [CLIENT_SECRET, departure.nonce, departure.verifier])
    expect(dump).not.toContain(secret);

  const { resealed } = await rotateSecret(store, { clock: systemClock, previous: PREVIOUS, next: NEXT });
  expect(resealed).toBe(2);
  const held = await store.companySignIn.findProvider(orgId);
  const pending = await store.companySignIn.claim(stateHash, 'hash-of-a-browser');
  expect(secretsOf(NEXT).openSecret(orgId, held?.sealed ?? '')).toBe(CLIENT_SECRET);
  expect(secretsOf(NEXT).openDeparture(stateHash, pending?.sealed ?? '')).toEqual(departure);
  expect(() => former.openSecret(orgId, held?.sealed ?? '')).toThrow(CANNOT_OPEN);
  // Sealed for this organisation: nobody moves it to another one's row.
  expect(() => secretsOf(NEXT).openSecret(newId('org'), held?.sealed ?? '')).toThrow(CANNOT_OPEN);
});
