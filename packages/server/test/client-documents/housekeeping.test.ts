import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { returnUrl } from '../oauth/support/browser.ts';
import { openWorld, type Member, type World } from '../oauth/support/world.ts';
import { authorizeUrl, newVerifier, postToken } from '../support/oauth-client.ts';
import { startDocumentHost, type DocumentHost } from './support/document-host.ts';

// What is kept of clients that are known by their documents, and for how long.
const CALLBACK = 'https://app.test/callback';
let internet: DocumentHost;
let world: World;
let member: Member;
let url: string;
beforeAll(async () => {
  internet = await startDocumentHost(['app.test']);
  world = await openWorld({ addressGuard: internet.guard });
  member = await world.newMember([await world.newOrganisation(), 'member']);
});
afterAll(async () => {
  await world.close();
  await internet.close();
});
beforeEach(() => {
  url = `https://app.test/${randomBytes(6).toString('hex')}`;
});

function newRequest() {
  const { verifier, challenge } = newVerifier();
  const href = authorizeUrl(world.url, {
    client_id: url,
    redirect_uri: CALLBACK,
    code_challenge: challenge,
  });
  return { verifier, href };
}

const visit = () => fetch(newRequest().href, { redirect: 'manual' });
const publish = () =>
  internet.publish(url, { client_id: url, client_name: 'Test app', redirect_uris: [CALLBACK] });
const sweep = () => world.latchkey.store.clientDocuments.deleteUnused();
const idleFor = (interval: string) =>
  world.rows('update clients set last_used_at = now() - $2::interval where id = $1', [url, interval]);
/** Nobody is deciding about it any more. */
const endDecisions = () =>
  world.rows("update authorizations set expires_at = now() - interval '1 second' where client_id = $1", [
    url,
  ]);

async function kept(): Promise<{ client: boolean; document: boolean }> {
  const [row] = await world.rows<{ client: boolean; document: boolean }>(
    `select exists (select 1 from clients where id = $1) as client,
            exists (select 1 from client_documents where url = $1) as document`,
    [url],
  );
  return row ?? { client: false, document: false };
}

const WHOLE = { client: true, document: true };
const NOTHING = { client: false, document: false };

test('a client that nobody approved is gone a day after its last use, with what was read of it', async () => {
  publish();
  expect((await visit()).status).toBe(303);
  await endDecisions();
  await idleFor('23 hours');
  await sweep();
  expect(await kept()).toEqual(WHOLE);
  await idleFor('25 hours');
  await sweep();
  expect(await kept()).toEqual(NOTHING);
  // It is not forbidden to come back.
  expect((await visit()).status).toBe(303);
  expect(await kept()).toEqual(WHOLE);
});

test('a client that somebody is deciding about stays, however long ago it was used', async () => {
  publish();
  const { fields } = await member.browser.open(newRequest().href);
  await idleFor('25 hours');
  await sweep();
  expect(await kept()).toEqual(WHOLE);
  const answer = await member.browser.decide(fields, { access: 'read', decision: 'allow' });
  expect(returnUrl(answer).searchParams.get('code')).not.toBeNull();
});

test('a client that somebody approved stays', async () => {
  publish();
  const { href, verifier } = newRequest();
  const { fields } = await member.browser.open(href);
  const answer = await member.browser.decide(fields, { access: 'read', decision: 'allow' });
  const redeemed = await postToken(world.url, {
    grant_type: 'authorization_code',
    client_id: url,
    code: returnUrl(answer).searchParams.get('code') ?? '',
    code_verifier: verifier,
    redirect_uri: CALLBACK,
  });
  expect(redeemed.status).toBe(200);
  await endDecisions();
  await idleFor('25 hours');
  await sweep();
  expect(await kept()).toEqual(WHOLE);
});

test('a failure is forgotten once no budget counts it any more, and not before', async () => {
  internet.on(url, (_request, response) => response.writeHead(404).end());
  expect((await visit()).status).toBe(400);
  const age = (interval: string) =>
    world.rows('update client_documents set fetched_at = now() - $2::interval where url = $1', [
      url,
      interval,
    ]);
  await age('119 minutes');
  await sweep();
  expect(await kept()).toEqual({ client: false, document: true });
  await age('121 minutes');
  await sweep();
  expect(await kept()).toEqual(NOTHING);
});

test('a client that registered itself is none of this', async () => {
  const { clientId } = await world.newRequest();
  await world.rows("update clients set last_used_at = now() - interval '25 hours' where id = $1", [clientId]);
  await sweep();
  expect(await world.rows('select 1 from clients where id = $1', [clientId])).toHaveLength(1);
});
