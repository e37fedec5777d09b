import { compileCatalogue } from '@latchkey/tools';
import { describe, expect, test } from 'vitest';
import { importConnector } from '../../src/connectors/import-connector.ts';
import type { OrganisationId } from '../../src/kernel/ids.ts';
import { HOSTILE, shopDocument } from './import-documents.ts';
import { expectSkeletonErrorRetry } from './list-states.ts';
import { focused, useDashboard, sidewaysScroll } from './open-dashboard.ts';
import { publishShop, type ShopOperations } from './publish-shop.ts';
import { publishThroughApi } from './publish-through-api.ts';

const dashboard = useDashboard();

const HOSTILE_TITLE = HOSTILE.padEnd(300, 'w');

const publish = (orgId: OrganisationId, operations: ShopOperations) =>
  publishShop(dashboard().store, orgId, operations);

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
    await page.unrouteAll({ behavior: 'wait' });
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await visit.close();
  });

  test('a member sees where the tools come from, and nothing to decide', async () => {
    const { base, orgId } = await furnished();
    const member = await dashboard().person({ orgId, role: 'member' });
    const visit = await dashboard().visit(member.cookie);
    await visit.goto(base);
    await visit.page.getByRole('row', { name: /The shop .* On$/ }).waitFor();
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
        'refundOrder post': { summary: HOSTILE_TITLE },
        'another post': { summary: HOSTILE_TITLE },
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

/** A connector of the organisation's own, imported once. */
async function own() {
  const { organisation, person, baseUrl } = dashboard();
  const { orgId, slug } = await organisation();
  const owner = await person({ orgId, role: 'owner' });
  const visit = await dashboard().visit(owner.cookie);
  const at = { baseUrl, context: visit.context, slug };
  await publishThroughApi(at, shopDocument(), { note: 'The first one', name: 'The shop' });
  return { orgId, slug, owner, visit, page: visit.page, at, base: `/app/${slug}/connectors` };
}

const REFUNDS = {
  '/refunds': {
    post: { operationId: 'addRefund', summary: 'Add a refund', responses: { 200: { description: 'ok' } } },
  },
};

describe('the list of connectors', () => {
  test('finds one of many by name, and the address says what is looked for', async () => {
    const { base, orgId, owner } = await furnished();
    for (let number = 1; number <= 9; number += 1) {
      const imported = await importConnector(dashboard().store, {
        orgId,
        slug: `more-${number}`,
        name: `More of it ${number}`,
        baseUrl: 'http://127.0.0.1:9',
        document: JSON.stringify({ openapi: '3.1.0', info: { title: 'More', version: '1' }, paths: {} }),
        compile: compileCatalogue,
      });
      expect(imported.ok).toBe(true);
    }
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(base);
    await expect.poll(() => page.getByRole('row').count()).toBe(11);
    await page.getByRole('searchbox', { name: 'Find a connector' }).fill('of it 7');
    await expect.poll(() => page.getByRole('row').count()).toBe(2);
    await expect.poll(() => visit.path()).toBe(`${base}?q=of+it+7`);
    await page.reload();
    await page.getByRole('row', { name: /More of it 7/ }).waitFor();
    expect(await page.getByRole('row').count()).toBe(2);
    await page.getByRole('searchbox', { name: 'Find a connector' }).fill('nothing');
    await page.getByText('No connector has that in its name.').waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('says what is loading, what went wrong, and that there is none', async () => {
    const { organisation, person } = dashboard();
    const { orgId, slug } = await organisation();
    const owner = await person({ orgId, role: 'owner' });
    const visit = await dashboard().visit(owner.cookie);
    await expectSkeletonErrorRetry(visit, {
      path: `/app/${slug}/connectors`,
      api: '**/portal/v1/**/connectors',
      loading: 'Loading the connectors',
    });
    await visit.page.getByText('No connectors yet.').waitFor();
    expect(await visit.axe()).toEqual([]);
    await visit.close();
  });
});

describe('a connector of the organisation’s own', () => {
  test('is updated: what comes and goes is shown, and an earlier version comes back', async () => {
    const { base, page, visit } = await own();
    await visit.goto(`${base}/shop`);
    await page.getByRole('link', { name: 'Update' }).click();
    await expect.poll(() => focused(page)).toBe('Update shop');
    await page.getByLabel('I paste it').check();
    await page
      .getByRole('textbox', { name: 'Text of the document' })
      .fill(shopDocument({ extra: REFUNDS, without: ['/goods'] }));
    await page.getByRole('button', { name: 'Check it' }).click();
    await page.getByRole('heading', { name: 'What was found' }).waitFor();
    await page.getByRole('link', { name: 'Publish' }).click();
    await page.getByRole('heading', { name: 'What changes' }).waitFor();
    const changes = page.locator('.import-tools').first();
    await changes
      .getByRole('listitem')
      .filter({ hasText: 'Added' })
      .filter({ hasText: 'add_refund' })
      .waitFor();
    await changes
      .getByRole('listitem')
      .filter({ hasText: 'Removed' })
      .filter({ hasText: 'list_goods' })
      .waitFor();
    await page.getByRole('button', { name: /^Added/ }).click();
    await expect.poll(() => changes.getByRole('listitem').count()).toBe(1);
    expect(await page.getByLabel('In its address').getAttribute('readonly')).not.toBeNull();
    expect(await visit.axe()).toEqual([]);
    await page.getByRole('button', { name: 'Publish', exact: true }).click();
    await page.getByText('shop is published as version 2.').waitFor();
    // Nobody ticked the refund.
    await page.getByText('1 new tool waits to be let in.').waitFor();

    await page.getByRole('link', { name: 'Versions' }).click();
    await expect.poll(() => focused(page)).toBe('Versions of shop');
    await page.getByRole('row', { name: /Version 1.*The first one/ }).waitFor();
    expect(await page.getByRole('row', { name: /Version 2/ }).innerText()).toContain('In use');
    await page.getByRole('link', { name: 'What changed from version 1 to 2' }).click();
    await page.getByRole('heading', { name: 'From version 1 to version 2' }).waitFor();
    await page.getByRole('listitem').filter({ hasText: 'add_refund' }).waitFor();
    await page.reload();
    await page.getByRole('listitem').filter({ hasText: 'add_refund' }).waitFor();
    expect(await visit.axe()).toEqual([]);
    await page.getByRole('link', { name: 'All versions' }).click();

    await page.getByRole('button', { name: 'Roll back to version 1' }).click();
    const question = page.getByRole('alertdialog', { name: 'Bring version 1 back for The shop?' });
    await question.getByText('1 tool comes back, 1 goes.').waitFor();
    await expect.poll(() => focused(page)).toBe('Keep version 2');
    expect(await visit.axe()).toEqual([]);
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    await expect.poll(() => focused(page)).toBe('Roll back to version 1');
    await page.keyboard.press('Enter');
    await question.getByRole('button', { name: 'Roll back' }).click();
    await page.getByText('Version 1 is back, as version 3.').waitFor();
    await page.getByRole('row', { name: /Version 3.*Brought version 1 back/ }).waitFor();
    await expect.poll(() => focused(page)).toBe('Versions of shop');
    await page.getByRole('link', { name: 'Its tools' }).click();
    await page.getByRole('row', { name: /List the goods/ }).waitFor();
    expect(await page.getByRole('row', { name: /refund/ }).count()).toBe(0);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('is switched off and on again', async () => {
    const { base, page, visit } = await own();
    await visit.goto(`${base}/shop`);
    await page.getByRole('button', { name: 'Switch off' }).click();
    const question = page.getByRole('alertdialog', { name: 'Switch off The shop?' });
    await question.getByText('5 tools are offered to nobody from now on').waitFor();
    await expect.poll(() => focused(page)).toBe('Leave it on');
    await question.getByRole('button', { name: 'Switch off' }).click();
    await page.getByText('It is off. Nobody is offered its tools.').waitFor();
    await expect.poll(() => focused(page)).toBe('Tools of shop');
    await expect.poll(() => page.getByRole('cell', { name: 'Off' }).count()).toBe(5);
    await page.getByRole('link', { name: 'All connectors' }).click();
    await page.getByRole('row', { name: /The shop.*Off/ }).waitFor();
    await page.getByRole('link', { name: 'The shop' }).click();
    await page.getByRole('button', { name: 'Switch on' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Switch on' }).click();
    await page.getByText('It is on again.').waitFor();
    await expect.poll(() => page.getByRole('cell', { name: 'Off' }).count()).toBe(0);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('gets another credential, whose secret is never on a page again', async () => {
    const { base, page, visit } = await own();
    await visit.goto(`${base}/shop`);
    await page.getByText('Signed assertion').waitFor();
    await page.getByRole('button', { name: 'Change credential' }).click();
    const dialog = page.getByRole('dialog', { name: 'Credential of The shop' });
    await dialog.getByLabel('User name and password').check();
    await dialog.getByLabel('User name', { exact: true }).fill('robot');
    await dialog.getByLabel('Password', { exact: true }).fill('s3cret-of-the-robot');
    expect(await visit.axe()).toEqual([]);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The credential is saved.').waitFor();
    await page.getByText('User name and password (robot)').waitFor();
    expect(await page.content()).not.toContain('s3cret-of-the-robot');
    expect(await page.evaluate<string>('JSON.stringify(sessionStorage)')).not.toContain(
      's3cret-of-the-robot',
    );
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('is deleted after a question that says what goes with it', async () => {
    const { base, orgId, page, visit } = await own();
    await visit.goto(`${base}/shop`);
    await page.getByRole('button', { name: 'Delete' }).click();
    const question = page.getByRole('alertdialog', { name: 'Delete The shop?' });
    await question.getByText('5 tools go at once').waitFor();
    await expect.poll(() => focused(page)).toBe('Keep connector');
    expect(await visit.axe()).toEqual([]);
    await question.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('No connectors yet.').waitFor();
    await expect.poll(() => visit.path()).toBe(base);
    await expect.poll(() => focused(page)).toBe('Connectors');
    expect(await dashboard().store.connectors.findVisible(orgId, 'shop')).toBeUndefined();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test.each(['light', 'dark'] as const)('fits a small phone with its versions (%s)', async (colorScheme) => {
    const { at, base, page, visit } = await own();
    await publishThroughApi(at, shopDocument({ extra: REFUNDS }), {
      connector: 'shop',
      note: HOSTILE.padEnd(250, 'w'),
    });
    await page.emulateMedia({ colorScheme });
    for (const [path, heading] of [
      [`${base}/shop`, 'The shop'],
      [`${base}/shop/versions`, 'Versions of shop'],
      [`${base}/shop/versions?from=1&to=2`, 'From version 1 to version 2'],
      [`${base}/shop/update`, 'Where is it described?'],
    ] as const) {
      await page.setViewportSize({ width: 1280, height: 860 });
      await visit.goto(path);
      await page.getByRole('heading', { name: heading }).waitFor();
      await expect.poll(() => page.locator('[aria-busy=true]').count()).toBe(0);
      expect(await visit.axe()).toEqual([]);
      await page.setViewportSize({ width: 320, height: 640 });
      expect(await sidewaysScroll(page)).toBe(0);
    }
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });
});
