import { compileCatalogue } from '@latchkey/tools';
import { describe, expect, test } from 'vitest';
import { importConnector } from '../../src/connectors/import-connector.ts';
import type { OrganisationId } from '../../src/kernel/ids.ts';
import { focused, useDashboard, sidewaysScroll } from './open-dashboard.ts';

const dashboard = useDashboard();

const HOSTILE = 'Pay\u202e<img src=x onerror=alert(1)> '.padEnd(300, 'w');

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

async function furnished() {
  const { organisation, person } = dashboard();
  const { orgId, slug } = await organisation();
  await publish(orgId, { 'listOrders get': {}, 'refundOrder post': { summary: 'Refund an order' } });
  const owner = await person({ orgId, role: 'owner' });
  return { orgId, slug, owner, base: `/app/${slug}/connectors` };
}

describe('the page of the connectors', () => {
  test('an admin lets in what came with an update, and says what becomes of a tool', async () => {
    const { base, orgId, owner } = await furnished();
    await publish(orgId, {
      'listOrders get': {},
      'refundOrder post': { summary: 'Refund an order' },
      'closeShop delete': { summary: 'Close the shop' },
    });
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(base);
    const row = page.getByRole('row', { name: /The shop/ });
    await row.waitFor();
    expect(await row.innerText()).toContain('1 tool waits');
    await row.getByRole('link', { name: 'The shop' }).click();
    await page.getByRole('heading', { name: 'One new tool waits' }).waitFor();
    await expect.poll(() => focused(page)).toBe('Tools of shop');
    expect(await page.getByRole('table').innerText()).not.toContain('Close the shop');
    await page.getByRole('button', { name: 'Let it be used (Close the shop)' }).click();
    await page.getByRole('status').filter({ hasText: '“close_shop” may be used now.' }).waitFor();
    await page.getByRole('row', { name: /Close the shop/ }).waitFor();
    await expect.poll(() => focused(page)).toBe('Tools of shop');
    expect(await page.getByText('new tool').count()).toBe(0);

    await page.getByRole('button', { name: 'Change what becomes of Refund an order' }).click();
    const dialog = page.getByRole('dialog', { name: 'What becomes of “Refund an order”' });
    await dialog.getByLabel('Viewer').uncheck();
    await dialog.getByLabel('Member').uncheck();
    await dialog.getByLabel('What a person has to agree to first').fill('This pays money back.');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => focused(page)).toBe('Tools of shop');
    const refund = page.getByRole('row', { name: /Refund an order/ });
    await expect.poll(() => refund.innerText()).toContain('Owner, Admin');
    expect(await refund.innerText()).toContain('This pays money back.');
    expect(await dashboard().store.toolRules.list(orgId)).toMatchObject([
      {
        tool: 'refund_order',
        roles: ['owner', 'admin'],
        confirmation: 'This pays money back.',
        enabled: null,
      },
    ]);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('a rule for all tools shows at each, and is taken back', async () => {
    const { base, orgId, owner } = await furnished();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(`${base}/shop`);
    await page.getByRole('button', { name: 'Rule for all tools' }).click();
    await page.getByLabel('Off: nobody is offered it').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await expect.poll(() => page.getByRole('cell', { name: 'Off' }).count()).toBe(2);
    await page.getByRole('button', { name: 'Rule for all tools' }).click();
    await page.getByRole('group', { name: 'Use' }).getByLabel('As the connector says').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await expect.poll(() => page.getByRole('cell', { name: 'Everybody' }).count()).toBe(2);
    expect(await dashboard().store.toolRules.list(orgId)).toEqual([]);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('what was typed is still there where saving fails', async () => {
    const { base, owner } = await furnished();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(`${base}/shop`);
    await page.getByRole('button', { name: 'Change what becomes of Refund an order' }).click();
    await page.route('**/rules', (route) => route.abort());
    await page.getByLabel('What a person has to agree to first').fill('Really?');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('alert').filter({ hasText: 'Latchkey did not answer' }).waitFor();
    expect(await page.getByLabel('What a person has to agree to first').inputValue()).toBe('Really?');
    await page.unroute('**/rules');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await visit.close();
  });

  test('a member sees where the tools come from, and nothing to decide', async () => {
    const { base, orgId } = await furnished();
    const member = await dashboard().person({ orgId, role: 'member' });
    const visit = await dashboard().visit(member.cookie);
    await visit.goto(base);
    await visit.page.getByRole('row', { name: /The shop/ }).waitFor();
    expect(await visit.page.getByRole('link', { name: 'The shop' }).count()).toBe(0);
    await visit.goto(`${base}/shop`);
    await visit.page.getByText('This page needs the role Admin or higher.').waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test.each(['light', 'dark'] as const)(
    'a hostile title is text, and nothing is wider than a small phone (%s)',
    async (colorScheme) => {
      const { base, orgId, owner } = await furnished();
      await publish(orgId, {
        'listOrders get': {},
        'refundOrder post': { summary: HOSTILE },
        'another post': { summary: HOSTILE },
      });
      const visit = await dashboard().visit(owner.cookie);
      const { page } = visit;
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width: 320, height: 640 });
      for (const path of [base, `${base}/shop`]) {
        await visit.goto(path);
        await page.getByRole('table').waitFor();
        expect(await sidewaysScroll(page)).toBe(0);
      }
      await page.getByRole('button', { name: /^Change what becomes of Pay/ }).click();
      expect(await sidewaysScroll(page)).toBe(0);
      expect(await page.locator('img[src=x]').count()).toBe(0);
      expect(visit.complaints).toEqual([]);
      await visit.close();
    },
  );
});
