import { describe, expect, test } from 'vitest';
import { focused, useDashboard } from './open-dashboard.ts';
import { testSettingsTab } from './settings-states.ts';

const dashboard = useDashboard();

async function owned() {
  const { organisation, person, store } = dashboard();
  const { orgId, slug } = await organisation();
  const owner = await person({ orgId, role: 'owner' });
  const found = await store.people.findOrganisation(orgId);
  return {
    orgId,
    owner,
    name: found?.name ?? '',
    path: `/app/${slug}/settings/audit-log`,
    api: `**/organisations/${slug}/settings/audit-log`,
    stored: async () => (await store.auditRetention.of(orgId))?.days,
  };
}

describe('the page of how long the audit log is kept', () => {
  test('an owner who keeps less types the name of the organisation first; more is saved at once', async () => {
    const { name, owner, path, stored } = await owned();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    const save = page.getByRole('button', { name: 'Save' });
    await page.getByText('There is no entry yet.').waitFor();
    expect(await save.isDisabled()).toBe(true);
    await page.getByRole('radio', { name: /90 days/ }).check();
    await save.click();
    const question = page.getByRole('alertdialog', { name: 'Delete old entries of the audit log?' });
    await question.getByText('Entries that are older than 90 days are deleted within a day').waitFor();
    await expect.poll(() => focused(page)).toBe('Keep all');
    await question.getByRole('button', { name: 'Keep all' }).click();
    await expect.poll(() => focused(page)).toBe('Save');
    expect(await stored()).toBe(null);
    await save.click();
    const act = question.getByRole('button', { name: 'Delete old entries' });
    expect(await act.isDisabled()).toBe(true);
    await question.getByRole('textbox').fill(name);
    await act.click();
    const saved = page.getByRole('status').filter({ hasText: 'Saved.' });
    await saved.waitFor();
    expect(await stored()).toBe(90);
    await page.reload();
    await page.getByRole('radio', { name: /90 days/, checked: true }).waitFor();
    await page.getByRole('radio', { name: /Ever/ }).check();
    await save.click();
    await saved.waitFor();
    await expect.poll(stored).toBe(null);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('what another owner changed meanwhile is said, and what was chosen is still there', async () => {
    const { orgId, owner, path, stored } = await owned();
    const { store } = dashboard();
    await store.auditRetention.change(orgId, null, 30);
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByRole('radio', { name: /1 year/ }).check();
    await store.auditRetention.change(orgId, 30, 90);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').filter({ hasText: 'Somebody else changed' }).waitFor();
    await page.getByText('It is “90 days” now.').waitFor();
    expect(await page.getByRole('radio', { name: /1 year/ }).isChecked()).toBe(true);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('status').filter({ hasText: 'Saved.' }).waitFor();
    expect(await stored()).toBe(365);
    await visit.close();
  });

  testSettingsTab(dashboard, {
    owned,
    loading: 'Loading how long the log is kept',
    loaded: (page) => page.getByRole('radio', { name: /Ever/ }),
    closedTo: 'admin',
    told: 'This page needs the role Owner',
    async unseen(page) {
      const tabs = page.getByRole('navigation', { name: 'Settings' });
      await tabs.getByRole('link', { name: 'Limits' }).waitFor();
      return tabs.getByRole('link', { name: 'Audit log' });
    },
    async onPhone(_, page, look) {
      await page.getByRole('radio', { name: /30 days/ }).check();
      await look();
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByRole('alertdialog').waitFor();
      await look();
    },
  });
});
