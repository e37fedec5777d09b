import { describe, expect, test } from 'vitest';
import { expectSkeletonErrorRetry } from './list-states.ts';
import { focused, useDashboard, sidewaysScroll } from './open-dashboard.ts';
import { itemsOf } from './open-portal.ts';

const dashboard = useDashboard();

const HOSTILE = 'Nightly <img src=x onerror=alert(1)>';

async function furnished(name = HOSTILE) {
  const { organisation, person } = dashboard();
  const { orgId, slug } = await organisation();
  const owner = await person({ orgId, role: 'owner' });
  const base = `/organisations/${slug}`;
  const made = await owner.post(`${base}/agents`, { name, role: 'member' });
  const agent = `${base}/agents/${String(made.body?.['id'])}`;
  const key = await owner.post(`${agent}/keys`, { name: 'Cron', access: 'full', expires_in_days: 30 });
  const status = async () => itemsOf(await owner.get(`${base}/agents`))[0]?.['status'];
  const verifyKey = () => dashboard().verifyKey(String(key.body?.['secret']));
  return { orgId, owner, base, agent, status, verifyKey, path: `/app/${slug}/agents` };
}

describe('the page of the agents', () => {
  test('an admin suspends an agent, resumes it and deletes it, each after a question', async () => {
    const { owner, path, status, verifyKey } = await furnished();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    const row = page.getByRole('row', { name: HOSTILE });
    await row.getByRole('button', { name: 'Suspend' }).click();
    const question = page.getByRole('alertdialog');
    expect(await question.getByRole('heading').innerText()).toBe(`Suspend “${HOSTILE}”?`);
    expect(await question.innerText()).toContain('refused from the next call on');
    await expect.poll(() => focused(page)).toBe('Keep it working');
    await page.keyboard.press('Enter');
    await question.waitFor({ state: 'detached' });
    await expect.poll(() => focused(page)).toBe(`Suspend ${HOSTILE}`);
    expect(await status()).toBe('active');

    await page.keyboard.press('Enter');
    await question.getByRole('button', { name: 'Suspend agent' }).click();
    await page.getByRole('status').filter({ hasText: 'is suspended' }).waitFor();
    await expect.poll(() => focused(page)).toBe('Agents');
    expect(await row.innerText()).toContain('Suspended');
    expect(await status()).toBe('suspended');

    await row.getByRole('button', { name: 'Resume' }).click();
    await expect.poll(() => focused(page)).toBe('Keep it suspended');
    await question.getByRole('button', { name: 'Resume agent' }).click();
    await page.getByRole('status').filter({ hasText: 'works again.' }).waitFor();
    expect(await status()).toBe('active');
    expect(await verifyKey()).toMatchObject({ access: 'full' });

    await row.getByRole('button', { name: 'Delete' }).click();
    await expect.poll(() => focused(page)).toBe('Keep agent');
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    await expect.poll(() => focused(page)).toBe(`Delete ${HOSTILE}`);
    await page.keyboard.press('Enter');
    await question.getByRole('button', { name: 'Delete agent' }).click();
    await page.getByRole('status').filter({ hasText: 'is deleted' }).waitFor();
    await expect.poll(() => focused(page)).toBe('Agents');
    await page.getByText('No agents yet').waitFor();
    expect(await status()).toBeUndefined();
    expect(await verifyKey()).toBeUndefined();
    expect(await page.locator('img').count()).toBe(0);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('who suspends what another admin has suspended meanwhile is told, and sees it', async () => {
    const { agent, owner, path } = await furnished('Importer');
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    const row = page.getByRole('row', { name: 'Importer' });
    await row.getByRole('button', { name: 'Suspend' }).click();
    expect((await owner.post(`${agent}/suspend`)).status).toBe(200);
    await page.getByRole('button', { name: 'Suspend agent' }).click();
    await page.getByRole('alert').filter({ hasText: 'There is no such agent that is active.' }).waitFor();
    await page.getByRole('button', { name: 'Keep it working' }).click();
    await row.getByRole('button', { name: 'Resume' }).waitFor();
    expect(visit.complaints).toEqual([expect.stringContaining('404')]);
    await visit.close();
  });

  test('shows that it is loading, what went wrong, and the agents after another try', async () => {
    const { owner, path } = await furnished('Importer');
    const visit = await dashboard().visit(owner.cookie);
    await expectSkeletonErrorRetry(visit, {
      path,
      api: '**/portal/**/agents',
      loading: 'Loading the agents',
    });
    await visit.page.getByRole('row', { name: 'Importer' }).waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('of ten thousand agents the first are shown, and each is found', async () => {
    const { orgId, owner, path } = await furnished();
    await dashboard().store.pool.query(
      `insert into agents (id, org_id, name, role, created_by)
       select 'agt_' || $1 || n, $1, 'Agent ' || n, 'viewer', $2 from generate_series(1, 10000) n`,
      [orgId, owner.userId],
    );
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByText('The first 200 of 10001.').waitFor();
    expect(await page.getByRole('row').count()).toBe(201);
    await page.getByLabel('Find an agent').fill('agent 9876');
    await page.getByRole('row', { name: 'Agent 9876' }).waitFor();
    expect(await page.getByRole('row').count()).toBe(2);
    await page.getByLabel('Find an agent').fill('nobody');
    await page.getByText('Nothing has that in it.').waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test.each(['light', 'dark'] as const)('nothing is wider than a small phone (%s)', async (colorScheme) => {
    const { owner, path } = await furnished('A-name-without-a-place-to-break-it-'.repeat(3).slice(0, 80));
    const visit = await dashboard().visit(owner.cookie, {
      viewport: { width: 320, height: 640 },
      colorScheme,
    });
    const { page } = visit;
    await visit.goto(path);
    await page.getByRole('table').waitFor();
    expect(await sidewaysScroll(page)).toBe(0);
    for (const act of ['Suspend', 'Delete']) {
      await page.getByRole('button', { name: new RegExp(`^${act}`) }).click();
      await page.getByRole('alertdialog').waitFor();
      expect([act, await sidewaysScroll(page)]).toEqual([act, 0]);
      await page.keyboard.press('Escape');
    }
    await visit.close();
  });
});
