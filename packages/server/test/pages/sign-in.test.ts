import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hmac } from '../../src/kernel/secret.ts';
import { PASSWORD, valueOf } from '../people/open-people.ts';
import { hiddenFields, openPages, valueOfInput, type OpenedPages } from './open-pages.ts';

const EMAIL = 'ada@acme.test';
const TRANSACTION = '/oauth/consent?transaction=abc-DEF_123';

let opened: OpenedPages;
beforeAll(async () => {
  opened = await openPages();
  valueOf(await opened.people.createUser({ email: EMAIL, name: 'Ada', password: PASSWORD }));
});
afterAll(() => opened.close());
beforeEach(() => {
  opened.limits.clear();
  opened.transactions.clear();
  opened.asked.length = 0;
});

describe('sign-in', () => {
  test('leads to the dashboard, and away from the page whoever is signed in already', async () => {
    const browser = opened.browser();
    const signedIn = await browser.signIn(EMAIL, PASSWORD);
    expect(signedIn).toMatchObject({ status: 303, location: '/app' });
    expect(await browser.get('/sign-in')).toMatchObject({ status: 303, location: '/app' });
    const back = `/sign-in?return_to=${encodeURIComponent(TRANSACTION)}`;
    expect(await browser.get(back)).toMatchObject({ status: 303, location: TRANSACTION });
  });

  test.each([TRANSACTION, '/app/acme/keys?filter=mine', '/app/acme/', '/app/acme'])(
    'leads back to %s',
    async (returnTo) => {
      const signedIn = await opened.browser().signIn(EMAIL, PASSWORD, { returnTo });
      expect(signedIn).toMatchObject({ status: 303, location: returnTo });
    },
  );

  test.each([
    '//evil.test',
    '/\\evil.test',
    '\\\\evil.test',
    'https://evil.test/app/',
    'https:evil.test',
    'javascript:alert(1)',
    'data:text/html,x',
    '/app//evil.test',
    '/app/..//evil.test',
    '/app/../../evil',
    '/app/./x',
    '/app/%2e%2e//evil.test',
    '/app/%2f%2fevil.test',
    '/app/\\evil.test',
    '/app/\t/evil.test',
    '/app/x\r\nSet-Cookie: a=b',
    '/app/@evil.test',
    '/app/x#y',
    ' /app/x',
    '/appendix',
    '/sign-out',
    '/oauth/consent?transaction=',
    '/oauth/consent?transaction=x&decision=allow',
    '/oauth/consent?transaction=x%26decision=allow',
    '/oauth/consent?decision=allow&transaction=x',
    '/oauth/consent/../../evil?transaction=x',
    '%2F%2Fevil.test',
    `/app/${'a'.repeat(2000)}`,
    `/app/${'a/'.repeat(400)}!`,
  ])('never leads to %j', async (returnTo) => {
    const browser = opened.browser();
    const asked = await browser.get(`/sign-in?return_to=${encodeURIComponent(returnTo)}`);
    expect(hiddenFields(asked.html)['return_to']).toBe('/app');
    const { csrf = '' } = hiddenFields(asked.html);
    const posted = await browser.post('/sign-in', {
      csrf,
      return_to: returnTo,
      email: EMAIL,
      password: PASSWORD,
    });
    expect(posted).toMatchObject({ status: 303, location: '/app' });
    const again = await browser.get(`/sign-in?return_to=${encodeURIComponent(returnTo)}`);
    expect(again).toMatchObject({ status: 303, location: '/app' });
  });

  test('answers an unknown account and a wrong password with the same page, and keeps the address', async () => {
    const browser = opened.browser();
    await browser.get('/sign-in');
    const pages = [];
    for (const email of [EMAIL, 'nobody@acme.test', 'not an address']) {
      const { status, html } = await browser.signIn(email, 'not the password');
      expect(valueOfInput(html, 'email')).toBe(email);
      expect(html).not.toContain('not the password');
      pages.push({ status, html: html.replaceAll(email, 'EMAIL') });
    }
    expect(pages[0]?.status).toBe(422);
    expect(pages[1]).toEqual(pages[0]);
    expect(pages[2]).toEqual(pages[0]);
  });

  test('gives a fresh session, whatever cookie the browser was made to bring (session fixation)', async () => {
    const attacker = opened.browser();
    await attacker.signIn(EMAIL, PASSWORD);
    const planted = attacker.cookies.get('latchkey_session') ?? '';
    const victim = opened.browser();
    const form = hiddenFields((await victim.get('/sign-in')).html);
    victim.cookies.set('latchkey_session', planted);
    await victim.post('/sign-in', { ...form, email: EMAIL, password: PASSWORD });
    expect(victim.cookies.get('latchkey_session')).not.toBe(planted);
    expect(await victim.get('/sign-in')).toMatchObject({ status: 303 });
    expect(await attacker.get('/sign-in')).toMatchObject({ status: 200 });
  });

  test('does not confuse fields with what every object has', async () => {
    const browser = opened.browser();
    const form = hiddenFields((await browser.get('/sign-in')).html);
    const hostile = { __proto__x: '1', 'email[]': EMAIL, 'email[toString]': 'x', constructor: 'x', ...form };
    const posted = await browser.post(
      '/sign-in',
      Object.entries({ ...hostile, password: PASSWORD }).concat([['__proto__', 'polluted']]),
    );
    expect(posted.status).toBe(422);
    expect({}).not.toHaveProperty('polluted');
  });

  test('refuses a field that is given twice, and bodies of another kind or size', async () => {
    const browser = opened.browser();
    const form = hiddenFields((await browser.get('/sign-in')).html);
    const entries = Object.entries({ ...form, email: EMAIL, password: PASSWORD });
    const twice = await browser.post('/sign-in', [...entries, ['email', 'nobody@acme.test']]);
    expect(twice.status).toBe(400);
    const kind = await browser.post('/sign-in', entries, {
      'content-type': 'multipart/form-data; boundary=x',
    });
    expect(kind.status).toBe(415);
    const plain = await browser.post('/sign-in', entries, { 'content-type': 'text/plain' });
    expect(plain.status).toBe(415);
    const size = await browser.post('/sign-in', [...entries, ['more', 'x'.repeat(20_000)]]);
    expect(size.status).toBe(413);
    for (const refused of [twice, kind, plain, size])
      expect(refused.headers.get('x-request-id')).toMatch(/^req_/);
  });

  test('shows what was typed as text and never as markup', async () => {
    const hostile = `"><script>alert(1)</script><img src=x onerror=alert(2)>'&lt;`;
    const { html } = await opened.browser().signIn(hostile, 'x');
    expect(html).not.toContain('<script>');
    expect(html).not.toContain('<img src=x');
    expect(valueOfInput(html, 'email')).toBe(hostile);
  });
});

describe('the strip above sign-in', () => {
  test('names the app, its destination and the organisation before any password is typed', async () => {
    opened.transactions.set('abc-DEF_123', {
      clientName: 'Claude',
      destinationHost: 'claude.ai',
      organisationName: 'Acme Video',
    });
    const { html } = await opened.browser().get(`/sign-in?return_to=${encodeURIComponent(TRANSACTION)}`);
    const words = html.replace(/<[^>]+>/g, '');
    expect(words).toContain('To connect Claude (claude.ai) to Acme Video');
    const wrong = await opened.browser().signIn(EMAIL, 'wrong password', { returnTo: TRANSACTION });
    expect(wrong.html.replace(/<[^>]+>/g, '')).toContain('To connect Claude (claude.ai) to Acme Video');
  });

  test.each([
    ['app.test', 'To connect app.test (“Claude”) to Acme'],
    ['evil.test', 'To connect app.test (“Claude”, answered at evil.test) to Acme'],
  ])(
    'C4: names the host of an app before its own name for itself (answered at %s)',
    async (destinationHost, words) => {
      opened.transactions.set('abc-DEF_123', {
        clientName: 'Claude',
        clientHost: 'app.test',
        destinationHost,
        organisationName: 'Acme',
      });
      const { html } = await opened.browser().get(`/sign-in?return_to=${encodeURIComponent(TRANSACTION)}`);
      expect(html.replace(/<[^>]+>/g, '')).toContain(words);
      expect(html).not.toContain('<b><bdi>Claude');
    },
  );

  test('shows a hostile name as text, in the direction of the page', async () => {
    opened.transactions.set('abc-DEF_123', {
      clientName: '<b>Claude</b>\u202Egnp.exe',
      destinationHost: '<script>x</script>',
      organisationName: '"><script>alert(1)</script>',
    });
    const { html } = await opened.browser().get(`/sign-in?return_to=${encodeURIComponent(TRANSACTION)}`);
    expect(html).not.toContain('<script>');
    expect(html).not.toContain('<b>Claude');
    expect(html).not.toContain('\u202E');
    expect(html).toContain('<bdi>&lt;b&gt;Claude');
  });

  test('is absent for a transaction that is unknown', async () => {
    const { status, html } = await opened
      .browser()
      .get(`/sign-in?return_to=${encodeURIComponent(TRANSACTION)}`);
    expect(status).toBe(200);
    expect(html).not.toContain('To connect');
  });
});

describe('the limits of sign-in', () => {
  test.each(['account', 'address'])(
    'by %s answer 429 with the seconds to wait, before any password is tried',
    async (kind) => {
      opened.limits.set(kind, { allowed: false, retryAfterSeconds: 42 });
      const refused = await opened.browser().signIn(EMAIL, PASSWORD);
      expect(refused.status).toBe(429);
      expect(refused.headers.get('retry-after')).toBe('42');
      expect(refused.headers.get('ratelimit')).toBe(`"${kind}";r=0;t=60`);
      expect(refused.headers.get('ratelimit-policy')).toBe(`"${kind}";q=10;w=60`);
      expect(refused.html).toContain('Try again in 42 seconds');
      expect(valueOfInput(refused.html, 'email')).toBe(EMAIL);
      expect(refused.headers.getSetCookie().join()).not.toContain('latchkey_session');
    },
  );

  test.each(['/sign-in/company', '/sign-in/passkey', '/sign-in/passkey/options'])(
    'are told of at each way in: %s',
    async (path) => {
      const browser = opened.browser();
      const fields = hiddenFields((await browser.get('/sign-in')).html);
      opened.limits.set('address', { allowed: false, retryAfterSeconds: 42 });
      const { headers, status } = await browser.post(path, fields);
      const told = ['retry-after', 'ratelimit', 'ratelimit-policy'].map((name) => headers.get(name));
      expect(told).toEqual(['42', '"address";r=0;t=60', '"address";q=10;w=60']);
      expect(status).toBe(429);
    },
  );

  test('count an account as one however its address is typed, and never hold the address itself', async () => {
    await opened.browser().signIn(EMAIL, 'wrong');
    await opened.browser().signIn(`  ${EMAIL.toUpperCase()} `, 'wrong');
    const accounts = opened.asked.filter((bucket) => bucket.startsWith('sign-in:account:'));
    expect(accounts).toHaveLength(2);
    expect(accounts[0]).toBe(accounts[1]);
    expect(opened.asked).toContain('sign-in:address:192.0.2.1');
    expect(opened.asked.join().toLowerCase()).not.toContain(EMAIL);
  });

  test('by address stop a flood before it locks accounts', async () => {
    opened.limits.set('address', { allowed: false, retryAfterSeconds: 1 });
    const refused = await opened.browser().signIn(EMAIL, 'wrong');
    expect(refused.html).toContain('Try again in 1 second.');
    expect(opened.asked.filter((bucket) => bucket.startsWith('sign-in:account:'))).toEqual([]);
  });
});

describe('sign-out', () => {
  async function signedIn() {
    const browser = opened.browser();
    await browser.signIn(EMAIL, PASSWORD);
    return browser;
  }

  /** The token of a sign-out form, as a page that shows the account would carry it. */
  function signOutToken(browser: ReturnType<OpenedPages['browser']>): string {
    return hmac(Buffer.from(browser.cookies.get('latchkey_browser') ?? ''), 'csrf sign-out');
  }

  test('ends the session and says so', async () => {
    const browser = await signedIn();
    const out = await browser.post('/sign-out', { csrf: signOutToken(browser) });
    expect(out).toMatchObject({ status: 303, location: '/signed-out' });
    expect(browser.cookies.has('latchkey_session')).toBe(false);
    expect((await browser.get('/signed-out')).html).toContain('You are signed out');
    expect((await browser.get('/sign-in')).status).toBe(200);
  });

  test('to use another account leads back to what was pending, and to nowhere else', async () => {
    const browser = await signedIn();
    const csrf = signOutToken(browser);
    const out = await browser.post('/sign-out', { csrf, return_to: TRANSACTION });
    expect(out.location).toBe(`/sign-in?return_to=${encodeURIComponent(TRANSACTION)}`);
    const hostile = await browser.post('/sign-out', { csrf, return_to: 'https://evil.test/' });
    expect(hostile.location).toBe('/sign-in');
  });

  test('cannot be forced from elsewhere', async () => {
    const browser = await signedIn();
    expect((await browser.post('/sign-out', { csrf: '' })).status).toBe(403);
    const foreign = await browser.post(
      '/sign-out',
      { csrf: signOutToken(browser) },
      { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' },
    );
    expect(foreign.status).toBe(403);
    expect(await browser.get('/sign-in')).toMatchObject({ status: 303, location: '/app' });
  });
});
