import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PASSWORD } from '../people/open-people.ts';
import { hiddenFields, openPages, valueOfInput, type OpenedPages } from './open-pages.ts';

let opened: OpenedPages;
beforeEach(async () => {
  opened = await openPages();
});
afterEach(() => opened.close());

const TYPED = {
  email: 'owner@acme.test',
  name: 'Ada',
  password: PASSWORD,
  organisation_name: 'Acme Video',
  slug: '',
};

async function openSetup() {
  const { token = '' } = (await opened.setup.prepareSetup()) ?? {};
  const browser = opened.browser();
  const page = await browser.get(`/setup?token=${token}`);
  return { token, browser, page, form: hiddenFields(page.html) };
}

describe('the set-up page', () => {
  test('makes the account and the organisation, signs the owner in and shows the URL to paste', async () => {
    const { browser, form } = await openSetup();
    const done = await browser.post('/setup', { ...form, ...TYPED });
    expect(done.status).toBe(200);
    expect(done.html).toContain('http://localhost:4747/mcp/acme-video');
    expect(done.html).toContain('claude mcp add --transport http acme-video');
    expect(done.html).not.toContain(PASSWORD);
    expect(await browser.get('/sign-in')).toMatchObject({ status: 303, location: '/app' });
    expect(await browser.get('/')).toMatchObject({ status: 302, location: '/app' });
  });

  test('is where everything leads until there is a user', async () => {
    const browser = opened.browser();
    expect(await browser.get('/')).toMatchObject({ status: 302, location: '/setup' });
    expect(await browser.get('/sign-in')).toMatchObject({ status: 303, location: '/setup' });
  });

  test('is gone afterwards, whatever token comes', async () => {
    const { token, browser, form } = await openSetup();
    await browser.post('/setup', { ...form, ...TYPED });
    for (const again of [
      await browser.get(`/setup?token=${token}`),
      await browser.get('/setup'),
      await browser.post('/setup', { ...form, ...TYPED, email: 'second@acme.test' }),
    ]) {
      expect(again.status).toBe(410);
      expect(again.html).toContain('/sign-in');
    }
    expect(await opened.store.people.countUsers()).toBe(1);
  });

  test('with a wrong token says where to find the right one, and loses nothing that was typed', async () => {
    const { browser, form } = await openSetup();
    const typed = { ...TYPED, slug: 'acme' };
    const refused = await browser.post('/setup', { ...form, ...typed, token: 'wrong' });
    expect(refused.status).toBe(403);
    expect(refused.html).toContain('printed on its console');
    for (const field of ['email', 'name', 'organisation_name', 'slug'] as const) {
      expect(valueOfInput(refused.html, field)).toBe(typed[field]);
    }
    expect(refused.html).not.toContain(PASSWORD);
    expect(await opened.store.people.countUsers()).toBe(0);
  });

  test('marks every fault, loses nothing that was typed, and the same token finishes the work', async () => {
    const { token, browser, form } = await openSetup();
    const faulty = { ...TYPED, email: 'no address', password: 'short', slug: '../evil' };
    const refused = await browser.post('/setup', { ...form, ...faulty });
    expect(refused.status).toBe(422);
    expect(refused.html.match(/aria-invalid="true"/g)).toHaveLength(3);
    for (const field of ['email', 'name', 'organisation_name', 'slug'] as const) {
      expect(valueOfInput(refused.html, field)).toBe(faulty[field]);
    }
    const mended = hiddenFields(refused.html);
    expect(mended['token']).toBe(token);
    expect((await browser.post('/setup', { ...mended, ...TYPED })).status).toBe(200);
  });

  test('shows whatever was typed as text and never as markup', async () => {
    const { browser, form } = await openSetup();
    const hostile = `"><script>alert(1)</script><img src=x onerror=alert(2)>`;
    const typed = { email: hostile, name: hostile, organisation_name: hostile, slug: hostile };
    const refused = await browser.post('/setup', { ...form, ...typed, token: hostile, password: PASSWORD });
    expect(refused.html).not.toMatch(/<script|<img src=x/);
    for (const field of ['email', 'name', 'organisation_name', 'slug', 'token']) {
      expect(valueOfInput(refused.html, field)).toBe(hostile);
    }
    const done = await browser.post('/setup', {
      ...form,
      ...TYPED,
      organisation_name: hostile,
      slug: 'acme',
    });
    expect(done.status).toBe(200);
    expect(done.html).not.toMatch(/<script|<img src=x/);
    expect(done.html).toContain('&lt;script&gt;');
  });

  test('raced by two browsers is completed by one', async () => {
    const { token, form, browser } = await openSetup();
    const other = opened.browser();
    const otherForm = hiddenFields((await other.get(`/setup?token=${token}`)).html);
    const answers = await Promise.all([
      browser.post('/setup', { ...form, ...TYPED }),
      other.post('/setup', { ...otherForm, ...TYPED, email: 'second@acme.test', slug: 'second' }),
    ]);
    const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b);
    expect(statuses[0]).toBe(200);
    expect([403, 410]).toContain(statuses[1]);
    expect(await opened.store.people.countUsers()).toBe(1);
    const { rows } = await opened.store.pool.query('select 1 from organisations');
    expect(rows).toHaveLength(1);
  });

  test('takes no form from another site, and no form of another browser', async () => {
    const { browser, form } = await openSetup();
    const foreign = await browser.post('/setup', { ...form, ...TYPED }, { origin: 'https://evil.test' });
    expect(foreign.status).toBe(403);
    const other = opened.browser();
    await other.get('/setup');
    expect((await other.post('/setup', { ...form, ...TYPED })).status).toBe(403);
    expect(await opened.store.people.countUsers()).toBe(0);
  });

  test('offers the link to Claude where claude.ai can reach the connector', async () => {
    await opened.close();
    opened = await openPages({
      baseUrl: 'https://web.example.com',
      deps: { mcpBaseUrl: 'https://mcp.example.com' },
    });
    const { browser, form } = await openSetup();
    const done = await browser.post('/setup', { ...form, ...TYPED });
    expect(done.html).toContain('https://mcp.example.com/mcp/acme-video');
    expect(done.html).toContain(
      'https://claude.ai/customize/connectors?modal=add-custom-connector&amp;connectorName=Acme+Video&amp;connectorUrl=https%3A%2F%2Fmcp.example.com%2Fmcp%2Facme-video',
    );
    expect(done.html).not.toContain('cannot reach this address');
  });
});
