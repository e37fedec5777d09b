import { describe, expect, test } from 'vitest';
import { toAuditRow, type AuditEntry } from '../../src/audit/entry.ts';
import type { OrganisationId, UserId } from '../../src/kernel/ids.ts';
import { keepTrail } from '../support/keep-trail.ts';
import { holdRequests } from './hold-requests.ts';
import { expectSkeletonErrorRetry } from './list-states.ts';
import { focused, sidewaysScroll, useDashboard } from './open-dashboard.ts';

const CHART_BYTES_MAX = 25_000;
const HOUR_MS = 3_600_000;

const dashboard = useDashboard();

async function opened() {
  const { organisation, person } = dashboard();
  const { orgId, slug } = await organisation();
  const owner = await person({ orgId, role: 'owner' });
  return { orgId, slug, owner, path: `/app/${slug}/usage` };
}

async function call(
  orgId: OrganisationId,
  userId: UserId,
  ...calls: (Partial<AuditEntry> & { agoHours?: number; times?: number })[]
): Promise<void> {
  const { clock, store } = dashboard();
  const rows = calls.flatMap(({ agoHours = 0, times = 1, ...more }) =>
    Array.from({ length: times }, () =>
      toAuditRow(
        {
          orgId,
          action: 'tool.call',
          actor: { kind: 'user', id: userId },
          target: 'list_bundles',
          outcome: 'ok',
          status: 200,
          durationMs: 15,
          ...more,
        },
        'event',
        { nowMs: () => clock.nowMs() - agoHours * HOUR_MS },
      ),
    ),
  );
  await store.audit.insertMany(rows);
  await keepTrail(store);
}

async function busy() {
  const all = await opened();
  const { orgId, owner } = all;
  await call(
    orgId,
    owner.userId,
    ...Array.from({ length: 20 }, (_, index) => ({ agoHours: index, times: 3 + ((index * 7) % 11) })),
    { agoHours: 2, times: 30 },
    { agoHours: 2, times: 4, outcome: 'failed', status: 502, durationMs: 900 },
    { agoHours: 5, times: 2, outcome: 'refused', status: undefined, durationMs: undefined },
    { agoHours: 6, target: 'publish_bundle', times: 2, durationMs: 2400 },
  );
  return all;
}

describe('the page of usage', () => {
  test('shows the numbers, the chart and what was called, and the same numbers as a table', async () => {
    const { owner, path } = await busy();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.locator('.chart canvas').waitFor();
    const numbers = await page.getByRole('region', { name: 'In numbers' }).innerText();
    const [, calls = ''] = /Calls\s+(\d+)/.exec(numbers) ?? [];
    expect(Number(calls)).toBeGreaterThan(100);
    expect(numbers).toMatch(
      /Not done\s+6\s+[\d.]+% of all: 2 refused by Latchkey, 4 failed in the API \(5xx\)/,
    );
    await page
      .getByText(new RegExp(`^${calls} calls in the last 24 hours, 6 of them not done. Most at once: `))
      .waitFor();
    const tools = page.getByRole('table', { name: 'Calls by tool' });
    expect(await tools.getByRole('row', { name: /^publish_bundle/ }).innerText()).toMatch(/2\s+0\s+\S/);
    // It is painted: a canvas of one colour alone would be empty.
    const colours = await page.evaluate<number>(`(() => {
      const canvas = document.querySelector('.chart canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const seen = new Set();
      for (let at = 0; at < data.length; at += 4) if (data[at + 3] > 200) seen.add(data.slice(at, at + 3).join());
      return seen.size;
    })()`);
    expect(colours).toBeGreaterThan(2);
    expect(await visit.axe()).toEqual([]);

    await page.getByRole('button', { name: 'Table' }).click();
    await page.waitForURL('**/usage?*view=table*');
    const steps = page.getByRole('table', { name: 'Calls over time' });
    await steps.waitFor();
    const rows = await steps.getByRole('row').allInnerTexts();
    const inRows = rows.slice(1).map((row) => Number(/\n?\t(\d+)\t/.exec(row)?.[1] ?? Number.NaN));
    expect(inRows.reduce((sum, count) => sum + count, 0)).toBe(Number(calls));
    expect(await visit.axe()).toEqual([]);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('is looked at closer by dragging, by buttons and with the keyboard, and says each point', async () => {
    const { owner, path } = await busy();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    const canvas = page.locator('.chart canvas');
    await canvas.waitFor();
    const showAll = page.getByRole('button', { name: 'Show all', exact: true });
    const zoomed = () => showAll.getAttribute('aria-disabled');
    await expect.poll(zoomed).toBe('true');
    await page.locator('.chart').focus();
    await page.keyboard.press('End');
    const tip = page.locator('.chart-tip');
    await tip.waitFor();
    const last = await tip.innerText();
    // The hour may just have begun: then nothing was called in it yet, and nothing took any time.
    expect(last).toMatch(/: (?:0 calls, 0 not done|\d+ calls, 0 not done, half within )/);
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => tip.innerText()).not.toBe(last);
    await page.keyboard.press('+');
    await expect.poll(zoomed).toBe('false');
    await page.keyboard.press('0');
    await expect.poll(zoomed).toBe('true');
    await page.getByRole('button', { name: 'Zoom in' }).click();
    await expect.poll(zoomed).toBe('false');
    await page.getByRole('button', { name: 'Zoom out' }).click();
    await expect.poll(zoomed).toBe('true');
    const box = await page.locator('.chart .u-over').boundingBox();
    if (box === null) throw new Error('there is no chart');
    await page.mouse.move(box.x + box.width * 0.3, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 60, { steps: 5 });
    await page.mouse.up();
    await expect.poll(zoomed).toBe('false');
    await showAll.click();
    await expect.poll(zoomed).toBe('true');
    await page.getByRole('button', { name: 'Time taken' }).click();
    await page.locator('.legend-p95').waitFor();
    await canvas.waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('is drawn anew when light turns to dark, and the chart takes up its room before it is there', async () => {
    const { owner, path } = await busy();
    const visit = await dashboard().visit(owner.cookie, { colorScheme: 'light' });
    const { page } = visit;
    const letThrough = await holdRequests(page, '**/assets/usage-chart-*.js');
    await visit.goto(path);
    await page.getByText('Loading the chart').waitFor();
    const below = page.getByRole('table', { name: 'Calls by tool' });
    const before = (await below.boundingBox())?.y;
    letThrough();
    await page.locator('.chart canvas').waitFor();
    expect((await below.boundingBox())?.y).toBe(before);
    const painted = () => page.evaluate<string>(`document.querySelector('.chart canvas').toDataURL()`);
    const light = await painted();
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(painted).not.toBe(light);
    expect(await visit.axe()).toEqual([]);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('waits for the month’s numbers too, which stand above the rest', async () => {
    const { owner, path } = await busy();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    const letThrough = await holdRequests(page, '**/settings/quota');
    const answered = page.waitForResponse('**/usage?**');
    await visit.goto(path);
    await answered;
    await page.getByRole('status').filter({ hasText: 'Loading the usage' }).waitFor();
    const below = page.getByRole('table', { name: 'Calls by tool' });
    expect(await below.count()).toBe(0);
    letThrough();
    await below.waitFor();
    expect(await page.getByRole('region', { name: 'This month' }).count()).toBe(1);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('narrows down to one tool, person, app or key, in the address, and back', async () => {
    const { orgId, owner, path } = await busy();
    const other = await dashboard().person({ orgId, role: 'member' });
    await call(orgId, other.userId, { target: 'publish_bundle', times: 3 });
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByRole('button', { name: 'Only this publish_bundle' }).click();
    await page.waitForURL('**/usage?*tool=publish_bundle*');
    const people = page.getByRole('table', { name: 'Calls by person' });
    await expect.poll(() => people.getByRole('row').count()).toBe(3);
    await page.getByText(/^5 calls in the last 24 hours/).waitFor();
    await page.reload();
    await page.getByText(/^5 calls in the last 24 hours/).waitFor();
    await page.getByRole('button', { name: `Only this ${other.email}` }).click();
    await page.getByText(/^3 calls in the last 24 hours/).waitFor();
    await page.locator('.chip').filter({ hasText: other.email }).getByRole('button').click();
    await page.getByText(/^5 calls in the last 24 hours/).waitFor();
    await page.getByRole('button', { name: '7 days' }).click();
    await page.waitForURL('**/usage?*range=7d*');
    await page.getByText(/^5 calls in the last 7 days/).waitFor();
    expect(await visit.axe()).toEqual([]);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('is downloaded as CSV', async () => {
    const { owner, path, slug } = await busy();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(`${path}?range=7d`);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download CSV' }).click(),
    ]);
    expect(file.suggestedFilename()).toBe(`usage-${slug}-7d.csv`);
    const pieces: Buffer[] = [];
    for await (const piece of await file.createReadStream()) pieces.push(piece as Buffer);
    expect(Buffer.concat(pieces).toString()).toContain('"publish_bundle"');
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('shows a member their own calls alone', async () => {
    const { orgId, path } = await busy();
    const member = await dashboard().person({ orgId, role: 'member' });
    await call(orgId, member.userId, { target: 'get_bundle', times: 2 });
    const visit = await dashboard().visit(member.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByText('How much you call the tools').waitFor();
    await page.getByText(/^2 calls in the last 24 hours/).waitFor();
    expect(await page.getByText('publish_bundle').count()).toBe(0);
    expect(await page.getByRole('group', { name: 'By' }).getByRole('button').allInnerTexts()).toEqual([
      'Tool',
      'App',
      'Key',
    ]);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('tells a viewer which role it takes, and asks for nothing', async () => {
    const { orgId, path } = await opened();
    const viewer = await dashboard().person({ orgId, role: 'viewer' });
    const visit = await dashboard().visit(viewer.cookie);
    await visit.goto(path);
    await visit.page.getByText('This page needs the role Member or higher.').waitFor();
    expect(await visit.page.getByRole('link', { name: 'Usage' }).count()).toBe(0);
    expect(visit.requests.filter((url) => url.includes('/usage?'))).toEqual([]);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('has a skeleton while it loads, says what went wrong, and what to do where nothing was called', async () => {
    const { owner, path } = await opened();
    const visit = await dashboard().visit(owner.cookie);
    await expectSkeletonErrorRetry(visit, {
      path,
      api: '**/portal/v1/organisations/*/usage?*',
      loading: 'Loading the usage',
    });
    await visit.page.getByText('No calls in the last 24 hours.').waitFor();
    expect(await visit.axe()).toEqual([]);
    // Where there is nothing to draw, nothing to draw with is fetched.
    expect(visit.requests.filter((url) => url.includes('usage-chart'))).toEqual([]);
    await visit.page.getByRole('link', { name: 'Connect an app' }).click();
    await expect.poll(() => focused(visit.page)).toMatch(/^Connect Claude|^Home/);
    await visit.close();
  });

  test('brings the chart in at most 25 kB, after the page', async () => {
    const { owner, path } = await busy();
    const visit = await dashboard().visit(owner.cookie);
    await visit.goto(path);
    await visit.page.locator('.chart canvas').waitFor();
    const root = `${dashboard().baseUrl}/app/`;
    const charts = visit.requests.filter((url) => /\/usage-chart-[^/]*\.js$/.test(url));
    expect(charts).toHaveLength(1);
    const bytes = await dashboard().gzipBytes(charts[0]?.slice(root.length) ?? '');
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThanOrEqual(CHART_BYTES_MAX);
    await visit.close();
  });

  test.each(['light', 'dark'] as const)(
    'fits a small phone, and has no fault that axe knows (%s)',
    async (colorScheme) => {
      const { owner, path } = await busy();
      const visit = await dashboard().visit(owner.cookie, {
        viewport: { width: 320, height: 640 },
        colorScheme,
      });
      const { page } = visit;
      for (const query of ['', '?metric=time&by=person', '?view=table&tool=publish_bundle']) {
        await visit.goto(`${path}${query}`);
        await page.getByRole('table', { name: /^Calls by / }).waitFor();
        await page.locator(query.includes('view') ? '.table-numbers' : '.chart canvas').waitFor();
        expect([query, await sidewaysScroll(page)]).toEqual([query, 0]);
        expect([query, await visit.axe()]).toEqual([query, []]);
      }
      expect(visit.complaints).toEqual([]);
      await visit.close();
    },
  );
});
