import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashSecret } from '../../src/kernel/secret.ts';
import { createGateCookie } from '../../src/oauth/cookie.ts';
import { REDIRECT_URI } from '../support/oauth-client.ts';
import { unescapeHtml } from '../../src/demo/html.ts';
import { createBrowser, hiddenFields, returnUrl, type Answer } from './support/browser.ts';
import { openWorld, type Member, type Organisation, type World } from './support/world.ts';

let world: World;
let organisation: Organisation;
/** For tests that change nothing about who they are. */
let member: Member;
beforeAll(async () => {
  world = await openWorld();
  organisation = await world.newOrganisation();
  member = await world.newMember([organisation, 'member']);
});
afterAll(() => world.close());

const open = async (who: Pick<Member, 'browser'>, parameters: Record<string, string> = {}) =>
  who.browser.open((await world.newRequest(parameters)).href);

const ALLOW_READ = { access: 'read', decision: 'allow' };

async function decisionsOn(fields: Record<string, string>) {
  const [row] = await world.rows<{ decision: string | null; access: string | null }>(
    'select decision, access from authorizations where id_hash = $1',
    [hashSecret(fields['transaction'] ?? '')],
  );
  return row;
}

function expectNothingGiven(answer: Answer): void {
  expect(answer.html).not.toMatch(/http-equiv="refresh"|[?&;]code=/);
  expect(answer.location).toBeUndefined();
}

describe('consent is never skipped', () => {
  test('16 and 29: a signed-in person gets no code from an authorize URL, and is sent nowhere but to our own page', async () => {
    const { href } = await world.newRequest();
    let next: string | undefined = href;
    const visited: string[] = [];
    while (next !== undefined) {
      const answer: Answer = await member.browser.get(next);
      expectNothingGivenYet(answer);
      const { origin, pathname } = new URL(next);
      visited.push(origin + pathname);
      next = answer.location;
    }
    expect(visited).toEqual(
      ['/authorize', '/oauth/consent', '/oauth/consent'].map((path) => world.url + path),
    );
  });

  function expectNothingGivenYet(answer: Answer): void {
    expect(answer.html).not.toMatch(/http-equiv="refresh"/);
    expect(answer.location ?? '').not.toMatch(/[?&]code=/);
  }

  test('17: an approval is not remembered: the same client is asked about again, by the same browser too', async () => {
    const { href } = await world.newRequest();
    const first = await member.browser.open(href);
    expect((await member.browser.decide(first.fields, ALLOW_READ)).status).toBe(200);
    const second = await member.browser.open(href);
    expect(second.html).toContain('What may it do?');
    expect(second.fields['transaction']).not.toBe(first.fields['transaction']);
  });
});

describe('a transaction belongs to one browser', () => {
  test("18: an attacker's open transaction shows a victim's browser nothing", async () => {
    const attacker = await open(await world.newMember([organisation, 'member']));
    const page = await member.browser.get(attacker.at);
    expect(page.status).toBe(410);
    expectNothingGiven(page);
  });

  test("18: a victim who approves behind an attacker's link connects nobody: the app's browser is another one", async () => {
    const attacker = createBrowser(world.url);
    const { href } = await world.newRequest();
    const ticket = (await attacker.get(href)).location ?? '';
    const answer = await member.browser.follow(ticket);
    const fields = hiddenFields(answer.html);
    const done = await member.browser.decide(fields, ALLOW_READ);
    expect(done.status).toBe(403);
    expect(done.html).toContain('begun in another browser');
    expectNothingGiven(done);
    // Nor does the attacker get anything by coming back.
    for (const place of [ticket, answer.at]) expectNothingGiven(await attacker.get(place));
    expect((await decisionsOn(fields))?.decision).toBeNull();
  });

  test("18: a browser that took the attacker's approval is not the attacker's: the code goes to no one else", async () => {
    const { href } = await world.newRequest();
    const { fields } = await member.browser.open(href);
    const thief = createBrowser(world.url);
    for (const [name, value] of member.browser.cookies) {
      if (!name.includes('gate')) thief.cookies.set(name, value);
    }
    const answer = await thief.decide(fields, ALLOW_READ);
    expect(answer.status).toBe(403);
    expectNothingGiven(answer);
  });

  test("19: an attacker's transaction and token, posted by a victim's browser, decide nothing", async () => {
    const attacker = await open(await world.newMember([organisation, 'member']));
    const answer = await member.browser.decide(attacker.fields, ALLOW_READ);
    expect(answer.status).toBe(403);
    expectNothingGiven(answer);
    expect((await decisionsOn(attacker.fields))?.decision).toBeNull();
  });

  test("19: a victim's transaction with the token of another transaction decides nothing", async () => {
    const [one, two] = [await open(member), await open(member)];
    const answer = await member.browser.decide({ ...one.fields, csrf: two.fields['csrf'] ?? '' }, ALLOW_READ);
    expect([403, 422]).toContain(answer.status);
    expectNothingGiven(answer);
    expect((await decisionsOn(one.fields))?.decision).toBeNull();
  });

  test.each([
    ['the opaque origin', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['the opaque origin of a sandboxed frame of ours', { origin: 'null', 'sec-fetch-site': 'same-origin' }],
    ['another site', { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' }],
    ['a sibling host', { origin: 'http://evil.localhost', 'sec-fetch-site': 'same-site' }],
    ['another port', { origin: 'http://localhost:1', 'sec-fetch-site': 'same-site' }],
    ['a site that hides its origin', { origin: '', 'sec-fetch-site': 'cross-site' }],
    ['a typed address', { origin: '', 'sec-fetch-site': 'none' }],
  ])('20: a form from %s is refused', async (_what, headers) => {
    const { fields } = await open(member);
    const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''));
    const response = await fetch(`${world.url}/oauth/consent`, {
      method: 'POST',
      body: new URLSearchParams({ ...fields, ...ALLOW_READ }),
      headers: {
        cookie: [...member.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...sent,
      },
    });
    expect(response.status).toBe(403);
    expect((await decisionsOn(fields))?.decision).toBeNull();
  });

  test('20: every page of the way forbids frames and scripts', async () => {
    const { href } = await world.newRequest();
    const consent = await member.browser.open(href);
    const done = await member.browser.decide(consent.fields, ALLOW_READ);
    const broken = await member.browser.get('/authorize');
    const expired = await member.browser.get('/oauth/consent?transaction=none');
    for (const page of [consent, done, broken, expired]) {
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(page.headers.get('x-frame-options')).toBe('DENY');
      expect(page.headers.get('cache-control')).toBe('no-store');
      expect(page.html).not.toContain('<script');
    }
    // With `no-referrer` Chromium would send `Origin: null` with our own form.
    expect(consent.headers.get('referrer-policy')).toBe('same-origin');
    expect(done.headers.get('referrer-policy')).toBe('no-referrer');
  });

  test('20: the cookies are kept from scripts and other sites, and on https from sibling hosts', async () => {
    const response = await fetch((await world.newRequest()).href, { redirect: 'manual' });
    const second = await fetch(response.headers.get('location') ?? '', { redirect: 'manual' });
    const lines = [...response.headers.getSetCookie(), ...second.headers.getSetCookie()];
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).toMatch(/; Path=\/(?=.*; HttpOnly)(?=.*; SameSite=Lax)/i);
    const { setCookie } = createGateCookie('https://mcp.example.test').create();
    expect(setCookie).toMatch(/^__Host-.*; Secure/);
    expect(setCookie).not.toMatch(/domain/i);
  });
});

describe('C5: one decision', () => {
  test('21: a form sent ten times at once gets ten times the same page, one code', async () => {
    const { fields } = await open(member);
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => member.browser.decide(fields, ALLOW_READ)),
    );
    expect(new Set(answers.map((answer) => returnUrl(answer).href)).size).toBe(1);
    const audited = await world.rows(
      `select 1 from audit_events where action = 'consent.allowed' and target = $1 and actor_id = $2 and request_id = any($3)`,
      [REDIRECT_URI, member.userId, answers.map(({ headers }) => headers.get('x-request-id'))],
    );
    expect(audited).toHaveLength(1);
  });

  test('21: after the code was redeemed, going back gets no code', async () => {
    const approved = await world.approve(member, 'read');
    expect((await world.redeem(approved)).status).toBe(200);
    const again = await member.browser.decide(approved.fields, ALLOW_READ);
    const back = await member.browser.get(`/oauth/consent?transaction=${approved.fields['transaction']}`);
    for (const page of [again, back]) {
      expect(page.status).toBe(409);
      expect(page.html).toContain('Already connected');
      expectNothingGiven(page);
    }
  });

  test('21: two tabs do not get into each other’s way', async () => {
    const [one, two] = [await world.newRequest({ state: 'one' }), await world.newRequest({ state: 'two' })];
    const first = await member.browser.open(one.href);
    const second = await member.browser.open(two.href);
    const secondTarget = returnUrl(await member.browser.decide(second.fields, ALLOW_READ));
    const firstTarget = returnUrl(await member.browser.decide(first.fields, ALLOW_READ));
    expect(firstTarget.searchParams.get('state')).toBe('one');
    expect(secondTarget.searchParams.get('state')).toBe('two');
    const codeOf = (target: URL) => target.searchParams.get('code') ?? '';
    expect((await world.redeem({ ...one, code: codeOf(firstTarget) })).status).toBe(200);
    expect((await world.redeem({ ...two, code: codeOf(secondTarget) })).status).toBe(200);
  });

  test('22: of Allow and Deny at the same moment the first wins and the other is told so', async () => {
    for (let round = 0; round < 8; round += 1) {
      const { fields } = await open(member);
      const answers = await Promise.all(
        ['allow', 'deny', 'allow', 'deny'].map((decision) =>
          member.browser.decide(fields, { access: 'read', decision }),
        ),
      );
      const decision = (await decisionsOn(fields))?.decision;
      for (const [index, answer] of answers.entries()) {
        const sent = index % 2 === 0 ? 'allow' : 'deny';
        expect(answer.status).toBe(sent === decision ? 200 : 409);
        if (sent !== decision) expectNothingGiven(answer);
      }
    }
  });

  test('22: another access, organisation or answer after the decision is refused', async () => {
    const other = await world.newOrganisation();
    const both = await world.newMember([organisation, 'member'], [other, 'member']);
    const { fields } = await open(both);
    const first = { ...ALLOW_READ, organisation: organisation.slug };
    expect((await both.browser.decide(fields, first)).status).toBe(200);
    for (const change of [
      { access: 'full' },
      { organisation: other.slug },
      { decision: 'deny' },
      { lifetime: '1' },
    ]) {
      const answer = await both.browser.decide(fields, { ...first, ...change });
      expect(answer.status).toBe(409);
      expectNothingGiven(answer);
    }
    expect((await both.browser.decide(fields, first)).status).toBe(200);
  });

  test('22: whoever signs in at the same browser afterwards gets no answer of the decision before', async () => {
    const first = await world.newMember([organisation, 'member']);
    const other = await world.newMember([organisation, 'member']);
    const { fields } = await world.approve(first, 'read');
    first.browser.cookies.delete('latchkey_session');
    await world.signIn(other, first.browser);
    const asked = await first.browser.decide(fields, ALLOW_READ);
    expectNothingGiven(asked);
    const answer = await first.browser.decide({ ...fields, ...hiddenFields(asked.html) }, ALLOW_READ);
    expect(answer.status).toBe(409);
    expectNothingGiven(answer);
  });

  test('C1: after ten minutes the transaction is over, for the page and for the form', async () => {
    const { fields, at } = await open(member);
    await world.rows(`update authorizations set expires_at = now() where id_hash = $1`, [
      hashSecret(fields['transaction'] ?? ''),
    ]);
    for (const page of [await member.browser.get(at), await member.browser.decide(fields, ALLOW_READ)]) {
      expect(page.status).toBe(410);
      expectNothingGiven(page);
    }
    expect((await decisionsOn(fields))?.decision).toBeNull();
  });

  test('C6: Deny is told to the client with state and iss, and is repeatable', async () => {
    const { fields } = await open(member, { state: 'st-9' });
    for (let time = 0; time < 2; time += 1) {
      const target = returnUrl(await member.browser.decide(fields, { decision: 'deny' }));
      expect(Object.fromEntries(target.searchParams)).toEqual({
        error: 'access_denied',
        state: 'st-9',
        iss: world.url,
      });
    }
    expect((await member.browser.decide(fields, ALLOW_READ)).status).toBe(409);
  });

  test('C6: the answer is a 200 page that goes on by itself and has a link to the same address', async () => {
    const { fields } = await open(member);
    const answer = await member.browser.decide(fields, ALLOW_READ);
    expect(answer.status).toBe(200);
    const link = unescapeHtml(
      /<a class="button" href="([^"]*)" rel="noreferrer"/.exec(answer.html)?.[1] ?? '',
    );
    expect(link).toBe(returnUrl(answer).href);
  });
});

describe('23: what the form cannot say', () => {
  test.each([
    ['no access', { decision: 'allow' }],
    ['an unknown access', { access: 'admin', decision: 'allow' }],
    ['an empty access', { access: '', decision: 'allow' }],
    ['an unknown decision', { access: 'read', decision: 'maybe' }],
    ['no decision', { access: 'read', decision: '' }],
  ])('%s is refused with 400, never taken for full', async (_what, answer) => {
    const { fields } = await open(member);
    const page = await member.browser.decide(fields, answer);
    expect(page.status).toBe(400);
    expectNothingGiven(page);
    expect((await decisionsOn(fields))?.decision).toBeNull();
  });

  test('a field sent twice is refused: the person saw one of the two', async () => {
    const { fields } = await open(member);
    const page = await member.browser.post('/oauth/consent', [
      ...Object.entries(fields),
      ['access', 'read'],
      ['access', 'full'],
      ['decision', 'allow'],
    ]);
    expect(page.status).toBe(400);
    expect((await decisionsOn(fields))?.decision).toBeNull();
  });

  test('a viewer cannot take full access, whatever is posted', async () => {
    const viewer = await world.newMember([organisation, 'viewer']);
    const { fields, html } = await open(viewer);
    expect(/<input type="radio" name="access" value="full"[^>]*>/.exec(html)?.[0]).toContain('disabled');
    const page = await viewer.browser.decide(fields, { access: 'full', decision: 'allow' });
    expect(page.status).toBe(422);
    expectNothingGiven(page);
    expect(page.html).toContain('not possible with your role');
    expect((await viewer.browser.decide(fields, ALLOW_READ)).status).toBe(200);
  });

  test.each(['acme', 'no-such-org', "' or 1=1 --", '../acme'])(
    'the organisation %j of others cannot be named',
    async (slug) => {
      const { fields } = await open(member);
      const page = await member.browser.decide(fields, { ...ALLOW_READ, organisation: slug });
      expect(page.status).toBe(422);
      expectNothingGiven(page);
      expect(page.html).not.toContain('Acme');
    },
  );

  test('an organisation other than the one that the connector URL names cannot be chosen', async () => {
    const other = await world.newOrganisation();
    const both = await world.newMember([organisation, 'member'], [other, 'owner']);
    const { fields, html } = await open(both, { resource: `${world.url}/mcp/${organisation.slug}` });
    expect(html).not.toContain(other.slug);
    const page = await both.browser.decide(fields, { ...ALLOW_READ, organisation: other.slug });
    expect(page.status).toBe(422);
    expectNothingGiven(page);
  });

  test('somebody who is no member of the named organisation is told so and can do nothing', async () => {
    const stranger = await world.newMember([await world.newOrganisation(), 'owner']);
    const { href } = await world.newRequest({ resource: `${world.url}/mcp/${organisation.slug}` });
    const page = await stranger.browser.follow(href);
    expect(page.status).toBe(403);
    expectNothingGiven(page);
    expect(page.html).toContain(stranger.email);
    expect(page.html).not.toContain(`The ${organisation.slug}`);
    // The way to another account leads back here.
    expect(page.html).toMatch(
      /action="\/sign-out"[\s\S]*name="return_to" value="\/oauth\/consent\?transaction=/,
    );
  });

  test('somebody who belongs nowhere is told so, and how to come in', async () => {
    const nobody = await world.newMember();
    const page = await nobody.browser.follow((await world.newRequest()).href);
    expect(page.status).toBe(403);
    expectNothingGiven(page);
    expect(page.html).toContain('You belong to no organisation');
    expect(page.html).toContain('invitation');
    expect(page.html).toContain('action="/sign-out"');
  });

  test('a suspended organisation is not offered, and the page says why', async () => {
    const [live, suspended] = [await world.newOrganisation(), await world.newOrganisation()];
    const both = await world.newMember([live, 'member'], [suspended, 'member']);
    await world.rows('update organisations set suspended_at = now() where id = $1', [suspended.orgId]);
    const { fields, html } = await open(both);
    expect(html).toMatch(/Not offered, because it is suspended/);
    const page = await both.browser.decide(fields, ALLOW_READ);
    expect(page.html).toMatch(/http-equiv="refresh"/);

    await world.rows('update organisations set suspended_at = now() where id = $1', [live.orgId]);
    const none = await both.browser.follow((await world.newRequest()).href);
    expect(none.status).toBe(403);
    expectNothingGiven(none);
    expect(none.html).toContain('are suspended');
  });

  test('C2: somebody who signed in since sees the page first: nobody approves with an account that they did not see', async () => {
    const other = await world.newMember([organisation, 'owner']);
    const first = await world.newMember([organisation, 'member']);
    const { fields } = await open(first);
    first.browser.cookies.delete('latchkey_session');
    await world.signIn(other, first.browser);
    const page = await first.browser.decide(fields, { access: 'full', decision: 'allow' });
    expect(page.status).toBe(422);
    expectNothingGiven(page);
    expect(page.html).toContain(other.email);
    expect((await decisionsOn(fields))?.decision).toBeNull();
  });

  test('C2: without a session the form leads to the sign-in page and decides nothing', async () => {
    const { fields } = await open(await world.newMember([organisation, 'member']));
    const somebody = await world.newMember([organisation, 'member']);
    const page = await open(somebody);
    somebody.browser.cookies.delete('latchkey_session');
    const answer = await somebody.browser.decide(page.fields, ALLOW_READ);
    expect(new URL(answer.location ?? '').pathname).toBe('/sign-in');
    expect((await decisionsOn(page.fields))?.decision).toBeNull();
    expect((await decisionsOn(fields))?.decision).toBeNull();
  });
});

describe('24: what changed between the page and the answer', () => {
  test('a member who was removed gets nothing', async () => {
    const removed = await world.newMember([organisation, 'member']);
    const { fields } = await open(removed);
    await world.latchkey.people.removeMember({ orgId: organisation.orgId, userId: removed.userId });
    const page = await removed.browser.decide(fields, { ...ALLOW_READ, organisation: organisation.slug });
    expect([403, 422]).toContain(page.status);
    expectNothingGiven(page);
  });

  test('a member who became a viewer cannot take full access any more', async () => {
    const demoted = await world.newMember([organisation, 'member']);
    const { fields } = await open(demoted);
    await world.latchkey.people.setRole({
      orgId: organisation.orgId,
      userId: demoted.userId,
      role: 'viewer',
    });
    const page = await demoted.browser.decide(fields, { access: 'full', decision: 'allow' });
    expect(page.status).toBe(422);
    expectNothingGiven(page);
  });

  test('a suspended organisation gives nothing', async () => {
    const suspended = await world.newOrganisation();
    const owner = await world.newMember([suspended, 'owner']);
    const { fields } = await open(owner);
    await world.rows('update organisations set suspended_at = now() where id = $1', [suspended.orgId]);
    const page = await owner.browser.decide(fields, ALLOW_READ);
    expect(page.status).toBe(403);
    expectNothingGiven(page);
  });

  test.each([
    ['that is gone', 'delete from clients where id = $1'],
    ['of which a row is left', 'update clients set deleted_at = now() where id = $1'],
  ])('a deleted client %s gives nothing', async (_, statement) => {
    const request = await world.newRequest();
    const { fields } = await member.browser.open(request.href);
    await world.rows(statement, [request.clientId]);
    const page = await member.browser.decide(fields, ALLOW_READ);
    expect(page.status).toBe(410);
    expectNothingGiven(page);
  });

  test('a client that lists the address no longer gets nothing there', async () => {
    const request = await world.newRequest();
    const { fields } = await member.browser.open(request.href);
    await world.rows('update clients set redirect_uris = $1 where id = $2', [
      JSON.stringify(['https://app.test/callback']),
      request.clientId,
    ]);
    const page = await member.browser.decide(fields, ALLOW_READ);
    expect(page.status).toBe(409);
    expectNothingGiven(page);
  });
});

describe('C4: the page tells the truth', () => {
  test('it names host and full redirect URI, tier, loopback, organisation, role, both choices and the lifetime', async () => {
    const { html } = await open(member);
    const text = unescapeHtml(html.replace(/<[^>]+>/g, ' ')).replace(/\s+/g, ' ');
    expect(text).toContain('You will be sent to 127.0.0.1:33418');
    expect(text).toContain(REDIRECT_URI);
    expect(text).toContain('Unidentified: this name was chosen by the app itself');
    expect(text).toContain('sends access to a program on this computer');
    expect(text).toContain(`The ${organisation.slug}`);
    expect(text).toContain('you are a member');
    expect(text).toMatch(/Read-only .* \d+ tools/);
    expect(text).toMatch(/Full access .* \d+ tools/);
    expect(text).toContain('30 days');
    expect(text).toContain(member.email);
  });

  test.each([
    ['<script>alert(1)</script><img src=x onerror=alert(1)>', '&lt;script&gt;'],
    ['Claude" onmouseover="alert(1)', '&quot; onmouseover=&quot;'],
    ['\u202Eedualc\u2066 by Anthropic', 'edualc by Anthropic'],
    ['Claude', 'Unidentified'],
    ['x'.repeat(200), `>${'x'.repeat(60)}<`],
  ])('25: the name %j is inert, isolated and short', async (name, shown) => {
    const request = await world.newRequest({}, { client_name: name });
    const { html } = await member.browser.open(request.href);
    expect(html).toContain(shown);
    expect(html).not.toMatch(/<script|<img src=x|onerror=alert\(1\)>|" onmouseover="/);
    expect(html).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/);
    expect(html).toContain('<bdi>');
    expect(html).toContain('Unidentified: this name was chosen by the app itself');
  });

  test.each([
    ['cursor://claude.ai/callback', 'cursor://'],
    ['warp://claude.ai:443/callback', 'warp://'],
  ])('25: %s does not pass for the host that it spells', async (redirectUri, shown) => {
    const request = await world.newRequest({ redirect_uri: redirectUri }, { redirect_uris: [redirectUri] });
    const { html, fields } = await member.browser.open(request.href);
    expect(/<p class="host"><bdi>([^<]*)<\/bdi>/.exec(html.replace(/\s*\n\s*/g, ''))?.[1]).toBe(shown);
    // A scheme of an app's own leads to a program on this computer as well.
    expect(html).toContain('a program on this computer');
    expect((await member.browser.decide(fields, ALLOW_READ)).html).not.toContain(
      'Returning to <bdi>claude.ai',
    );
  });

  test('the lifetime shown is not shorter than the one given', async () => {
    const [short, long] = [await world.newOrganisation(), await world.newOrganisation()];
    await world.rows('update organisations set refresh_days = 90 where id = $1', [long.orgId]);
    await world.rows('update organisations set refresh_days = 1 where id = $1', [short.orgId]);
    const both = await world.newMember([short, 'member'], [long, 'member']);
    expect((await open(both)).html).toContain('Up to 90 days');
    await world.rows('update organisations set refresh_days = 90 where id = $1', [short.orgId]);
    expect((await open(both)).html).not.toContain('Up to');
  });

  test.each([
    ['1', 1],
    ['7', 7],
    ['90', 30],
  ])('of %s days that the person chose, where the organisation has 30, it is %i', async (lifetime, days) => {
    const own = await world.newOrganisation();
    await world.rows('update organisations set refresh_days = 30 where id = $1', [own.orgId]);
    const person = await world.newMember([own, 'member']);
    const request = await world.newRequest();
    const { fields } = await person.browser.open(request.href);
    const answer = await person.browser.decide({ ...fields, lifetime }, ALLOW_READ);
    const code = returnUrl(answer).searchParams.get('code') ?? '';
    expect((await world.redeem({ ...request, code })).status).toBe(200);
    const [grant] = await world.rows<{ days: number }>(
      'select (extract(epoch from expires_at - created_at) / 86400)::int as days from grants where client_id = $1',
      [request.clientId],
    );
    expect(grant?.days).toBe(days);
  });
});
