import { describe, expect, test } from 'vitest';
import { focused, useDashboard } from './open-dashboard.ts';
import { testSettingsTab } from './settings-states.ts';

const dashboard = useDashboard();

async function owned() {
  const { organisation, person, store } = dashboard();
  const { orgId, slug } = await organisation();
  const owner = await person({ orgId, role: 'owner' });
  return {
    orgId,
    owner,
    path: `/app/${slug}/settings/limits`,
    api: `**/organisations/${slug}/settings/limits`,
    stored: async () => {
      const found = await store.people.findOrganisation(orgId);
      return [found?.callsPerKey, found?.callsPerOrganisation];
    },
  };
}

describe('the page of the limits', () => {
  test('an owner sets a limit and takes it away again', async () => {
    const { owner, path, stored } = await owned();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    const save = page.getByRole('button', { name: 'Save' });
    await save.waitFor();
    expect(await save.isDisabled()).toBe(true);
    await page.getByText('Leave it empty for the most that there can be: 10,000.').first().waitFor();
    await page.getByText('In the last 7 days the busiest key made no call.').waitFor();
    await page.getByLabel('By each key').fill('60');
    await save.click();
    const saved = page.getByRole('status').filter({ hasText: 'Saved. It holds from the next call on.' });
    await saved.waitFor();
    await expect.poll(() => focused(page)).toBe('Settings: Limits');
    expect(await stored()).toEqual([60, null]);
    await page.reload();
    await expect.poll(() => page.getByLabel('By each key').inputValue()).toBe('60');
    await page.getByLabel('By each key').fill('');
    await save.click();
    await saved.waitFor();
    expect(await stored()).toEqual([null, null]);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('an owner sets a quota for the month, and sees there and on the page of usage what is used of it', async () => {
    const { orgId, owner, path } = await owned();
    const { store } = dashboard();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    const set = page.getByRole('button', { name: 'Set these' });
    await set.waitFor();
    expect(await set.isDisabled()).toBe(true);
    await page.getByLabel('Calls in a month').fill('2000');
    await page.getByLabel('Credits in a month').fill('90');
    await set.click();
    await page.getByRole('status').filter({ hasText: 'Set. It holds from the next call on.' }).waitFor();
    const found = await store.people.findOrganisation(orgId);
    expect([found?.monthlyCalls, found?.monthlyCredits, found?.callsAtOnce]).toEqual([2000, 90, null]);

    const month = new Date().toISOString().slice(0, 7);
    const amount = { calls: 1_234, millicredits: 2_500 };
    await store.quotas.take({
      orgId,
      month,
      limit: { calls: 2_000, millicredits: 90_000 },
      need: amount,
      block: amount,
    });
    await page.reload();
    await page.getByText('Used in this month: 1,234 of 2,000.').waitFor();
    await page.getByText('Used in this month: 2.5 of 90.').waitFor();
    await visit.goto(path.replace('/settings/limits', '/usage'));
    const used = page.getByRole('region', { name: 'This month' });
    await used.getByText('1,234 of 2,000').waitFor();
    await used.getByText('2.5 of 90').waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('more than the operator allows is not sent, and what was typed stays', async () => {
    const { owner, path, stored } = await owned();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    const field = page.getByLabel('By the whole organisation');
    await field.fill('10001');
    await page.getByRole('button', { name: 'Save' }).click();
    const isTooMuch = `document.getElementById('calls-per-organisation').validity.rangeOverflow`;
    expect(await page.evaluate<boolean>(isTooMuch)).toBe(true);
    expect(await field.inputValue()).toBe('10001');
    expect(await stored()).toEqual([null, null]);
    await visit.close();
  });

  test('what another admin changed meanwhile is said beside it, and what was typed is still there', async () => {
    const { orgId, owner, path, stored } = await owned();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByLabel('By each key').fill('60');
    await dashboard().store.people.changeCallLimits(
      orgId,
      { perKey: null, perOrganisation: null },
      { perKey: null, perOrganisation: 500 },
    );
    const save = page.getByRole('button', { name: 'Save' });
    await save.click();
    await page.getByRole('alert').filter({ hasText: 'Somebody else changed the limits' }).waitFor();
    await page.getByText('Somebody else made it 500.').waitFor();
    expect(await page.getByText('Somebody else took this limit away.').count()).toBe(0);
    expect(await page.getByLabel('By each key').inputValue()).toBe('60');
    await page.getByLabel('By the whole organisation').fill('500');
    await save.click();
    await page.getByRole('status').filter({ hasText: 'Saved.' }).waitFor();
    expect(await stored()).toEqual([60, 500]);
    await visit.close();
  });

  test('a limit above the operator’s is shown with the one that holds', async () => {
    const { orgId, owner, path } = await owned();
    await dashboard().store.people.changeCallLimits(
      orgId,
      { perKey: null, perOrganisation: null },
      { perKey: 20_000, perOrganisation: null },
    );
    const visit = await dashboard().visit(owner.cookie);
    await visit.goto(path);
    await visit.page.getByText('Whoever runs Latchkey allows 10,000 now, so 10,000 holds.').waitFor();
    expect(await visit.page.getByLabel('By each key').inputValue()).toBe('20000');
    await visit.close();
  });

  testSettingsTab(dashboard, {
    owned,
    loading: 'Loading the limits',
    loaded: (page) => page.getByLabel('By each key'),
    closedTo: 'member',
    told: 'This page needs the role Admin or higher.',
    onPhone: (_, __, look) => look(),
  });
});
