import { describe, expect, test } from 'vitest';
import type { KeyId } from '../../src/kernel/ids.ts';
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

  test('an agent is offered no key of full access where the organisation gives read-only alone', async () => {
    const { orgId, owner, path } = await furnished('Importer');
    await dashboard().store.pool.query("update organisations set max_access = 'read' where id = $1", [orgId]);
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByRole('row', { name: 'Importer' }).getByRole('button', { name: 'Create key' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('This organisation gives read-only access alone.').waitFor();
    expect(await dialog.getByLabel(/^Full access/).isDisabled()).toBe(true);
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

  test('ten thousand agents come a hundred at a time, and each is found', async () => {
    const { orgId, owner, path } = await furnished();
    await dashboard().store.pool.query(
      `insert into agents (id, org_id, name, role, created_by)
       select 'agt_' || $1 || n, $1, 'Agent ' || n, 'viewer', $2 from generate_series(1, 10000) n`,
      [orgId, owner.userId],
    );
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    const found = (words: string) => page.getByRole('status').filter({ hasText: words }).waitFor();
    await found('100 of 10001 agents');
    expect(await page.getByRole('row').count()).toBe(101);
    await page.getByRole('button', { name: 'Show more' }).click();
    await found('200 of 10001 agents');
    await page.getByLabel('Find an agent').fill('agent 9876');
    await page
      .getByRole('status')
      .filter({ hasText: /^1 agent$/ })
      .waitFor();
    await page.getByRole('row', { name: /^Agent 9876/ }).waitFor();
    expect(await page.getByRole('row').count()).toBe(2);
    await page.getByLabel('Find an agent').fill('nobody');
    await page.getByText('No agent fits.').waitFor();
    await expect.poll(() => visit.path()).toBe(`${path}?q=nobody`);
    await page.getByRole('link', { name: 'Show all' }).click();
    await found('of 10001 agents');
    await page.getByRole('button', { name: 'Suspended' }).click();
    await page.getByText('No agent fits.').waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('says what each holds, how far that reaches, when it last ran and whose it is', async () => {
    const { agent, owner, path } = await furnished('Importer');
    const made = await owner.post(`${agent}/keys`, { name: 'Weekly', access: 'read', expires_in_days: null });
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    const row = page.getByRole('row', { name: /^Importer/ });
    await row.waitFor();
    const before = await row.innerText();
    expect(before).toContain(`made by ${owner.email}`);
    expect(before).toContain('Not yet');
    await dashboard().store.keys.touch(new Map([[String(made.body?.['id']) as KeyId, Date.now()]]));
    await page.reload();
    await row
      .getByText(/now|second|minute/)
      .last()
      .waitFor();
    await row.getByRole('link', { name: /keys? of Importer/ }).click();
    await page.getByRole('row', { name: /^Weekly/ }).waitFor();
    await expect.poll(() => visit.path()).toMatch(/\/keys\?q=Importer$/);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test.each(['light', 'dark'] as const)(
    'has no fault that axe sees, and nothing is wider than a small phone (%s)',
    async (colorScheme) => {
      const { owner, path } = await furnished('A-name-without-a-place-to-break-it-'.repeat(3).slice(0, 80));
      const visit = await dashboard().visit(owner.cookie, {
        viewport: { width: 320, height: 640 },
        colorScheme,
      });
      const { page } = visit;
      await visit.goto(path);
      await page.getByRole('table').waitFor();
      expect(await visit.axe()).toEqual([]);
      expect(await sidewaysScroll(page)).toBe(0);
      for (const act of ['Suspend', 'Delete']) {
        await page.getByRole('button', { name: new RegExp(`^${act} A-name`) }).click();
        await page.getByRole('alertdialog').waitFor();
        expect([act, await sidewaysScroll(page)]).toEqual([act, 0]);
        expect(await visit.axe()).toEqual([]);
        await page.keyboard.press('Escape');
      }
      await visit.close();
    },
  );
});
