import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { imitatedHost } from '../../src/pages/imitation.ts';
import { authorizeUrl, newVerifier, refresh } from '../support/oauth-client.ts';
import { createBrowser } from '../oauth/support/browser.ts';
import { openWorld, type Member, type Organisation, type World } from '../oauth/support/world.ts';
import { startDocumentHost, type DocumentHost } from './support/document-host.ts';

let internet: DocumentHost;
let world: World;
let organisation: Organisation;
let member: Member;
let admin: Member;
beforeAll(async () => {
  internet = await startDocumentHost(['app.test', 'evil.test']);
  world = await openWorld({ addressGuard: internet.guard });
  organisation = await world.newOrganisation();
  member = await world.newMember([organisation, 'member']);
  admin = await world.newMember([organisation, 'admin']);
});
afterAll(async () => {
  await world.close();
  await internet.close();
});

function publish(name = 'Test app', redirectUri = 'https://app.test/callback', host = 'app.test') {
  const clientId = `https://${host}/${randomBytes(6).toString('hex')}`;
  internet.publish(clientId, { client_id: clientId, client_name: name, redirect_uris: [redirectUri] });
  const { verifier, challenge } = newVerifier();
  const href = authorizeUrl(world.url, {
    client_id: clientId,
    redirect_uri: redirectUri,
    code_challenge: challenge,
  });
  return { clientId, href, verifier };
}

/** As the dashboard sends it. */
async function rule(who: Member, body?: unknown, slug = organisation.slug) {
  const cookie = [...who.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  return fetch(`${world.url}/portal/v1/organisations/${slug}/client-rules`, {
    method: body === undefined ? 'GET' : 'PUT',
    headers: {
      cookie,
      origin: world.url,
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/json',
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

describe('C4: the page says how the app is known', () => {
  test('identified by its host, approved by an admin, or named by itself; never more than that', async () => {
    const { clientId, href } = publish();
    expect((await member.browser.open(href)).html).toContain('Identified by <bdi>app.test</bdi>');
    expect((await rule(admin, { subject: clientId, rule: 'approved' })).status).toBe(200);
    expect((await member.browser.open(href)).html).toContain('Approved by an admin of');
    const registered = await member.browser.open((await world.newRequest()).href);
    expect(registered.html).toContain('Unidentified: this name was chosen by the app itself');
    expect(registered.html).not.toMatch(/verified|Identified by|Approved by/);
  });

  test('once for organisations that know it alike, for each of them where they differ', async () => {
    const other = await world.newOrganisation();
    const boss = await world.newMember([organisation, 'member'], [other, 'owner']);
    const { clientId, href } = publish();
    const alike = (await boss.browser.open(href)).html;
    expect(alike.match(/Identified by/g)).toHaveLength(1);
    expect(alike).not.toMatch(/\(for\s+<bdi>/);
    await rule(boss, { subject: clientId, rule: 'approved' }, other.slug);
    const apart = (await boss.browser.open(href)).html.replace(/<[^>]+>/g, '').replace(/\s+/g, ' ');
    expect(apart).toContain(`Identified by app.test (for The ${organisation.slug})`);
    expect(apart).toContain(`Approved by an admin of The ${other.slug}`);
  });

  test('an approval of a host is for the clients of that host, not for whoever is answered there', async () => {
    const other = await world.newOrganisation();
    const boss = await world.newMember([other, 'owner']);
    await rule(boss, { subject: 'host:app.test', rule: 'approved' }, other.slug);
    expect((await boss.browser.open(publish().href)).html).toContain('Approved by an admin of');
    const { href } = publish('Test app', 'https://app.test/callback', 'evil.test');
    expect((await boss.browser.open(href)).html).not.toContain('Approved by');
    // Nor is it for another organisation.
    expect((await member.browser.open(publish().href)).html).not.toContain('Approved by');
  });

  test('and so does sign-in before it, to somebody who is not signed in yet', async () => {
    const browser = createBrowser(world.url);
    const { at, html } = await browser.follow(publish('Claude').href);
    expect(new URL(at).pathname).toBe('/sign-in');
    expect(html.replace(/<[^>]+>/g, '')).toContain('To connect app.test (“Claude”) to');
    const registered = await browser.follow((await world.newRequest({}, { client_name: 'Mine' })).href);
    expect(registered.html.replace(/<[^>]+>/g, '')).toContain('To connect Mine (127.0.0.1:33418) to');
  });

  test('an answer that goes to another host than the app’s shows both', async () => {
    const { href } = publish('Test app', 'https://app.test/callback', 'evil.test');
    const { html } = await member.browser.open(href);
    expect(html).toContain('The app is identified by <bdi>evil.test</bdi>');
    expect(html).toContain('another host, <bdi>app.test</bdi>');
    expect((await member.browser.open(publish().href)).html).not.toContain('another host');
  });

  test('25: markup and reversed text in a document’s name are inert', async () => {
    const { href } = publish('<b onclick=x>\u202eedualC</b>');
    const { html } = await member.browser.open(href);
    expect(html).toContain('&lt;b onclick=x&gt;edualC&lt;/b&gt;');
    expect(html).not.toContain('\u202e');
  });

  test('25: "Claude" that is not from claude.ai is said not to be', async () => {
    expect((await member.browser.open(publish('Claude').href)).html).toContain(
      'it is not from <b>claude.ai</b>',
    );
    const registered = await world.newRequest({}, { client_name: 'Claude' });
    expect((await member.browser.open(registered.href)).html).toContain('it is not from <b>claude.ai</b>');
    const filled = await world.newRequest({}, { client_name: 'Clau\u1160de' });
    expect((await member.browser.open(filled.href)).html).toContain('it is not from <b>claude.ai</b>');
  });

  test.each([
    ['Claude', ['claude.ai'], undefined],
    ['Claude Code', ['claude.ai'], undefined],
    ['ChatGPT', ['chatgpt.com'], undefined],
    ['Todo list', ['evil.test'], undefined],
    ['CIaude', ['evil.test'], 'claude.ai'],
    ['C l a u d e', ['evil.test'], 'claude.ai'],
    ['Сlаudе', ['evil.test'], 'claude.ai'],
    ['Ｃlaude', ['evil.test'], 'claude.ai'],
    ['Claude', ['claude.ai.evil.test'], 'claude.ai'],
    ['Claude', ['notclaude.ai'], 'claude.ai'],
    ['0penAI', ['evil.test'], 'chatgpt.com'],
  ])('25: %s from %s', (name, hosts, expected) => {
    expect(imitatedHost(name, hosts)).toBe(expected);
  });
});

describe('a blocked client', () => {
  test.each(['client', 'host'])('gets a page that says who can unblock it: %s', async (by) => {
    const other = await world.newOrganisation();
    const boss = await world.newMember([other, 'owner']);
    const { clientId, href } = publish();
    const open = await boss.browser.open(href);
    await rule(boss, { subject: by === 'host' ? 'host:app.test' : clientId, rule: 'blocked' }, other.slug);
    const page = await boss.browser.follow(href);
    expect(page.status).toBe(403);
    expect(page.html).toContain('Any owner or admin of');
    // Nor does a page that was open before give anything.
    const late = await boss.browser.decide(open.fields, { access: 'read', decision: 'allow' });
    expect(late.html).not.toContain('http-equiv="refresh"');
    expect((await member.browser.open(href)).status).toBe(200);
    // A block outweighs an approval, until it is lifted.
    await rule(boss, { subject: by === 'host' ? clientId : 'host:app.test', rule: 'approved' }, other.slug);
    expect((await boss.browser.follow(href)).status).toBe(403);
    const lifted = { subject: by === 'host' ? 'host:app.test' : clientId, rule: null };
    expect((await rule(boss, lifted, other.slug)).status).toBe(200);
    expect((await boss.browser.open(href)).status).toBe(200);
  });

  test('stays one when its host is written with the dot of the root', async () => {
    const other = await world.newOrganisation();
    const boss = await world.newMember([other, 'owner']);
    const redirectUri = 'https://evil.test./callback';
    const asked = await world.newRequest({ redirect_uri: redirectUri }, { redirect_uris: [redirectUri] });
    expect((await boss.browser.open(asked.href)).status).toBe(200);
    await rule(boss, { subject: 'host:evil.test', rule: 'blocked' }, other.slug);
    expect((await boss.browser.follow(asked.href)).status).toBe(403);
  });

  test('what it held there ends at once, and a code that is on its way buys nothing', async () => {
    const other = await world.newOrganisation();
    const boss = await world.newMember([other, 'owner']);
    const connected = await world.connect(boss, 'read');
    const elsewhere = await world.connect(member, 'read');
    const approved = await world.approve(boss, 'read');
    for (const { clientId } of [connected, approved]) {
      await rule(boss, { subject: clientId, rule: 'blocked' }, other.slug);
    }
    expect((await refresh(world.url, connected.clientId, connected.tokens.refresh_token)).status).toBe(400);
    expect((await world.redeem(approved)).status).toBe(400);
    expect((await refresh(world.url, elsewhere.clientId, elsewhere.tokens.refresh_token)).status).toBe(200);
  });

  test('rules are an admin’s: members and strangers neither see nor make them, and nonsense is no rule', async () => {
    const stranger = await world.newMember([await world.newOrganisation(), 'owner']);
    expect((await rule(member)).status).toBe(403);
    expect((await rule(member, { subject: 'host:app.test', rule: 'blocked' })).status).toBe(403);
    expect((await rule(stranger)).status).toBe(404);
    expect((await rule(stranger, { subject: 'host:app.test', rule: 'blocked' })).status).toBe(404);
    for (const subject of ['host:', 'host:a b', 'app.test', 'host:APP.test', 'cli_\0', 'javascript:x']) {
      expect((await rule(admin, { subject, rule: 'blocked' })).status).toBe(400);
    }
    expect((await rule(admin, { subject: 'host:app.test', rule: 'trusted' })).status).toBe(400);
    expect((await rule(admin, { subject: 'host:none.test', rule: null })).status).toBe(404);
    expect(((await (await rule(admin)).json()) as { items: unknown[] }).items.length).toBeGreaterThan(0);
  });
});

describe('how long it may last', () => {
  test.each([
    ['', 30],
    ['7', 7],
    ['1', 1],
    ['90', 30],
  ])('"%s" days of the 30 that the organisation has it: %i', async (lifetime, days) => {
    const request = await world.newRequest();
    const { fields, html } = await member.browser.open(request.href);
    expect(html).not.toContain('<option value="90"');
    const answer = await member.browser.decide(
      { ...fields, lifetime },
      { access: 'read', decision: 'allow' },
    );
    const code = /[?&;]code=([A-Za-z0-9_-]+)/.exec(answer.html)?.[1] ?? '';
    expect((await world.redeem({ ...request, code })).status).toBe(200);
    const [grant] = await world.rows<{ days: number }>(
      `select round(extract(epoch from expires_at - created_at) / 86400)::int as days from grants where client_id = $1`,
      [request.clientId],
    );
    expect(grant?.days).toBe(days);
  });

  test.each(['0', '365', '-1', 'forever'])('"%s" days are refused', async (lifetime) => {
    const { fields } = await member.browser.open((await world.newRequest()).href);
    const answer = await member.browser.decide(
      { ...fields, lifetime },
      { access: 'read', decision: 'allow' },
    );
    expect(answer.status).toBe(400);
  });
});

test('step-up: a second connection says what there is and marks only what is new', async () => {
  const connected = await world.connect(member, 'read');
  const { html } = await member.browser.open(connected.href);
  expect(html).toMatch(/You connected this app[\s\S]*Read-only; this\s+adds Full access/);
  expect(html.match(/<mark>new<\/mark>/g)).toHaveLength(1);
  const somebody = await world.newMember([organisation, 'member']);
  expect((await somebody.browser.open(connected.href)).html).not.toContain('You connected this app');
  // The earlier one goes on.
  expect((await refresh(world.url, connected.clientId, connected.tokens.refresh_token)).status).toBe(200);
});
