import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { hiddenFields, returnUrl } from '../../oauth/support/browser.ts';
import { openWorld, type Member, type Organisation, type World } from '../../oauth/support/world.ts';
import { startService, type Service } from './support/authorization-server.ts';
import { approveAt, connectAccount, newConnector, refreshOf } from './support/people-with-accounts.ts';

let world: World;
let service: Service;
let acme: Organisation;
let ada: Member;
beforeAll(async () => {
  world = await openWorld({ trustedProxies: ['127.0.0.1'] });
});
afterAll(() => world.close());
beforeEach(async () => {
  service = await startService();
  acme = await world.newOrganisation();
  ada = await world.newMember([acme, 'owner']);
  await newConnector(world, acme, service.resource);
});
afterEach(() => service.close());

const open = async (path = `/mcp/${acme.slug}`) => {
  const request = await world.newRequest({ resource: world.url + path });
  return { ...request, ...(await ada.browser.open(request.href)) };
};
const cardsOf = (html: string) =>
  [...html.matchAll(/<li class="card">([\s\S]*?)<\/li>/g)].map(([, card = '']) =>
    card
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
  );
const isChecked = (html: string, value: string) =>
  new RegExp(`<input type="radio" name="access" value="${value}" checked`).test(html);

test('an account is connected in the middle of a consent, which goes on with nothing lost', async () => {
  const { fields, clientId, verifier, html } = await open();
  expect(cardsOf(html)).toEqual(['Drive Not connected Connect your Drive account']);
  const choices = { access: 'full', organisation: acme.slug, lifetime: '7' };
  const left = await ada.browser.post('/oauth/consent', {
    ...fields,
    ...choices,
    connect: `${acme.slug}/drive`,
  });
  expect(left.status).toBe(200);
  const back = await ada.browser.get(await approveAt(refreshOf(left)));
  expect(back.status).toBe(303);
  const page = await ada.browser.get(back.location ?? '');
  expect(cardsOf(page.html)).toEqual(['Drive Connected']);
  expect(isChecked(page.html, 'full')).toBe(true);
  expect(page.html).toMatch(/<option value="7" selected/);
  expect(hiddenFields(page.html)['transaction']).toBe(fields['transaction']);

  const allowed = await ada.browser.decide(hiddenFields(page.html), { ...choices, decision: 'allow' });
  const code = returnUrl(allowed).searchParams.get('code') ?? '';
  expect((await world.redeem({ clientId, code, verifier })).status).toBe(200);
});

test('connecting is optional: the consent is given without it', async () => {
  const { fields } = await open();
  const allowed = await ada.browser.decide(fields, {
    access: 'read',
    organisation: acme.slug,
    decision: 'allow',
  });
  expect(returnUrl(allowed).searchParams.get('code')).toBeTruthy();
  expect(service.seen.authorize).toEqual([]);
});

test('a refusal at the service leads back to the same consent', async () => {
  const { fields } = await open();
  service.bends.denies = true;
  const left = await ada.browser.post('/oauth/consent', {
    ...fields,
    access: 'full',
    connect: `${acme.slug}/drive`,
  });
  const back = await ada.browser.get(await approveAt(refreshOf(left)));
  expect(back.status).toBe(400);
  const href = /<a href="(\/oauth\/consent[^"]*)"/.exec(back.html)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const page = await ada.browser.get(href);
  expect(isChecked(page.html, 'full')).toBe(true);
  expect(cardsOf(page.html)).toEqual(['Drive Not connected Connect your Drive account']);
});

test('an account whose tokens are dead says that it needs reconnecting', async () => {
  await connectAccount(ada);
  await world.rows(`update upstream_accounts set state = 'reconnect', sealed = null where org_id = $1`, [
    acme.orgId,
  ]);
  const [card] = cardsOf((await open()).html);
  expect(card).toContain('Needs reconnecting');
  expect(card).toContain('Reconnect your Drive account');
});

test('only connectors of the place that is asked for have a card, and only those with accounts of people', async () => {
  await newConnector(world, acme, service.resource, { slug: 'calendar', name: 'Calendar' });
  await newConnector(world, acme, service.resource, { slug: 'plain', credential: { kind: 'none' } });
  expect(cardsOf((await open()).html)).toEqual([
    'Calendar Not connected Connect your Calendar account',
    'Drive Not connected Connect your Drive account',
  ]);
  expect(cardsOf((await open(`/mcp/${acme.slug}/c/drive`)).html)).toEqual([
    'Drive Not connected Connect your Drive account',
  ]);
  expect(cardsOf((await open(`/mcp/${acme.slug}/c/plain`)).html)).toEqual([]);
});

test('a connector of an organisation of others is connected by no form', async () => {
  const globex = await world.newOrganisation();
  await newConnector(world, globex, service.resource);
  const { fields } = await open();
  for (const connect of [`${globex.slug}/drive`, `${acme.slug}/nothing`, 'drive', '../drive', '']) {
    const answer = await ada.browser.post('/oauth/consent', { ...fields, access: 'read', connect });
    expect(answer.status).toBe(400);
  }
  expect(service.seen.authorize).toEqual([]);
});

test('a form of another site, or without its token, sends nobody anywhere', async () => {
  const { fields } = await open();
  const form = { ...fields, access: 'read', connect: `${acme.slug}/drive` };
  const foreign = await ada.browser.post('/oauth/consent', form, { origin: 'https://evil.example' });
  expect(foreign.status).toBe(403);
  const forged = await ada.browser.post('/oauth/consent', { ...form, csrf: 'x' });
  expect(forged.status).toBe(422);
  expect(refreshOf(forged)).toBeUndefined();
  expect(service.seen.authorize).toEqual([]);
});

test('an MCP server where people have accounts has a card, before anybody knows its tools', async () => {
  const { orgId } = acme;
  const upstream = { transport: 'streamable-http' as const, url: service.resource };
  const published = await world.latchkey.publishMcp({ orgId, slug: 'wiki', name: 'Wiki', upstream });
  if (!published.ok) throw new Error(published.error.message);
  const { connectorId } = published.value;
  const credential = { kind: 'oauth' as const, scopes: [] };
  await world.latchkey.setCredential({ connectorId, orgId, audience: upstream.url, credential });
  expect(cardsOf((await open(`/mcp/${acme.slug}/c/wiki`)).html)).toEqual([
    'Wiki Not connected Connect your Wiki account',
  ]);
});

test('a hostile name of a service is shown as a name', async () => {
  const name = `<script>alert(1)</script>\u202Eevil ${'x'.repeat(500)}`;
  await newConnector(world, acme, service.resource, { name });
  const { html } = await open();
  expect(html).not.toContain('<script');
  expect(html).not.toContain('\u202E');
  expect(html).not.toContain('x'.repeat(70));
  expect(html).toContain('&lt;script&gt;');
  const page = await ada.browser.get(`/connect/${acme.slug}/drive`);
  expect(page.html).not.toContain('<script');
  expect(page.html).not.toContain('x'.repeat(70));
});

test('Enter in the form presses neither a card’s button nor, as long as there are cards, any other', async () => {
  const { html } = await open();
  const form = /<form\b[^>]*action="\/oauth\/consent"[\s\S]*?<\/form>/.exec(html)?.[0] ?? '';
  const [first = ''] = form.match(/<button\b[^>]*>/g) ?? [];
  expect(first).toMatch(/disabled/);
});
