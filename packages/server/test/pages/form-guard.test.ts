import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PASSWORD, valueOf } from '../people/open-people.ts';
import { hiddenFields, openPages, type OpenedPages } from './open-pages.ts';

const EMAIL = 'ada@acme.test';
const ORIGIN = 'http://localhost:4747';

let opened: OpenedPages;
beforeAll(async () => {
  opened = await openPages();
  valueOf(await opened.people.createUser({ email: EMAIL, name: 'Ada', password: PASSWORD }));
});
afterAll(() => opened.close());

/** Signs in with the sender's headers as given: `undefined` leaves one out. */
async function postFrom(headers: { origin?: string; site?: string }) {
  const browser = opened.browser();
  const page = await browser.get('/sign-in');
  const cookie = `latchkey_browser=${browser.cookies.get('latchkey_browser')}`;
  const body = new URLSearchParams({ ...hiddenFields(page.html), email: EMAIL, password: PASSWORD });
  return opened.app.request(`${ORIGIN}/sign-in`, {
    method: 'POST',
    body: body.toString(),
    headers: {
      cookie,
      accept: 'text/html',
      'content-type': 'application/x-www-form-urlencoded',
      ...(headers.origin === undefined ? {} : { origin: headers.origin }),
      ...(headers.site === undefined ? {} : { 'sec-fetch-site': headers.site }),
    },
  });
}

describe('a form', () => {
  test.each([
    ['a browser of today', { origin: ORIGIN, site: 'same-origin' }],
    ['an older browser, or one on plain http', { origin: ORIGIN }],
    ['a script that sends neither header', {}],
  ])('from %s is taken', async (_who, headers) => {
    expect((await postFrom(headers)).status).toBe(303);
  });

  test.each([
    ['another site', { origin: 'https://evil.test', site: 'cross-site' }],
    ['another site, in an older browser', { origin: 'https://evil.test' }],
    ['a sandboxed frame', { origin: 'null' }],
    ['a sandboxed frame that claims to be ours', { origin: 'null', site: 'same-origin' }],
    ['a sibling host', { origin: 'http://evil.localhost:4747', site: 'same-site' }],
    ['another port', { origin: 'http://localhost:4748' }],
    ['the same host over another scheme', { origin: 'https://localhost:4747' }],
    ['a name that begins like ours', { origin: 'http://localhost:4747.evil.test' }],
    ['another site, behind something that drops Origin', { site: 'cross-site' }],
    ['a sibling host, behind something that drops Origin', { site: 'same-site' }],
    ['nowhere in particular', { site: 'none' }],
    ['our site, with Origin dropped', { site: 'same-origin' }],
    ['another site whose Origin was forged to ours', { origin: ORIGIN, site: 'cross-site' }],
    ['a sender with an empty Origin', { origin: '' }],
  ])('from %s is refused, and opens no session', async (_who, headers) => {
    const refused = await postFrom(headers);
    expect(refused.status).toBe(403);
    expect(refused.headers.getSetCookie().join()).not.toContain('latchkey_session');
    expect(await refused.text()).toContain('cross_site_form');
  });

  test('without its token, or with an altered one, is refused with the page to try again', async () => {
    const browser = opened.browser();
    const { csrf = '', ...form } = hiddenFields((await browser.get('/sign-in')).html);
    for (const wrong of ['', 'x', csrf.slice(0, -1), `${csrf}x`, csrf.toLowerCase()]) {
      const refused = await browser.post('/sign-in', {
        ...form,
        csrf: wrong,
        email: EMAIL,
        password: PASSWORD,
      });
      expect(refused.status).toBe(403);
      expect(refused.html).not.toContain(PASSWORD);
      expect(hiddenFields(refused.html)['csrf']).toBe(csrf);
    }
    expect((await browser.post('/sign-in', { ...form, csrf, email: EMAIL, password: PASSWORD })).status).toBe(
      303,
    );
  });

  test('with the token of another browser is refused (login CSRF)', async () => {
    const attacker = opened.browser();
    const stolen = hiddenFields((await attacker.get('/sign-in')).html);
    const victim = opened.browser();
    await victim.get('/sign-in');
    const refused = await victim.post('/sign-in', { ...stolen, email: EMAIL, password: PASSWORD });
    expect(refused.status).toBe(403);
    const cookieless = await opened
      .browser()
      .post('/sign-in', { ...stolen, email: EMAIL, password: PASSWORD });
    expect(cookieless.status).toBe(403);
  });

  test('with the token of another form is refused', async () => {
    const browser = opened.browser();
    const { csrf = '' } = hiddenFields((await browser.get('/sign-in')).html);
    expect((await browser.post('/sign-out', { csrf })).status).toBe(403);
  });
});

describe("the browser's cookie", () => {
  test('is 256 random bits, HttpOnly, Lax, for the whole host, and kept once it is there', async () => {
    const browser = opened.browser();
    const first = await browser.get('/sign-in');
    const [line = ''] = first.headers.getSetCookie();
    expect(line).toMatch(/^latchkey_browser=[A-Za-z0-9_-]{43}; /);
    expect(line).toContain('HttpOnly');
    expect(line).toContain('SameSite=Lax');
    expect(line).toContain('Path=/');
    expect(line).not.toMatch(/Secure|Domain/);
    expect((await browser.get('/sign-in')).headers.getSetCookie()).toEqual([]);
    expect(hiddenFields(first.html)['csrf']).not.toBe(browser.cookies.get('latchkey_browser'));
  });

  test.each(['', 'short', 'x'.repeat(44), `${'x'.repeat(42)}%`])(
    'is made anew where the one that came is %j',
    async (planted) => {
      const browser = opened.browser();
      browser.cookies.set('latchkey_browser', planted);
      await browser.get('/sign-in');
      expect(browser.cookies.get('latchkey_browser')).not.toBe(planted);
    },
  );

  test('is Secure and bound to the host by its prefix on https', async () => {
    const https = await openPages({ baseUrl: 'https://latchkey.example.com' });
    try {
      const { userId } = valueOf(
        await https.people.createUser({ email: EMAIL, name: 'Ada', password: PASSWORD }),
      );
      expect(userId).toMatch(/^usr_/);
      const browser = https.browser();
      const page = await browser.get('/sign-in');
      const [line = ''] = page.headers.getSetCookie();
      expect(line).toMatch(/^__Host-latchkey_browser=/);
      expect(line).toContain('Secure');
      expect(page.headers.get('strict-transport-security')).toBe('max-age=31536000');
      expect((await browser.signIn(EMAIL, PASSWORD)).status).toBe(303);
      expect([...browser.cookies.keys()]).toEqual(['__Host-latchkey_browser', '__Host-latchkey_session']);
    } finally {
      await https.close();
    }
  });
});
