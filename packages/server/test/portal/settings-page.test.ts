import { describe, expect, test } from 'vitest';
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

  test('a member is told which role it takes', async () => {
    const { orgId, path } = await owned();
    const member = await dashboard().person({ orgId, role: 'member' });
    const visit = await dashboard().visit(member.cookie);
    await visit.goto(path);
    await visit.page.getByText('This page needs the role Admin or higher.').waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test.each(['light', 'dark'] as const)('nothing is wider than a small phone (%s)', async (colorScheme) => {
    const { owner, path } = await owned();
    const visit = await dashboard().visit(owner.cookie, {
      viewport: { width: 320, height: 640 },
      colorScheme,
    });
    await visit.goto(path);
    await visit.page.getByRole('button', { name: 'Save' }).waitFor();
    expect(await sidewaysScroll(visit.page)).toBe(0);
    await visit.close();
  });
});
