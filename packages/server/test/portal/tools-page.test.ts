import { compileCatalogue } from '@latchkey/tools';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { importConnector } from '../../src/connectors/import-connector.ts';
import type { OrganisationId } from '../../src/kernel/ids.ts';
import { expectSkeletonErrorRetry } from './list-states.ts';
import { eventually } from './eventually.ts';
import { focused, sidewaysScroll, useDashboard } from './open-dashboard.ts';

const dashboard = useDashboard();
const MANY = 1_200;

async function publish(
  orgId: OrganisationId,
  operations: Record<string, { summary?: string }>,
): Promise<void> {
  const paths = Object.fromEntries(
    Object.entries(operations).map(([operation, more]) => {
      const [operationId = '', method = 'get'] = operation.split(' ');
      const responses = { 200: { description: 'ok' } };
      return [`/${operationId}`, { [method]: { operationId, responses, ...more } }];
    }),
  );
  const imported = await importConnector(dashboard().store, {
    orgId,
    slug: 'shop',
    name: 'The shop',
    baseUrl: 'http://127.0.0.1:9',
    document: JSON.stringify({ openapi: '3.1.0', info: { title: 'Shop', version: '1' }, paths }),
    compile: compileCatalogue,
    newWriteTools: 'wait',
  });
  if (!imported.ok) throw new Error(imported.error.message);
}

const SHOP = {
  'listOrders get': { summary: 'List the orders' },
  'listGoods get': { summary: 'List the goods' },
  'refundOrder post': { summary: 'Refund an order' },
};

async function furnished(...publications: Record<string, { summary?: string }>[]) {
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
    await eventually(() => visit.path()).toBe(`${path}?show=read`);
    await eventually(() => page.getByRole('row').count()).toBe(3);
    expect(await page.getByRole('heading', { name: 'One new tool waits' }).count()).toBe(0);

    await page.getByRole('searchbox', { name: 'Find a tool' }).fill('GOODS');
    await eventually(() => visit.path()).toBe(`${path}?q=GOODS&show=read`);
    await eventually(() => page.getByRole('row').count()).toBe(2);

    await page.reload();
    await page.getByRole('row', { name: /List the goods/ }).waitFor();
    expect(await page.getByRole('searchbox', { name: 'Find a tool' }).inputValue()).toBe('GOODS');
    expect(await views.getByRole('button', { name: /^Read-only/ }).getAttribute('aria-pressed')).toBe('true');

    await page.getByRole('searchbox', { name: 'Find a tool' }).fill('nothing like it');
    await page.getByText('No tool has that in its name or description.').waitFor();
    await page.getByRole('link', { name: 'Show all tools' }).click();
    await eventually(() => visit.path()).toBe(path);
    await page.getByRole('heading', { name: 'One new tool waits' }).waitFor();

    await views.getByRole('button', { name: /^Waiting/ }).click();
    await eventually(() => visit.path()).toBe(`${path}?show=waiting`);
    await eventually(() => page.getByRole('table').count()).toBe(0);
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
    await page.getByRole('row', { name: /Tool number 0 / }).waitFor();
    expect(await table.getAttribute('aria-rowcount')).toBe(String(MANY + 1));
    expect(await page.getByRole('row').count()).toBeLessThan(100);
    expect(await page.getByRole('row', { name: /Tool number 0 / }).getAttribute('aria-rowindex')).toBe('2');

    // What was drawn first is measured as it comes, so that the end is reached by going there more than once.
    const last = page.getByRole('row', { name: new RegExp(`Tool number ${MANY - 1} `) });
    await eventually(async () => {
      await scrollTo(page, 'end');
      return last.count();
    }).toBe(1);
    expect(await last.getAttribute('aria-rowindex')).toBe(String(MANY + 1));
    expect(await page.getByRole('row').count()).toBeLessThan(100);

    await scrollTo(page, 'top');
    await page.getByRole('searchbox', { name: 'Find a tool' }).fill('number 777');
    await eventually(() => page.getByRole('row').count()).toBe(2);
    expect(await page.getByRole('row', { name: /Tool number 777 / }).count()).toBe(1);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('a keyboard goes on through rows that were not drawn, and the row with the focus is kept', async () => {
    const { page, path, visit } = await furnished(manyOperations());
    await visit.goto(path);
    await page.getByRole('button', { name: 'Change what becomes of Tool number 0', exact: true }).focus();
    for (let row = 1; row <= 60; row += 1) {
      await page.keyboard.press('Tab');
      await eventually(() => focused(page)).toBe(`Change what becomes of Tool number ${row}`);
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
    await eventually(() => focused(page)).toBe('Change what becomes of Tool number 60');
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
