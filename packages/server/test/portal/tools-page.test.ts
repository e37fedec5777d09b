import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { OrganisationId } from '../../src/kernel/ids.ts';
import { holdRequests } from './hold-requests.ts';
import { expectSkeletonErrorRetry } from './list-states.ts';
import { focused, sidewaysScroll, useDashboard } from './open-dashboard.ts';
import { publishShop, type ShopOperations } from './publish-shop.ts';

const dashboard = useDashboard();
const MANY = 1_200;

const publish = (orgId: OrganisationId, operations: ShopOperations) =>
  publishShop(dashboard().store, orgId, operations);

const SHOP = {
  'listOrders get': { summary: 'List the orders' },
  'listGoods get': { summary: 'List the goods' },
  'refundOrder post': { summary: 'Refund an order' },
};

async function furnished(...publications: ShopOperations[]) {
  const { organisation, person, store } = dashboard();
  const { orgId, slug } = await organisation();
  for (const operations of publications) await publish(orgId, operations);
  const owner = await person({ orgId, role: 'owner' });
  const visit = await dashboard().visit(owner.cookie);
  return { orgId, slug, owner, visit, page: visit.page, store, path: `/app/${slug}/connectors/shop` };
}

/** So many that a browser would be busy for long if it drew them all. */
function manyOperations(): Record<string, { summary?: string }> {
  return Object.fromEntries(
    Array.from({ length: MANY }, (_, index) => [
      `tool${String(index).padStart(4, '0')} get`,
      { summary: `Tool number ${index}` },
    ]),
  );
}

/** What stands there until then takes no focus. */
const fewAreDrawn = (page: Page) => page.locator('tbody:not([inert])').waitFor();

const scrollTo = (page: Page, place: 'top' | 'end') =>
  page.evaluate(`scrollTo(0, ${place === 'top' ? 0 : 'document.documentElement.scrollHeight'})`);

describe('the page of a connector’s tools', () => {
  test('shows each kind of tool apart, and the address says which', async () => {
    const { page, path, visit } = await furnished(SHOP, { ...SHOP, 'closeShop delete': {} });
    await visit.goto(path);
    await page.getByRole('row', { name: /List the goods/ }).waitFor();
    const views = page.getByRole('group', { name: 'Which tools' });
    expect(await views.getByRole('button').allInnerTexts()).toEqual([
      expect.stringMatching(/^All\s*4$/),
      expect.stringMatching(/^Read-only\s*2$/),
      expect.stringMatching(/^Full access\s*2$/),
      expect.stringMatching(/^Waiting\s*1$/),
      expect.stringMatching(/^Off\s*0$/),
    ]);

    await views.getByRole('button', { name: /^Read-only/ }).click();
    await expect.poll(() => visit.path()).toBe(`${path}?show=read`);
    await expect.poll(() => page.getByRole('row').count()).toBe(3);
    expect(await page.getByRole('heading', { name: 'One new tool waits' }).count()).toBe(0);

    await page.getByRole('searchbox', { name: 'Find a tool' }).fill('GOODS');
    await expect.poll(() => visit.path()).toBe(`${path}?q=GOODS&show=read`);
    await expect.poll(() => page.getByRole('row').count()).toBe(2);

    await page.reload();
    await page.getByRole('row', { name: /List the goods/ }).waitFor();
    expect(await page.getByRole('searchbox', { name: 'Find a tool' }).inputValue()).toBe('GOODS');
    expect(await views.getByRole('button', { name: /^Read-only/ }).getAttribute('aria-pressed')).toBe('true');

    await page.getByRole('searchbox', { name: 'Find a tool' }).fill('nothing like it');
    await page.getByText('No tool has that in its name or description.').waitFor();
    await page.getByRole('link', { name: 'Show all tools' }).click();
    await expect.poll(() => visit.path()).toBe(path);
    await page.getByRole('heading', { name: 'One new tool waits' }).waitFor();

    await views.getByRole('button', { name: /^Waiting/ }).click();
    await expect.poll(() => visit.path()).toBe(`${path}?show=waiting`);
    await expect.poll(() => page.getByRole('table').count()).toBe(0);
    await page.getByRole('button', { name: /^Let it be used/ }).click();
    await page.getByText('No tool waits.').waitFor();
    await views.getByRole('button', { name: /^Off/ }).click();
    await page.getByText('No tool is off.').waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('draws of very many tools those near the window, and says of each which one it is', async () => {
    const { page, path, visit } = await furnished(manyOperations());
    await visit.goto(path);
    const table = page.getByRole('table', { name: 'Tools' });
    await fewAreDrawn(page);
    expect(await table.getAttribute('aria-rowcount')).toBe(String(MANY + 1));
    expect(await page.getByRole('row').count()).toBeLessThan(100);
    expect(await page.getByRole('row', { name: /Tool number 0 / }).getAttribute('aria-rowindex')).toBe('2');

    // What was drawn first is measured as it comes, so that the end is reached by going there more than once.
    const last = page.getByRole('row', { name: new RegExp(`Tool number ${MANY - 1} `) });
    await expect
      .poll(async () => {
        await scrollTo(page, 'end');
        return last.count();
      })
      .toBe(1);
    expect(await last.getAttribute('aria-rowindex')).toBe(String(MANY + 1));
    expect(await page.getByRole('row').count()).toBeLessThan(100);

    await scrollTo(page, 'top');
    await page.getByRole('searchbox', { name: 'Find a tool' }).fill('number 777');
    await expect.poll(() => page.getByRole('row').count()).toBe(2);
    expect(await page.getByRole('row', { name: /Tool number 777 / }).count()).toBe(1);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('rows that are about to be replaced take no focus, which would be lost with them', async () => {
    const { page, path, visit } = await furnished(manyOperations());
    const answer = await holdRequests(page, '**/assets/drawn-rows-*.js');
    await visit.goto(path);
    const name = 'Change what becomes of Tool number 0';
    const change = page.getByRole('button', { name, exact: true });
    await change.focus();
    expect(await focused(page)).not.toBe(name);
    answer();
    await fewAreDrawn(page);
    await change.focus();
    expect(await focused(page)).toBe(name);
    await visit.close();
  });

  test('a keyboard goes on through rows that were not drawn, and the row with the focus is kept', async () => {
    const { page, path, visit } = await furnished(manyOperations());
    await visit.goto(path);
    await fewAreDrawn(page);
    await page.getByRole('button', { name: 'Change what becomes of Tool number 0', exact: true }).focus();
    for (let row = 1; row <= 60; row += 1) {
      // The way to the playground stands before it.
      await page.keyboard.press('Tab');
      await expect.poll(() => focused(page)).toBe(`Try Tool number ${row} in the playground`);
      await page.keyboard.press('Tab');
      await expect.poll(() => focused(page)).toBe(`Change what becomes of Tool number ${row}`);
    }
    await scrollTo(page, 'end');
    await page
      .getByRole('row', { name: /Tool number 1[01]\d\d / })
      .first()
      .waitFor();
    expect(await focused(page)).toBe('Change what becomes of Tool number 60');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'What becomes of “Tool number 60”' });
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => focused(page)).toBe('Change what becomes of Tool number 60');
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test.each(['light', 'dark'] as const)(
    'has no fault that axe sees, and fits a small phone (%s)',
    async (colorScheme) => {
      const { page, path, visit } = await furnished(manyOperations(), {
        ...manyOperations(),
        'closeShop delete': { summary: 'Close the shop' },
      });
      await page.emulateMedia({ colorScheme });
      await visit.goto(path);
      await page.getByRole('row', { name: /Tool number 0 / }).waitFor();
      await fewAreDrawn(page);
      await page.getByRole('heading', { name: 'One new tool waits' }).waitFor();
      expect(await visit.axe()).toEqual([]);
      await page.setViewportSize({ width: 320, height: 640 });
      expect(await sidewaysScroll(page)).toBe(0);
      expect(await visit.axe()).toEqual([]);
      await page.getByRole('searchbox', { name: 'Find a tool' }).fill('nothing like it');
      await page.getByText('No tool has that in its name or description.').waitFor();
      expect(await visit.axe()).toEqual([]);
      expect(visit.complaints).toEqual([]);
      await visit.close();
    },
  );

  test('an admin says what models read of a tool, which is marked, searched and taken back', async () => {
    const { orgId, owner, page, path, slug, store, visit } = await furnished(SHOP);
    await store.pool.query(
      `insert into usage_hours (org_id, hour, action, connector, tool, client_id, key_id, actor_kind, actor_id,
         calls, refused, limited, client_errors, server_errors, failed, durations)
       values ($1, date_trunc('hour', now()), 'tool.call', 'shop', 'list_goods', '', '', 'user', '', 1210, 10, 0, 30, 0, 0, '{}')`,
      [orgId],
    );
    await visit.goto(path);
    const row = page.getByRole('row', { name: /List the goods/ });
    expect(await row.innerText()).toMatch(/1,200\s+2\.5% failed/);
    await row.getByRole('button', { name: 'Change' }).click();
    const dialog = page.getByRole('dialog', { name: 'What becomes of “List the goods”' });
    expect(await dialog.innerText()).toContain('“List the goods');
    await dialog.getByLabel('What models read of it').fill('Goods of <b>today</b> alone.');
    expect(await visit.axe()).toEqual([]);
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await sidewaysScroll(page)).toBe(0);
    await page.setViewportSize({ width: 1280, height: 860 });
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('status').filter({ hasText: 'Saved. It holds' }).waitFor();
    await row.getByText('Described here').waitFor();
    expect(await row.innerText()).toContain('Goods of <b>today</b> alone.');
    await page.getByRole('searchbox', { name: 'Find a tool' }).fill('today');
    await expect.poll(() => page.getByRole('row').count()).toBe(2);
    expect(await visit.axe()).toEqual([]);

    await row.getByRole('button', { name: 'Change' }).click();
    await dialog.getByRole('button', { name: 'Use the API’s own words' }).click();
    await expect.poll(() => dialog.getByLabel('What models read of it').inputValue()).toBe('');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('No tool has that in its name or description.').waitFor();
    const answer = await owner.get(`/organisations/${slug}/connectors/shop/tools`);
    expect(answer.text).not.toContain('today');

    await page.getByRole('link', { name: 'Show all tools' }).click();
    await page.getByRole('button', { name: 'Rule for all tools' }).click();
    await page.getByRole('dialog').waitFor();
    expect(await page.getByLabel('What models read of it').count()).toBe(0);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('a connector is tested as in its import, with one call that only reads', async () => {
    const { page, path, visit } = await furnished(SHOP);
    await visit.goto(path);
    await page.getByRole('button', { name: 'Test', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Test The shop' });
    expect(await dialog.getByRole('combobox').locator('option').allInnerTexts()).toEqual([
      'GET /listGoods',
      'GET /listOrders',
    ]);
    expect(await visit.axe()).toEqual([]);
    await dialog.getByRole('button', { name: 'Test', exact: true }).click();
    // Nothing listens where the shop is said to be.
    await dialog.getByText('could not be reached').waitFor();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await expect.poll(() => focused(page)).toBe('Test');
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('says what is loading, what went wrong, and that a connector has no tools', async () => {
    const { page, path, visit } = await furnished({});
    await expectSkeletonErrorRetry(visit, {
      path,
      api: '**/connectors/shop/tools',
      loading: 'Loading the tools',
    });
    await page.getByText('This connector has no tools yet.').waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });
});
