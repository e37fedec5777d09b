import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { codeOf, enrol } from '../people/enrol.ts';
import { PASSWORD, cookieHeader, valueOf } from '../people/open-people.ts';
import { focused, sidewaysScroll, useDashboard } from './open-dashboard.ts';

const TEN_MINUTES_MS = 10 * 60_000;
const dashboard = useDashboard();

/** An owner whose sign-in is ten minutes ago, about to create a key. */
async function atNewKey(options: Parameters<ReturnType<typeof dashboard>['visit']>[1] = {}) {
  const { organisation, person } = dashboard();
  const { orgId, slug } = await organisation();
  const owner = await person({ orgId, role: 'owner' });
  return { owner, slug, orgId, ...(await typeKey(owner.cookie, slug, options)) };
}

async function typeKey(cookie: string, slug: string, options = {}) {
  dashboard().pass(TEN_MINUTES_MS);
  const visit = await dashboard().visit(cookie, options);
  const { page } = visit;
  await visit.goto(`/app/${slug}/keys`);
  await page.getByRole('button', { name: 'Create key' }).first().click();
  await page.getByLabel('Name').fill('Typed with care');
  await submit(page);
  await page.getByRole('dialog', { name: 'Confirm it is you' }).waitFor();
  return { visit, page };
}

const submit = (page: Page) => page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click();
const question = (page: Page) => page.getByRole('dialog', { name: 'Confirm it is you' });

/** What the browser says of an answer that refuses. */
const but = (complaints: string[], ...statuses: string[]) =>
  complaints.filter((text) => !statuses.some((status) => text.includes(status)));

describe('a request that takes a recent sign-in', () => {
  test('is asked again after the password, with all that was typed', async () => {
    const { page, visit } = await atNewKey();
    await expect.poll(() => page.evaluate<string>('document.activeElement?.type ?? ""')).toBe('password');
    await page.getByLabel('Your password').fill('not the password');
    await page.getByRole('button', { name: 'Confirm', exact: true }).click();
    await question(page).getByRole('alert').filter({ hasText: 'The password is not right.' }).waitFor();
    await page.getByLabel('Your password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Copy your new key' }).waitFor();
    expect(await page.locator('[data-secret]').innerText()).toMatch(/^lk_/);
    await page.getByRole('button', { name: 'I have saved it' }).click();
    await page.getByRole('row', { name: /Typed with care/ }).waitFor();
    expect(await page.content()).not.toContain(PASSWORD);
    expect(but(visit.complaints, '403', '400')).toEqual([]);
    await visit.close();
  });

  test('leaves the form as it was when it is cancelled, says so, and gives the focus back', async () => {
    const { page, visit } = await atNewKey();
    await page.keyboard.press('Escape');
    await expect.poll(() => question(page).count()).toBe(0);
    await page.getByRole('alert').filter({ hasText: 'it was not confirmed that it is you' }).waitFor();
    expect(await page.getByLabel('Name').inputValue()).toBe('Typed with care');
    await expect.poll(() => focused(page)).toBe('Create key');
    await submit(page);
    await page.getByLabel('Your password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Confirm', exact: true }).click();
    await page.getByRole('heading', { name: 'Copy your new key' }).waitFor();
    expect(but(visit.complaints, '403')).toEqual([]);
    await visit.close();
  });

  test('takes the code of a person with a second step, and does not offer the password', async () => {
    const { accounts, clock, organisation, people, person } = dashboard();
    const { orgId, slug } = await organisation();
    const owner = await person({ orgId, role: 'owner' });
    const { secret } = await enrol({ accounts, clock, people }, owner);
    const { page, visit } = await typeKey(owner.cookie, slug);
    await page.getByLabel('Code').fill(codeOf(secret, clock.nowMs()));
    expect(await page.getByLabel('Your password').count()).toBe(0);
    await page.getByRole('button', { name: 'Confirm', exact: true }).click();
    await page.getByRole('heading', { name: 'Copy your new key' }).waitFor();
    await visit.close();
  });

  test("sends whoever came by a company's word there again in another tab, and goes on after", async () => {
    const { organisation, people, person } = dashboard();
    const { orgId, slug } = await organisation();
    const owner = await person({ orgId, role: 'owner' });
    const begin = async () =>
      cookieHeader(
        valueOf(
          await people.beginSession({
            userId: owner.userId,
            amr: ['sso'],
            viaOrgId: orgId,
            headers: new Headers(),
          }),
        ).setCookies,
      ).get('cookie') ?? '';
    const { page, visit } = await typeKey(await begin(), slug);
    const link = page.getByRole('link', { name: 'Sign in again' });
    expect(await link.getAttribute('href')).toBe(`/sign-in?confirm=1&return_to=%2Fapp%2F${slug}`);
    expect(await visit.axe()).toEqual([]);
    await page.getByRole('button', { name: 'I have signed in: go on' }).click();
    await question(page).waitFor();
    // In the other tab they have signed in meanwhile.
    const [name = '', value = ''] = (await begin()).split('=', 2);
    await visit.context.addCookies([{ name, value, url: dashboard().baseUrl }]);
    await page.getByRole('button', { name: 'I have signed in: go on' }).click();
    await page.getByRole('heading', { name: 'Copy your new key' }).waitFor();
    await visit.close();
  });

  test.each(['light', 'dark'] as const)(
    'has a question without fault for axe, on a small phone too (%s)',
    async (colorScheme) => {
      const { page, visit } = await atNewKey({ viewport: { width: 320, height: 640 }, colorScheme });
      await page.getByLabel('Your password').waitFor();
      expect(await visit.axe()).toEqual([]);
      expect(await sidewaysScroll(page)).toBe(0);
      await visit.close();
    },
  );
});
