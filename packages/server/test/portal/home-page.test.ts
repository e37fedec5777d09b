import { describe, expect, test } from 'vitest';
import { toAuditRow } from '../../src/audit/entry.ts';
import type { Role } from '../../src/kernel/access.ts';
import type { OrganisationId, UserId } from '../../src/kernel/ids.ts';
import { keepTrail } from '../support/keep-trail.ts';
import { focused, sidewaysScroll, useDashboard } from './open-dashboard.ts';

const dashboard = useDashboard();

async function opened(role: Role = 'owner') {
  const { organisation, person } = dashboard();
  const { orgId, slug } = await organisation();
  const visitor = await person({ orgId, role });
  return { orgId, slug, visitor, path: `/app/${slug}` };
}

async function call(orgId: OrganisationId, userId: UserId, calls: number, failed: number): Promise<void> {
  const { clock, store } = dashboard();
  await store.audit.insertMany(
    Array.from({ length: calls }, (_, index) =>
      toAuditRow(
        {
          orgId,
          action: 'tool.call',
          actor: { kind: 'user', id: userId },
          target: 'list_bundles',
          outcome: index < failed ? 'failed' : 'ok',
          status: index < failed ? 502 : 200,
          durationMs: 15,
          detail: { connector: 'reelport' },
        },
        'event',
        clock,
      ),
    ),
  );
  await keepTrail(store);
}

describe('the home page', () => {
  test('of a new organisation leads to the first call, step by step', async () => {
    const { orgId, path, visitor } = await opened();
    const visit = await dashboard().visit(visitor.cookie);
    const { page } = visit;
    await visit.goto(path);
    const steps = page.getByRole('region', { name: 'First steps' });
    await steps.waitFor();
    const done = () => steps.getByText('Done: ').count();
    // There are tools; nobody is connected.
    expect(await done()).toBe(1);
    expect(await page.getByRole('heading', { name: 'Needs care' }).count()).toBe(0);
    expect(await visit.axe()).toEqual([]);
    await dashboard().connection({ orgId, userId: visitor.userId });
    await page.reload();
    await expect.poll(done).toBe(2);
    await call(orgId, visitor.userId, 3, 0);
    await page.reload();
    await page.getByRole('heading', { name: 'The last 24 hours' }).waitFor();
    expect(await steps.count()).toBe(0);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('says what was called in the last day and what needs care, and leads to where it is mended', async () => {
    const { orgId, path, visitor } = await opened();
    const { keyId, grantId } = await dashboard().connection({ orgId, userId: visitor.userId });
    const { pool } = dashboard().store;
    await pool.query(`update keys set created_at = now() - interval '100 days' where id = $1`, [keyId]);
    await pool.query(`update grants set expires_at = now() + interval '1 day' where id = $1`, [grantId]);
    await call(orgId, visitor.userId, 20, 8);
    const visit = await dashboard().visit(visitor.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.locator('.numbers').waitFor();
    expect(await page.locator('.numbers').innerText()).toMatch(
      /Calls\s+20\s+Not done\s+8\s+95 of 100 took at most\s+\d+ ms/,
    );
    const care = page.getByRole('region', { name: 'Needs care' });
    const items = await care.getByRole('listitem').allInnerTexts();
    expect(items).toEqual([
      'reelport fails: 8 of 20 calls in the last 24 hours. See the usage',
      'One connection ends within 3 days. Connect anew to go on. See the connections',
      'One key has not been used for 90 days. Better end it. See the keys',
    ]);
    expect(await visit.axe()).toEqual([]);
    await care.getByRole('link', { name: 'See the usage' }).click();
    await expect.poll(() => focused(page)).toBe('Usage');
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('shows a viewer no usage, and asks for none', async () => {
    const { orgId, path, visitor } = await opened('viewer');
    await call(orgId, visitor.userId, 20, 20);
    const visit = await dashboard().visit(visitor.cookie);
    await visit.goto(path);
    await visit.page.getByText('Nothing needs care at this moment.').waitFor();
    expect(visit.requests.filter((url) => url.includes('/usage?'))).toEqual([]);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('says that full access is not to be had where the organisation gives read-only alone', async () => {
    const { organisation, person, store } = dashboard();
    const { orgId, slug } = await organisation();
    const { cookie } = await person({ orgId, role: 'member' });
    await store.pool.query("update organisations set max_access = 'read' where id = $1", [orgId]);
    const visit = await dashboard().visit(cookie);
    await visit.goto(`/app/${slug}`);
    await visit.page.getByText('This organisation gives Read-only alone.').waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('says what went wrong with a part of it, and keeps the rest', async () => {
    const { path, visitor } = await opened();
    const visit = await dashboard().visit(visitor.cookie);
    const { page } = visit;
    await page.route('**/portal/v1/organisations/*/overview', (route) => route.abort());
    await visit.goto(path);
    await page.getByRole('alert').filter({ hasText: 'Latchkey did not answer' }).waitFor();
    expect(await page.locator('.connector').count()).toBe(1);
    await page.unrouteAll({ behavior: 'wait' });
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('region', { name: 'First steps' }).waitFor();
    await visit.close();
  });

  test.each(['light', 'dark'] as const)(
    'fits a small phone, and has no fault that axe knows (%s)',
    async (colorScheme) => {
      const { orgId, path, visitor } = await opened();
      await call(orgId, visitor.userId, 20, 8);
      const visit = await dashboard().visit(visitor.cookie, {
        viewport: { width: 320, height: 640 },
        colorScheme,
      });
      await visit.goto(path);
      await visit.page.locator('.care').waitFor();
      await visit.page.locator('.numbers').waitFor();
      expect(await sidewaysScroll(visit.page)).toBe(0);
      expect(await visit.axe()).toEqual([]);
      expect(visit.complaints).toEqual([]);
      await visit.close();
    },
  );
});
