import { describe, expect, test } from 'vitest';
import { picture } from '../support/picture.ts';
import { focused, useDashboard, sidewaysScroll } from './open-dashboard.ts';

const dashboard = useDashboard();

async function owned() {
  const { organisation, person, store } = dashboard();
  const { orgId, slug } = await organisation();
  const owner = await person({ orgId, role: 'owner' });
  return { orgId, owner, path: `/app/${slug}/settings`, stored: () => store.people.findOrganisation(orgId) };
}

describe('the page of the settings', () => {
  test('an owner changes how long connections last, and the name that stands above every page', async () => {
    const { owner, path, stored } = await owned();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    const save = page.getByRole('button', { name: 'Save' });
    await save.waitFor();
    expect(await save.isDisabled()).toBe(true);
    await page.getByLabel(/^7 days/).check();
    await page.getByLabel('Name').fill('Northwind');
    await save.click();
    await page.getByRole('status').filter({ hasText: 'Saved.' }).waitFor();
    expect(await stored()).toMatchObject({ name: 'Northwind', refreshDays: 7 });
    await expect.poll(() => page.getByRole('banner').innerText()).toContain('Northwind');
    await expect.poll(() => focused(page)).toBe('Settings');
    expect(await save.isDisabled()).toBe(true);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('what another admin changed meanwhile is said, and what was typed is still there', async () => {
    const { orgId, owner, path, stored } = await owned();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByLabel('Name').fill('Mine');
    const was = await stored();
    if (was === undefined) throw new Error('there is no organisation');
    await dashboard().store.people.changeSettings(orgId, was, { name: 'Theirs', refreshDays: 90 });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').filter({ hasText: 'Somebody else changed the settings' }).waitFor();
    await page.getByText('It is “Theirs” now.').waitFor();
    expect(await page.getByLabel('Name').inputValue()).toBe('Mine');
    expect(await stored()).toMatchObject({ name: 'Theirs' });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('status').filter({ hasText: 'Saved.' }).waitFor();
    expect(await stored()).toMatchObject({ name: 'Mine' });
    await visit.close();
  });

  test('an admin chooses a logo, sees it before it is saved, and removes it again', async () => {
    const { owner, path, stored } = await owned();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    const inBar = page.getByRole('banner').locator('img.org-logo');
    await visit.goto(path);
    await page.getByText('No logo yet.').waitFor();
    const save = page.getByRole('button', { name: 'Use this picture' });
    expect(await save.isDisabled()).toBe(true);
    const choose = (name: string, mimeType: string, buffer: Buffer) =>
      page.getByLabel('Picture').setInputFiles({ name, mimeType, buffer });
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>';
    await choose('logo.svg', 'image/svg+xml', Buffer.from(svg));
    await page.getByRole('alert').filter({ hasText: 'cannot read that file as a picture' }).waitFor();
    expect(await save.isDisabled()).toBe(true);
    // Larger than the server takes: the browser makes it small.
    await choose('logo.png', 'image/png', picture({ width: 900, height: 300 }));
    await page.getByText('as it will be').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(await inBar.count()).toBe(0);
    await save.click();
    await page.getByRole('status').filter({ hasText: 'The logo is saved.' }).waitFor();
    await expect.poll(() => inBar.getAttribute('src')).toMatch(/^\/logos\/[0-9a-f]{32}\.png$/);
    await expect
      .poll(() => page.evaluate<number>(`document.querySelector('.org-logo')?.naturalWidth`))
      .toBe(128);
    await expect.poll(() => focused(page)).toBe('Settings');
    await page.getByRole('button', { name: 'Remove logo' }).click();
    const question = page.getByRole('alertdialog', { name: 'Remove the logo?' });
    await expect.poll(() => focused(page)).toBe('Keep logo');
    await question.getByRole('button', { name: 'Keep logo' }).click();
    await expect.poll(() => focused(page)).toBe('Remove logo');
    await page.getByRole('button', { name: 'Remove logo' }).click();
    await question.getByRole('button', { name: 'Remove logo' }).click();
    await page.getByRole('status').filter({ hasText: 'The logo is removed.' }).waitFor();
    await expect.poll(() => inBar.count()).toBe(0);
    expect(await stored()).toMatchObject({ logo: null });
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('a member is told which role it takes', async () => {
    const { orgId, path } = await owned();
    const member = await dashboard().person({ orgId, role: 'member' });
    const visit = await dashboard().visit(member.cookie);
    await visit.goto(path);
    await visit.page.getByText('This page needs the role Admin or higher.').waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test.each(['light', 'dark'] as const)(
    'nothing is wrong by axe, nor wider than a small phone, with a logo (%s)',
    async (colorScheme) => {
      const { owner, path } = await owned();
      const visit = await dashboard().visit(owner.cookie, {
        viewport: { width: 320, height: 640 },
        colorScheme,
      });
      await visit.goto(path);
      const chosen = { name: 'logo.png', mimeType: 'image/png', buffer: picture() };
      await visit.page.getByLabel('Picture').setInputFiles(chosen);
      await visit.page.getByText('as it will be').waitFor();
      expect(await visit.axe()).toEqual([]);
      expect(await sidewaysScroll(visit.page)).toBe(0);
      await visit.close();
    },
  );
});
