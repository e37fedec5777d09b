import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enrol } from '../people/enrol.ts';
import { PASSWORD, valueOf } from '../people/open-people.ts';
import { hiddenFields, openPages, valueOfInput, type OpenedPages } from './open-pages.ts';

const CONSENT = '/oauth/consent?transaction=x';
const CSP =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

let opened: OpenedPages;
let count = 0;
beforeAll(async () => {
  opened = await openPages();
  // As long as nobody exists every page leads to the set-up.
  valueOf(await opened.people.createUser({ email: 'first@acme.test', name: 'F', password: PASSWORD }));
});
afterAll(() => opened.close());

async function enrolled() {
  const email = `second-${++count}@acme.test`;
  const { userId } = valueOf(await opened.people.createUser({ email, name: 'Ada', password: PASSWORD }));
  return { email, ...(await enrol(opened, { email, userId })) };
}

/** A browser in which the right password was given. */
async function atSecondStep(email: string, returnTo?: string) {
  const browser = opened.browser();
  const posted = await browser.signIn(email, PASSWORD, returnTo === undefined ? {} : { returnTo });
  expect(posted.status).toBe(303);
  const page = await browser.get(posted.location ?? '');
  const post = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    browser.post('/sign-in/2fa', { ...hiddenFields(page.html), ...fields }, headers);
  return { browser, location: posted.location, page, post };
}

describe('/sign-in/2fa', () => {
  test('follows the right password of who has a second step, and leads on to where they wanted to go', async () => {
    const { code, email } = await enrolled();
    const { browser, location, page, post } = await atSecondStep(email, '/app/acme/keys');
    expect(location).toBe('/sign-in/2fa?return_to=%2Fapp%2Facme%2Fkeys');
    expect(browser.cookies.has('latchkey_session')).toBe(false);
    expect(page.html).toContain('autocomplete="one-time-code"');
    expect(page.html).not.toContain('checked');
    expect(page.headers.get('content-security-policy')).toBe(CSP);
    expect(page.html).not.toMatch(/<script|<style|\sstyle=|\son[a-z]+=/i);
    expect(Buffer.byteLength(page.html)).toBeLessThan(8_000);

    const done = await post({ code: code() });
    expect(done).toMatchObject({ status: 303, location: '/app/acme/keys' });
    expect(browser.cookies.has('latchkey_session')).toBe(true);
    expect(browser.cookies.has('latchkey_second_factor')).toBe(false);
    expect(await browser.get('/sign-in')).toMatchObject({ status: 303 });
  });

  test('says which app waits behind it, and returns to its consent page', async () => {
    opened.transactions.set('x', {
      clientName: 'Claude',
      clientHost: 'claude.ai',
      destinationHost: 'claude.ai',
    });
    const { backupCodes, email } = await enrolled();
    const { page, post } = await atSecondStep(email, CONSENT);
    expect(page.html).toContain('To connect');
    expect(page.html).toContain('claude.ai');
    expect(await post({ code: backupCodes[3] ?? '' })).toMatchObject({ status: 303, location: CONSENT });
  });

  test('answers a wrong code, a used one and one of another form alike, and keeps what was ticked', async () => {
    const { code, email } = await enrolled();
    const first = await atSecondStep(email);
    const used = code();
    expect((await first.post({ code: used })).status).toBe(303);
    const { page, post } = await atSecondStep(email);
    const answers = [];
    for (const wrong of [used, '000000', 'nonsense'])
      answers.push(await post({ code: wrong, remember: 'yes' }));
    for (const { html, status } of answers) {
      expect(status).toBe(422);
      expect(html).toContain('That code is not right, or it was used before.');
      expect(html).toContain('checked');
      expect(valueOfInput(html, 'code')).toBeUndefined();
      expect(html.replaceAll(/req_[\w-]+/g, '')).toBe(answers[0]?.html.replaceAll(/req_[\w-]+/g, ''));
    }
    expect(page.html).not.toContain(email);
  });

  test('says how long to wait after too many attempts, from one account or one address', async () => {
    const { code, email } = await enrolled();
    const { post } = await atSecondStep(email);
    for (let guess = 0; guess < 5; guess += 1) await post({ code: '000000' });
    const locked = await post({ code: code() });
    expect([locked.status, locked.headers.get('retry-after')]).toEqual([
      429,
      expect.stringMatching(/^[1-6]?\d$/),
    ]);
    expect(locked.html).toMatch(/Too many attempts\. Try again in [1-6]?\d seconds?\./);
    opened.pass(60_000);
    opened.limits.set('address', { allowed: false, retryAfterSeconds: 200 });
    const flooded = await post({ code: code() });
    opened.limits.clear();
    expect([flooded.status, flooded.headers.get('retry-after')]).toEqual([429, '200']);
    expect(flooded.headers.get('ratelimit')).toBe('"address";r=0;t=60');
    expect(flooded.html).toContain('Try again in 4 minutes.');
    expect((await post({ code: code() })).status).toBe(303);
  });

  test('without a password before it, or too long after, begins anew where one wanted to go', async () => {
    const { code, email } = await enrolled();
    const stranger = opened.browser();
    expect(await stranger.get('/sign-in/2fa?return_to=/app/acme')).toMatchObject({
      status: 303,
      location: '/sign-in?return_to=%2Fapp%2Facme',
    });
    const { browser, post } = await atSecondStep(email, '/app/acme');
    opened.pass(5 * 60_000);
    expect(await post({ code: code() })).toMatchObject({
      status: 303,
      location: '/sign-in?return_to=%2Fapp%2Facme',
    });
    expect(browser.cookies.has('latchkey_session')).toBe(false);
  });

  test.each(['//evil.test', 'https://evil.test', '/app/../sign-out'])(
    'never leads to %j',
    async (returnTo) => {
      const { code, email } = await enrolled();
      const { post } = await atSecondStep(email);
      expect(await post({ code: code(), return_to: returnTo })).toMatchObject({
        status: 303,
        location: '/app',
      });
    },
  );

  test("takes no form of another site, and none with another browser's token", async () => {
    const { code, email } = await enrolled();
    const { browser, post } = await atSecondStep(email);
    const foreign = await post(
      { code: code() },
      { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' },
    );
    expect(foreign.status).toBe(403);
    const other = await atSecondStep(email);
    const { csrf = '' } = hiddenFields(other.page.html);
    expect((await post({ code: code(), csrf })).status).toBe(403);
    expect(browser.cookies.has('latchkey_session')).toBe(false);
    expect((await post({ code: code() })).status).toBe(303);
  });

  test('remembers the browser if asked, for which the password is then enough', async () => {
    const { code, email } = await enrolled();
    const { browser, post } = await atSecondStep(email);
    expect((await post({ code: code(), remember: 'yes' })).status).toBe(303);
    browser.cookies.delete('latchkey_session');
    expect(await browser.signIn(email, PASSWORD)).toMatchObject({ status: 303, location: '/app' });
    const elsewhere = await opened.browser().signIn(email, PASSWORD);
    expect(elsewhere.location).toBe('/sign-in/2fa');
  });
});

describe('/sign-in', () => {
  test('has one script, of our own, which its policy allows and no other page', async () => {
    const page = await opened.browser().get('/sign-in');
    expect(page.headers.get('content-security-policy')).toBe(`${CSP}; script-src 'self'; connect-src 'self'`);
    const scripts = [...page.html.matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag);
    expect(scripts).toEqual([
      expect.stringMatching(/^<script type="module" src="\/assets\/passkey\.js\?v=[0-9a-f]{12}">$/),
    ]);
    expect(page.html).toMatch(/<form id="passkey"[^>]* hidden/);
    expect(page.html).toContain('autocomplete="username webauthn"');
    expect(page.html).not.toMatch(/<style|\sstyle=|\son[a-z]+=|javascript:/i);
    const [, path = ''] = /src="([^"]+)"/.exec(scripts[0] ?? '') ?? [];
    const script = await opened.browser().get(path);
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000');
    expect(script.html).not.toMatch(/innerHTML|eval\(|document\.write|https?:/);
  });

  test('at an address of numbers has neither the script nor its policy', async () => {
    const numbers = await openPages({ baseUrl: 'http://127.0.0.1:4747' });
    valueOf(await numbers.people.createUser({ email: 'a@acme.test', name: 'A', password: PASSWORD }));
    const page = await numbers.browser().get('/sign-in');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toBe(CSP);
    expect(page.html).not.toMatch(/<script|passkey/);
    await numbers.close();
  });

  test('is shown to who is signed in and is to show again who they are, and opens a fresh session', async () => {
    const browser = opened.browser();
    await browser.signIn('first@acme.test', PASSWORD);
    const before = browser.cookies.get('latchkey_session');
    expect(await browser.get('/sign-in?return_to=/app/acme')).toMatchObject({ location: '/app/acme' });
    const page = await browser.get('/sign-in?confirm=1&return_to=/app/acme');
    expect(page.status).toBe(200);
    expect(valueOfInput(page.html, 'email')).toBe('first@acme.test');
    const posted = await browser.post('/sign-in', {
      ...hiddenFields(page.html),
      email: 'first@acme.test',
      password: PASSWORD,
    });
    expect(posted).toMatchObject({ status: 303, location: '/app/acme' });
    expect(browser.cookies.get('latchkey_session')).not.toBe(before);
  });

  test.each(['', 'not json', '{}', '{"id":1}', JSON.stringify({ id: 'x', type: 'public-key' })])(
    'answers a passkey that is none with the page, and a button to try again: %j',
    async (response) => {
      const browser = opened.browser();
      const page = await browser.get('/sign-in?return_to=/app/acme');
      const posted = await browser.post('/sign-in/passkey', { ...hiddenFields(page.html), response });
      expect(posted.status).toBe(422);
      expect(posted.html).toContain('That passkey was not accepted.');
      expect(hiddenFields(posted.html)['return_to']).toBe('/app/acme');
    },
  );

  test('gives a challenge to a form of its own alone, and not without end', async () => {
    const browser = opened.browser();
    const { csrf = '' } = hiddenFields((await browser.get('/sign-in')).html);
    const asked = await browser.post('/sign-in/passkey/options', { csrf });
    expect([asked.status, JSON.parse(asked.html)]).toEqual([
      200,
      expect.objectContaining({ rpId: 'localhost', userVerification: 'required' }),
    ]);
    expect((await browser.post('/sign-in/passkey/options', { csrf: 'x' })).status).toBe(403);
    const foreign = { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' };
    expect((await browser.post('/sign-in/passkey/options', { csrf }, foreign)).status).toBe(403);
    opened.limits.set('address', { allowed: false, retryAfterSeconds: 9 });
    expect((await browser.post('/sign-in/passkey/options', { csrf })).status).toBe(429);
    opened.limits.clear();
  });
});
