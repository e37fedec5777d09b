import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { authorizeUrl, newVerifier, REDIRECT_URI } from '../support/oauth-client.ts';
import { unescapeHtml } from '../../src/demo/html.ts';
import { createBrowser, returnUrl } from './support/browser.ts';
import { openWorld, type Member, type Organisation, type World } from './support/world.ts';

let world: World;
let organisation: Organisation;
let member: Member;
beforeAll(async () => {
  world = await openWorld();
  organisation = await world.newOrganisation();
  member = await world.newMember([organisation, 'member']);
});
afterAll(() => world.close());

async function transactions(): Promise<number> {
  const [row] = await world.rows<{ n: number }>('select count(*)::int as n from authorizations');
  return row?.n ?? 0;
}

/** Opens a bent authorize URL without any cookie: what an attacker's link does in a fresh browser. */
async function visit(href: string) {
  const before = await transactions();
  const answer = await createBrowser(world.url).get(href);
  return { ...answer, opened: (await transactions()) - before };
}

describe('Z1: before client and redirect URI hold, nothing is sent anywhere', () => {
  test.each([
    ['no client', ''],
    ['an unknown client', 'cli_unknown'],
    ['a client id with a NUL', 'cli_\0'],
    ['a client id with SQL', "' or '1'='1"],
    ['a client id in markup', '<script>alert(1)</script>'],
    ['an enormous client id', 'c'.repeat(8000)],
  ])('8: %s gets a page, no redirect, no echo', async (_what, clientId) => {
    const page = await visit(
      authorizeUrl(world.url, { client_id: clientId, code_challenge: newVerifier().challenge }),
    );
    expect(page).toMatchObject({ status: 400, location: undefined, opened: 0 });
    expect(page.html).not.toContain('http-equiv');
    expect(page.html).not.toContain('<script');
  });

  test('8: a client that was deleted, of which a row is left, is as unknown as one that never was', async () => {
    const { clientId, href } = await world.newRequest();
    expect(await visit(href)).toMatchObject({ opened: 1 });
    await world.rows('update clients set deleted_at = now() where id = $1', [clientId]);
    expect(await visit(href)).toMatchObject({ status: 400, location: undefined, opened: 0 });
  });

  test.each([
    'https://app.test/cb/',
    'https://app.test/cb?x=1',
    'https://app.test/cbx',
    'https://app.test/c',
    'https://app.test/CB',
    'https://APP.test/cb',
    'https://app.test:443/cb',
    'https://app.test:8443/cb',
    'https://app.test/%63b',
    'https://app.test/x/%2e%2e/cb',
    'https://app.test/x/../cb',
    'https://app.test//cb',
    'https://app.test/cb#',
    'https://app.test@evil.test/cb',
    'https://evil.test/https://app.test/cb',
    'https://app.test.evil.test/cb',
    'https://app.test\\@evil.test/cb',
    'https://app.test/cb\n',
    ' https://app.test/cb',
    'http://app.test/cb',
    'HTTPS://app.test/cb',
    'javascript:alert(1)//https://app.test/cb',
    'http://localhost:8787/callback',
    'http://127.0.0.1.evil.test/callback',
    'http://127.0.0.1:8787@evil.test/callback',
    'http://127.1:8787/callback',
    'http://[::1]:8787/callback',
    'http://127.0.0.1:8787/callback/x',
    'http://127.0.0.1:99999/callback',
    'https://127.0.0.1:1/callback',
  ])('9 and 14: %j is not one of the registered redirect URIs', async (redirectUri) => {
    const { href } = await world.newRequest(
      { redirect_uri: redirectUri },
      { redirect_uris: ['https://app.test/cb', 'http://127.0.0.1:8787/callback'] },
    );
    const page = await visit(href);
    expect(page).toMatchObject({ status: 400, location: undefined, opened: 0 });
    expect(page.html).not.toContain('evil.test');
  });

  test('the only registered redirect URI may be left out, one of two may not', async () => {
    const left = async (redirectUris: string[]) => {
      const { href } = await world.newRequest({}, { redirect_uris: redirectUris });
      const url = new URL(href);
      url.searchParams.delete('redirect_uri');
      return visit(url.href);
    };
    expect(await left(['https://app.test/cb'])).toMatchObject({ status: 303, opened: 1 });
    expect(await left(['https://app.test/cb', 'https://app.test/other'])).toMatchObject({
      status: 400,
      opened: 0,
    });
  });

  test('an error page says nothing that the link said', async () => {
    const said = 'Call-0800-EVIL';
    const { href } = await world.newRequest({ [said]: '1' });
    for (const link of [`${href}&${said}=2`, `${href}&scope=${said}&response_type=${said}`]) {
      const page = await visit(link);
      expect(page.status).toBe(400);
      expect(page.html).not.toContain(said);
    }
  });
});

describe('Z2 to Z5 and Z9: what a client cannot ask for', () => {
  const { challenge } = newVerifier();
  const cases: [string, Record<string, string>, string][] = [
    ['5: no challenge', { code_challenge: '' }, 'invalid_request'],
    [
      '5: no challenge, though a verifier is promised',
      { code_challenge: '', code_verifier: 'x'.repeat(43) },
      'invalid_request',
    ],
    ['6: the method plain', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['6: a challenge without a method', { code_challenge_method: '' }, 'invalid_request'],
    ['6: the method s256 in lower case', { code_challenge_method: 's256' }, 'invalid_request'],
    ['a challenge that is no digest', { code_challenge: `${challenge}A` }, 'invalid_request'],
    ['a challenge with padding', { code_challenge: `${challenge.slice(0, 42)}=` }, 'invalid_request'],
    ['the implicit flow', { response_type: 'token' }, 'unsupported_response_type'],
    ['a hybrid flow', { response_type: 'code id_token' }, 'unsupported_response_type'],
    ['no response type', { response_type: '' }, 'invalid_request'],
    ['the fragment', { response_mode: 'fragment' }, 'invalid_request'],
    ['form_post', { response_mode: 'form_post' }, 'invalid_request'],
    ['a request object', { request: 'eyJhbGciOiJub25lIn0.e30.' }, 'request_not_supported'],
    ['a request URI', { request_uri: 'http://169.254.169.254/latest' }, 'request_uri_not_supported'],
    ['16: approval without a person', { prompt: 'none' }, 'interaction_required'],
    ['16: approval without a person, among others', { prompt: 'login none' }, 'interaction_required'],
    ['a resource elsewhere', { resource: 'https://other.test/mcp' }, 'invalid_target'],
    ['a resource that is no connector', { resource: 'ORIGIN/api/reelport' }, 'invalid_target'],
    ['the origin as resource', { resource: 'ORIGIN' }, 'invalid_target'],
    ['a resource of nobody', { resource: 'ORIGIN/mcp/no-such-org' }, 'invalid_target'],
    ['a resource with a query', { resource: 'ORIGIN/mcp?x=1' }, 'invalid_target'],
    ['a resource with an empty query', { resource: 'ORIGIN/mcp?' }, 'invalid_target'],
    ['a resource with a fragment', { resource: 'ORIGIN/mcp#x' }, 'invalid_target'],
    ['a resource with user info', { resource: 'http://user@localhost/mcp' }, 'invalid_target'],
    ['a resource that is no URL', { resource: '/mcp' }, 'invalid_target'],
    ['a state of 5,000 characters', { state: 's'.repeat(5000) }, 'invalid_request'],
    ['a state with a NUL', { state: 'a\0b' }, 'invalid_request'],
  ];

  test.each(cases)('%s is refused on a page; the way back is a link', async (_what, parameters, error) => {
    const bent = Object.fromEntries(
      Object.entries(parameters).map(([name, value]) => [name, value.replace('ORIGIN', world.url)]),
    );
    const { href } = await world.newRequest({ state: 'st-7', ...bent });
    const sent = bent['state'] ?? 'st-7';
    const page = await visit(href);
    expect(page).toMatchObject({ status: 400, location: undefined, opened: 0 });
    // 12: nobody is sent on before they agreed to anything.
    expect(page.html).not.toContain('http-equiv="refresh"');
    const back = new URL(unescapeHtml(/<a href="(http:\/\/127[^"]*)"/.exec(page.html)?.[1] ?? ''));
    expect(back.origin + back.pathname).toBe(REDIRECT_URI);
    expect(back.searchParams.get('error')).toBe(error);
    // 15: on errors too.
    expect(back.searchParams.getAll('iss')).toEqual([world.url]);
    expect(back.searchParams.getAll('state')).toEqual([sent]);
    expect(page.html).toContain('127.0.0.1:33418');
  });

  test.each(['client_id', 'redirect_uri', 'scope', 'state', 'resource', 'code_challenge', 'response_type'])(
    'Z3: a repeated %s is refused, because two readers could see two values',
    async (name) => {
      const { href } = await world.newRequest({ scope: 'mcp:read', resource: `${world.url}/mcp` });
      const value = new URL(href).searchParams.get(name) ?? '';
      const page = await visit(`${href}&${name}=${encodeURIComponent(value)}`);
      expect(page).toMatchObject({ status: 400, location: undefined, opened: 0 });
    },
  );
});

describe('Z2: where an error goes by itself', () => {
  const SECOND = 'https://app.test/second';
  /** Somebody with a browser of their own, who connected an app that has two redirect URIs. */
  async function connected() {
    const person = await world.newMember([organisation, 'member']);
    const approved = await world.approve(person, 'read', {}, { redirect_uris: [REDIRECT_URI, SECOND] });
    expect((await world.redeem(approved)).status).toBe(200);
    const refused = `${approved.href}&prompt=none`;
    return { person, approved, refused, grantId: await world.grantIdOf(approved.clientId) };
  }
  const PAGE = { status: 400, location: undefined };

  test('back to the app, for the very browser whose person connected it there', async () => {
    const { person, refused } = await connected();
    const before = await transactions();
    const answer = await person.browser.get(refused);
    expect(answer.status).toBe(303);
    const back = new URL(answer.location ?? '');
    expect(back.origin + back.pathname).toBe(REDIRECT_URI);
    expect([...back.searchParams.keys()].toSorted()).toEqual(['error', 'error_description', 'iss', 'state']);
    expect(back.searchParams.get('error')).toBe('interaction_required');
    expect(back.searchParams.get('state')).toBe('st-1');
    expect(back.searchParams.get('iss')).toBe(world.url);
    expect([answer.headers.get('cache-control'), answer.headers.get('referrer-policy')]).toEqual([
      'no-store',
      'no-referrer',
    ]);
    expect(await transactions()).toBe(before);
  });

  test('12: nowhere, for a browser without the cookie, with another one’s, or of somebody else who is connected', async () => {
    const { person, refused } = await connected();
    const other = await connected();
    expect(await visit(refused)).toMatchObject(PAGE);
    expect(await other.person.browser.get(refused)).toMatchObject(PAGE);
    const again = createBrowser(world.url);
    await world.signIn(person, again);
    expect(await again.get(refused)).toMatchObject(PAGE);
    const cookie = `latchkey_gate=${'x'.repeat(43)}`;
    expect(await createBrowser(world.url).get(refused, { cookie })).toMatchObject(PAGE);
  });

  test('12: nowhere, for another redirect URI of the app, or another app that is answered at the same place', async () => {
    const { person, refused } = await connected();
    const elsewhere = refused.replace(encodeURIComponent(REDIRECT_URI), encodeURIComponent(SECOND));
    expect(elsewhere).not.toBe(refused);
    expect(await person.browser.get(elsewhere)).toMatchObject(PAGE);
    const stranger = await world.newRequest({ prompt: 'none' });
    expect(await person.browser.get(stranger.href)).toMatchObject(PAGE);
    const foreign = refused.replace(
      encodeURIComponent(REDIRECT_URI),
      encodeURIComponent('https://evil.test/'),
    );
    const page = await person.browser.get(foreign);
    expect(page).toMatchObject(PAGE);
    expect(page.html).not.toContain('evil.test');
  });

  test.each(['revoked', 'expired'])('12: nowhere any more, once the connection is %s', async (end) => {
    const { person, refused, grantId } = await connected();
    expect((await person.browser.get(refused)).status).toBe(303);
    await world.rows(`update grants set ${end}_at = now() where id = $1`.replace('expired', 'expires'), [
      grantId,
    ]);
    expect(await person.browser.get(refused)).toMatchObject(PAGE);
  });

  test('12: nowhere yet, after a request that was opened, denied, or allowed and not redeemed', async () => {
    const person = await world.newMember([organisation, 'member']);
    const request = await world.newRequest();
    const refused = `${request.href}&prompt=none`;
    const { fields } = await person.browser.open(request.href);
    expect(await person.browser.get(refused)).toMatchObject(PAGE);
    await person.browser.decide(fields, { decision: 'deny' });
    expect(await person.browser.get(refused)).toMatchObject(PAGE);
    const second = await person.browser.open(request.href);
    const allow = { access: 'read', organisation: person.home, decision: 'allow' };
    returnUrl(await person.browser.decide(second.fields, allow));
    expect(await person.browser.get(refused)).toMatchObject(PAGE);
  });
});

describe('Z5: resources as clients spell them', () => {
  test.each([
    [undefined, '/mcp'],
    ['/mcp', '/mcp'],
    ['/mcp/', '/mcp'],
    ['/mcp/SLUG', '/mcp/SLUG'],
    ['/mcp/SLUG/', '/mcp/SLUG'],
    ['/mcp/SLUG/sse', '/mcp/SLUG/sse'],
    ['/mcp/x/../SLUG', '/mcp/SLUG'],
    ['UPPER/mcp/SLUG', '/mcp/SLUG'],
  ])('%s is granted as %s, in our own spelling', async (typed, canonical) => {
    const fill = (text: string) => text.replace('SLUG', organisation.slug);
    const url = typed?.startsWith('UPPER')
      ? fill(typed).replace('UPPER', world.url.toUpperCase())
      : `${world.url}${fill(typed ?? '')}`;
    const { tokens, grantId } = await world.connect(
      member,
      'read',
      typed === undefined ? {} : { resource: url },
    );
    const [grant] = await world.rows('select resource from grants where id = $1', [grantId]);
    expect(grant).toEqual({ resource: fill(canonical) });
    const claims = JSON.parse(Buffer.from(tokens.access_token.split('.')[1] ?? '', 'base64url').toString());
    expect(claims.aud).toBe(world.url + fill(canonical));
  });
});

describe('Z6: scopes', () => {
  test.each([
    [undefined, true],
    ['', true],
    ['mcp:read mcp:call', true],
    ['mcp:call', true],
    ['mcp:read', false],
    ['mcp:read offline_access claudeai', false],
    ['offline_access', true],
    ['openid profile', true],
    ['  mcp:call  ', true],
  ])('scope %j: Full access offered: %s; Read-only is preselected either way', async (scope, offersFull) => {
    const { href } = await world.newRequest(scope === undefined ? {} : { scope });
    const { html, fields } = await member.browser.open(href);
    const option = (value: string) =>
      new RegExp(`<input type="radio" name="access" value="${value}"[^>]*>`).exec(html)?.[0];
    expect(option('read')).toMatch(/checked/);
    expect(option('full')).not.toMatch(/checked/);
    expect(option('full')?.includes('disabled')).toBe(!offersFull);
    // Whatever the page shows, the ceiling holds.
    const answer = await member.browser.decide(fields, { access: 'full', decision: 'allow' });
    expect(answer.status).toBe(offersFull ? 200 : 422);
    expect(answer.html.includes('code=')).toBe(offersFull);
  });
});

describe('Z7: the answer', () => {
  test.each([
    'simple',
    'a b+c%20d&e=f#g',
    '"><script>alert(1)</script>',
    'ünïcode-ß-🎬',
    '{"flow":"1","nonce":"x=="}',
    's'.repeat(4000),
  ])('returns the state %j unchanged, with iss, once each', async (state) => {
    const { href } = await world.newRequest({ state });
    const { fields } = await member.browser.open(href);
    const target = returnUrl(await member.browser.decide(fields, { access: 'read', decision: 'allow' }));
    expect(target.searchParams.getAll('state')).toEqual([state]);
    expect(target.searchParams.getAll('iss')).toEqual([world.url]);
    expect(target.searchParams.getAll('code')).toHaveLength(1);
  });

  test('no state in, no state out', async () => {
    const { href } = await world.newRequest({ state: '' });
    const { fields } = await member.browser.open(href);
    const target = returnUrl(await member.browser.decide(fields, { access: 'read', decision: 'allow' }));
    expect(target.searchParams.has('state')).toBe(false);
  });

  test('13: a redirect URI that brings code, state, iss and error of its own carries ours, once, and keeps the rest byte for byte', async () => {
    const registered =
      'https://app.test/cb?keep=a%20b&flag&code=evil&state=evil&iss=https://evil.test&error=x&%63ode=evil&last=%C3%BC';
    const { href } = await world.newRequest(
      { redirect_uri: registered, state: 'ours' },
      { redirect_uris: [registered] },
    );
    const { fields } = await member.browser.open(href);
    const target = returnUrl(await member.browser.decide(fields, { access: 'read', decision: 'allow' }));
    expect(target.searchParams.getAll('state')).toEqual(['ours']);
    expect(target.searchParams.getAll('iss')).toEqual([world.url]);
    expect(target.searchParams.getAll('code')).toHaveLength(1);
    expect(target.searchParams.get('code')).not.toBe('evil');
    expect(target.searchParams.has('error')).toBe(false);
    expect(target.href).toMatch(/^https:\/\/app\.test\/cb\?keep=a%20b&flag&last=%C3%BC&/);
  });
});

describe('Z8 and what a stranger can make us store', () => {
  test('the same authorize URL opens a new transaction each time: people press Reconnect', async () => {
    const { href } = await world.newRequest();
    const [one, two] = [await member.browser.open(href), await member.browser.open(href)];
    expect(one.fields['transaction']).not.toBe(two.fields['transaction']);
    for (const { fields } of [one, two]) {
      expect((await member.browser.decide(fields, { access: 'read', decision: 'allow' })).status).toBe(200);
    }
  });

  test('the way to the consent page leaks nothing: no cache, no referrer, a ticket used up on arrival', async () => {
    const { href } = await world.newRequest();
    const first = await member.browser.get(href);
    expect(first.headers.get('cache-control')).toBe('no-store');
    expect(first.headers.get('referrer-policy')).toBe('no-referrer');
    const second = await member.browser.get(first.location ?? '');
    expect(new URL(second.location ?? '').searchParams.has('handoff')).toBe(false);
  });

  test('64: one address cannot fill the table with transactions, whatever it claims about itself', async () => {
    const flooded = await openWorld();
    try {
      const { href } = await flooded.newRequest();
      const answers = await Promise.all(
        Array.from({ length: 340 }, (_, index) =>
          fetch(href, { redirect: 'manual', headers: { 'x-forwarded-for': `192.0.2.${index % 250}` } }),
        ),
      );
      const refused = answers.find(({ status }) => status === 429);
      expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(refused?.headers.get('ratelimit')).toMatch(/^"address";r=0;t=\d+$/);
      expect(refused?.headers.get('ratelimit-policy')).toBe('"address";q=300;w=60');
      const [row] = await flooded.rows<{ n: number }>('select count(*)::int as n from authorizations');
      expect(row?.n).toBeLessThan(340);
    } finally {
      await flooded.close();
    }
  });
});
