import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { holdRequests } from './hold-requests.ts';
import { fileOf, hostileDocument, HTML, hugeDocument, POSTMAN, shopDocument } from './import-documents.ts';
import { focused, focusedId, sidewaysScroll, useDashboard } from './open-dashboard.ts';

const dashboard = useDashboard();
const SECRET = 'sk_live_do_not_show_me';

async function admin() {
  const { organisation, person } = dashboard();
  const { orgId, slug } = await organisation();
  const owner = await person({ orgId, role: 'owner' });
  const visit = await dashboard().visit(owner.cookie);
  return { orgId, slug, owner, visit, page: visit.page, base: `/app/${slug}/connectors/import` };
}

async function paste(page: Page, document: string): Promise<void> {
  await page.getByLabel('I paste it').check();
  await page.getByRole('textbox', { name: 'Text of the document' }).fill(document);
  await page.getByRole('button', { name: 'Check it' }).click();
}

const step = (page: Page, name: string) =>
  page.getByRole('navigation', { name: 'Steps of the import' }).getByRole('link', { name });

async function goTo(page: Page, name: string, heading: string): Promise<void> {
  await step(page, name).click();
  await page.getByRole('heading', { name: heading }).waitFor();
  await expect.poll(() => focused(page)).toBe(heading);
}

const saved = (page: Page) =>
  page
    .getByRole('status')
    .filter({ hasText: /^Saved$/ })
    .first();

/** To the page of an import that is checked. */
async function imported(document = shopDocument()) {
  const opened = await admin();
  await opened.visit.goto(opened.base);
  await paste(opened.page, document);
  await opened.page.getByRole('heading', { name: 'What was found' }).waitFor();
  return opened;
}

describe('the import of a connector', () => {
  test('leads from a pasted document to tools, and shows each step what it decides', async () => {
    const { base, page, slug, visit } = await admin();
    await visit.goto(`/app/${slug}/connectors`);
    await page.getByText('No connectors yet.').waitFor();
    await page.getByRole('link', { name: 'Import' }).first().click();
    await expect.poll(() => visit.path()).toBe(base);
    await expect.poll(() => focusedId(page)).toBe('page-title');
    expect(await focused(page)).toBe('Import');
    expect(await step(page, 'Check').count()).toBe(0);
    await paste(page, shopDocument());

    await page.getByRole('heading', { name: 'What was found' }).waitFor();
    await expect.poll(() => visit.path()).toMatch(/\?id=imp_[^&]+&step=check$/);
    await expect.poll(() => focused(page)).toBe('What was found');
    await page.getByText('5: 2 read-only, 3 with full access').waitFor();
    const problems = page.getByRole('list', { name: 'Problems' }).getByRole('listitem');
    await problems
      .filter({ hasText: 'BODY_UNSUPPORTED' })
      .getByText(/line \d+/)
      .waitFor();
    await page
      .getByRole('button', { name: /^Leave it out/ })
      .first()
      .click();
    await expect.poll(() => problems.filter({ hasText: 'BODY_UNSUPPORTED' }).count()).toBe(0);
    await expect.poll(() => focused(page)).toBe('Import');

    await page.getByRole('link', { name: 'Next: Choose' }).click();
    await page.getByRole('heading', { name: 'Which operations become tools' }).waitFor();
    const goods = page.getByRole('checkbox', { name: 'Make tools of all of Goods' });
    await goods.focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
    await page.locator(':indeterminate').and(goods).waitFor();
    expect(
      await page.getByRole('checkbox', { name: 'Make a tool of GET /goods', exact: true }).isChecked(),
    ).toBe(false);
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Space');
    await expect.poll(() => goods.isChecked()).toBe(true);
    await page.keyboard.press('ArrowLeft');
    await expect
      .poll(() => page.getByRole('checkbox', { name: 'Make a tool of GET /goods', exact: true }).count())
      .toBe(0);
    await page.keyboard.press('ArrowRight');
    await page.getByRole('checkbox', { name: 'Make a tool of DELETE /goods/{id}' }).uncheck();
    await saved(page).waitFor();

    await page.getByRole('button', { name: 'Change POST /orders/search' }).click();
    const dialog = page.getByRole('dialog', { name: 'Change POST /orders/search' });
    await dialog.getByLabel('Read-only is enough', { exact: true }).check();
    await dialog.getByRole('button', { name: 'Use this' }).click();
    // Why it is no write has to be said.
    await page.locator(':invalid').and(dialog.getByLabel('Why')).waitFor();
    await dialog.getByLabel('Why').fill('It searches and changes nothing.');
    await dialog.getByLabel('Title').fill('Find orders');
    await dialog.getByRole('button', { name: 'Use this' }).click();
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => focused(page)).toBe('Change POST /orders/search');
    const search = page.getByRole('row', { name: /POST \/orders\/search/ });
    await search.getByText('Read-only').waitFor();
    await search.getByText('Find orders').waitFor();
    await page.getByRole('button', { name: 'Show the tool of POST /orders/search' }).click();
    await page.getByRole('group', { name: 'The whole of it' }).getByText('"Find orders"').first().waitFor();

    await goTo(page, 'Authenticate', 'Where calls go');
    expect(await page.getByLabel('Base URL').inputValue()).toBe('https://api.shop.example/v1');
    await page.getByLabel('Secret in a header').check();
    await page.getByLabel('Name of the header').fill('X-Shop-Key');
    await page.getByLabel('Secret', { exact: true }).fill(SECRET);
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('A secret is stored. It is not shown.').waitFor();
    await page.getByText('Set: Secret in a header (X-Shop-Key)').waitFor();
    expect(await page.content()).not.toContain(SECRET);
    expect(await page.evaluate<string>('JSON.stringify(sessionStorage)')).not.toContain(SECRET);

    await goTo(page, 'Preview', 'As apps get it');
    const roles = page.getByRole('table', { name: 'What each role is offered' });
    expect(await roles.getByRole('row', { name: /Viewer/ }).innerText()).toMatch(/3\s+3/);
    expect(await roles.getByRole('row', { name: /Member/ }).innerText()).toMatch(/3\s+4/);
    await page.getByText('find_orders').or(page.getByText('search_orders')).first().waitFor();

    await goTo(page, 'Publish', 'What will be there');
    await page.getByRole('heading', { name: 'One new tool can change something' }).waitFor();
    await page.getByRole('checkbox', { name: 'Offer add_order at once' }).check();
    await page.getByLabel('Name', { exact: true }).fill('The shop');
    await page.getByLabel('In its address').fill('our-shop');
    await page.getByLabel('Note').fill('The first one');
    const publish = page.getByRole('button', { name: 'Publish connector' });
    await expect.poll(() => publish.isEnabled()).toBe(true);
    await saved(page).waitFor();
    await publish.click();
    await page.getByRole('heading', { name: 'Published' }).waitFor();
    await page.getByText('our-shop is published as version 1.').waitFor();

    await page.getByRole('link', { name: 'See its tools' }).click();
    await expect.poll(() => visit.path()).toBe(`/app/${slug}/connectors/our-shop`);
    await page.getByRole('row', { name: /Find orders/ }).waitFor();
    expect(await page.getByRole('row', { name: /Add an order/ }).innerText()).toContain('Full access');
    expect(await page.getByRole('row', { name: /Remove a good/ }).count()).toBe(0);
    expect(await page.getByRole('heading', { name: /waits?$/ }).count()).toBe(0);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('goes on where it was after a reload, in another tab and by the back button', async () => {
    const { base, page, owner, visit } = await imported();
    await goTo(page, 'Choose', 'Which operations become tools');
    await page.getByRole('checkbox', { name: 'Make a tool of GET /goods', exact: true }).uncheck();
    await saved(page).waitFor();
    await goTo(page, 'Publish', 'What will be there');
    await page.getByLabel('Note').fill('Said before the reload');
    const path = visit.path();
    await page.reload();
    await page.getByRole('heading', { name: 'What will be there' }).waitFor();
    expect(await page.getByLabel('Note').inputValue()).toBe('Said before the reload');
    await page.goBack();
    await page.getByRole('heading', { name: 'Which operations become tools' }).waitFor();
    expect(
      await page.getByRole('checkbox', { name: 'Make a tool of GET /goods', exact: true }).isChecked(),
    ).toBe(false);

    const other = await dashboard().visit(owner.cookie);
    await other.goto(path);
    await other.page.getByRole('heading', { name: 'What will be there' }).waitFor();
    await other.goto(base);
    await other.page.getByRole('heading', { name: 'Begun before' }).waitFor();
    await other.page.getByRole('link', { name: 'Go on (Shop)' }).click();
    await other.page.getByRole('heading', { name: 'What was found' }).waitFor();
    await other.goto(base);
    await other.page.getByRole('button', { name: 'Discard (Shop)' }).click();
    const question = other.page.getByRole('alertdialog', { name: 'Discard this import?' });
    await expect.poll(() => focused(other.page)).toBe('Keep import');
    await question.getByRole('button', { name: 'Discard', exact: true }).click();
    await question.waitFor({ state: 'detached' });
    await other.page.getByText('The import is discarded.').waitFor();

    await page.reload();
    await page.getByText('This import is no longer there').waitFor();
    await page.getByRole('link', { name: 'Start again' }).click();
    await page.getByRole('heading', { name: 'Where is it described?' }).waitFor();
    expect(other.complaints).toEqual([]);
    // The console tells of the import that is gone, and of nothing else.
    expect(visit.complaints.filter((text) => !text.includes('404'))).toEqual([]);
    await other.close();
    await visit.close();
  });

  test('a session that ends in the middle loses nothing that was typed', async () => {
    const { page, visit } = await imported();
    await goTo(page, 'Publish', 'What will be there');
    const path = visit.path();
    // Whoever types is quicker than any answer that sends them to sign in, that of the differences among them.
    const typed = await holdRequests(page, '**/portal/v1/**');
    const cookies = await visit.context.cookies();
    await visit.context.clearCookies();
    await page.getByLabel('Note').fill('Written without a session');
    await page.getByLabel('Name', { exact: true }).fill('The shop of ours');
    typed();
    await page.unrouteAll({ behavior: 'wait' });
    await expect.poll(() => visit.path()).toBe(`/sign-in?return_to=${encodeURIComponent(path)}`);
    await visit.context.addCookies(cookies);
    await visit.goto(path);
    await page.getByRole('heading', { name: 'What will be there' }).waitFor();
    expect(await page.getByLabel('Note').inputValue()).toBe('Written without a session');
    await expect.poll(() => page.getByLabel('Name', { exact: true }).inputValue()).toBe('The shop of ours');
    await saved(page).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'What will be there' }).waitFor();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('The shop of ours');
    await visit.close();
  });

  test.each([
    ['mine', 'Save mine over theirs', 'What I call it'],
    ['theirs', 'Take theirs', 'What she calls it'],
  ])('two admins who change the same are told, and either may be right (%s)', async (_, answer, name) => {
    const { orgId, page, visit } = await imported();
    await goTo(page, 'Publish', 'What will be there');
    const colleague = await dashboard().person({ orgId, role: 'admin' });
    const other = await dashboard().visit(colleague.cookie);
    await other.goto(visit.path());
    await other.page.getByLabel('Name', { exact: true }).fill('What she calls it');
    await saved(other.page).waitFor();
    await other.page.reload();
    await expect
      .poll(() => other.page.getByLabel('Name', { exact: true }).inputValue())
      .toBe('What she calls it');

    await page.getByLabel('Name', { exact: true }).fill('What I call it');
    await page.getByRole('heading', { name: 'Somebody else changed this import meanwhile' }).waitFor();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('What I call it');
    expect(await page.getByRole('button', { name: 'Publish connector' }).isEnabled()).toBe(false);
    expect(await visit.axe()).toEqual([]);
    await page.getByRole('button', { name: answer }).click();
    await expect.poll(() => page.getByLabel('Name', { exact: true }).inputValue()).toBe(name);
    await saved(page).waitFor();
    await other.page.reload();
    await expect.poll(() => other.page.getByLabel('Name', { exact: true }).inputValue()).toBe(name);
    expect(other.complaints).toEqual([]);
    await other.close();
    await visit.close();
  });

  test('what somebody else published meanwhile is shown before it is published again', async () => {
    const { base, orgId, page, visit } = await imported();
    await goTo(page, 'Authenticate', 'Where calls go');
    await page.getByRole('radio', { name: /^Nothing/ }).check();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Set: Nothing.').waitFor();
    await goTo(page, 'Publish', 'What will be there');
    const publish = page.getByRole('button', { name: /^Publish/ });
    await expect.poll(() => publish.isEnabled()).toBe(true);
    await page.getByRole('checkbox', { name: 'Offer add_order at once' }).check();

    const colleague = await dashboard().person({ orgId, role: 'admin' });
    const other = await dashboard().visit(colleague.cookie);
    await other.goto(base);
    await paste(
      other.page,
      shopDocument({ extra: { '/gone': { get: { operationId: 'gone', responses: {} } } } }),
    );
    await other.page.getByRole('heading', { name: 'What was found' }).waitFor();
    await goTo(other.page, 'Authenticate', 'Where calls go');
    await other.page.getByRole('radio', { name: /^Nothing/ }).check();
    await other.page.getByRole('button', { name: 'Save', exact: true }).click();
    await other.page.getByText('Set: Nothing.').waitFor();
    await goTo(other.page, 'Publish', 'What will be there');
    await expect.poll(() => other.page.getByRole('button', { name: /^Publish/ }).isEnabled()).toBe(true);
    await other.page.getByRole('button', { name: /^Publish/ }).click();
    await other.page.getByText('shop is published as version 1.').waitFor();

    await publish.click();
    await page.getByText('Somebody else published this connector while you looked at it.').waitFor();
    await page.getByRole('listitem').filter({ hasText: 'Removed' }).filter({ hasText: 'gone' }).waitFor();
    expect(await visit.axe()).toEqual([]);
    await expect.poll(() => publish.isEnabled()).toBe(true);
    await publish.click();
    await page.getByText('shop is published as version 2.').waitFor();
    expect(other.complaints).toEqual([]);
    expect(visit.complaints.filter((text) => !text.includes('409'))).toEqual([]);
    await other.close();
    await visit.close();
  });

  test.each([
    ['a Postman collection', POSTMAN],
    ['a page of a web site', HTML],
    ['half of a document', shopDocument().slice(0, 300)],
    ['a list', '[]'],
    ['YAML with one key twice', 'openapi: 3.1.0\ninfo: {}\npaths: {}\npaths: {}\n'],
  ])('%s is no API description: says why, and what to do', async (_, document) => {
    const { base, page, visit } = await admin();
    await visit.goto(base);
    await paste(page, document);
    await page.getByRole('heading', { name: 'This cannot be read' }).waitFor();
    expect(await page.locator('.import-ended').innerText()).toMatch(/[a-z]{3}.*\n.*Nothing has changed/s);
    expect(await visit.axe()).toEqual([]);
    await page.setViewportSize({ width: 320, height: 640 });
    expect(await sidewaysScroll(page)).toBe(0);
    await page.getByRole('link', { name: 'Use another document' }).click();
    await page.getByRole('heading', { name: 'Where is it described?' }).waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('a document without operations is read, and says that there is nothing to make tools of', async () => {
    const { page, visit } = await imported(
      '{"openapi":"3.1.0","info":{"title":"Empty","version":"1"},"paths":{}}',
    );
    await page.getByText('This document describes no operation').waitFor();
    expect(await visit.axe()).toEqual([]);
    await goTo(page, 'Choose', 'Which operations become tools');
    await page.getByText('No operation has that in it.').waitFor();
    await goTo(page, 'Preview', 'As apps get it');
    await page.getByText('There are no tools yet.').waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('an address that cannot be fetched says so, and is still there to be mended', async () => {
    const { base, page, visit } = await admin();
    await visit.goto(base);
    await page.getByLabel('Address of the document').fill('https://127.0.0.1/openapi.json');
    await page.getByRole('button', { name: 'Fetch' }).click();
    await page.getByRole('alert').filter({ hasText: 'must have a host name' }).waitFor();
    expect(await page.getByLabel('Address of the document').inputValue()).toBe(
      'https://127.0.0.1/openapi.json',
    );
    await page.reload();
    await expect
      .poll(() => page.getByLabel('Address of the document').inputValue())
      .toBe('https://127.0.0.1/openapi.json');
    await page.getByLabel('Address of the document').fill('https://localhost/openapi.json');
    await page.getByRole('button', { name: 'Fetch' }).click();
    await page.getByRole('heading', { name: 'It could not be fetched' }).waitFor();
    expect(await page.getByRole('button', { name: 'Try it again' }).count()).toBe(1);
    expect(await visit.axe()).toEqual([]);
    await visit.close();
  });

  test('a file is uploaded; one that is empty or too large never leaves', async () => {
    const { base, page, visit } = await admin();
    await visit.goto(base);
    await page.getByLabel('In a file').check();
    const field = page.getByLabel('Document', { exact: true });
    await field.setInputFiles(fileOf('empty.json', ''));
    await page.locator(':invalid').and(field).waitFor();
    await page.getByRole('button', { name: 'Upload' }).click();
    expect(visit.requests.filter((url) => url.includes('/upload'))).toEqual([]);
    await field.setInputFiles(fileOf('shop.json', shopDocument()));
    await page.getByText(/shop\.json, [\d.]+ kB/).waitFor();
    await page.route('**/imports/upload**', (route) => route.abort());
    await page.getByRole('button', { name: 'Upload' }).click();
    await page.getByRole('alert').filter({ hasText: 'Latchkey did not answer' }).waitFor();
    await page.unrouteAll({ behavior: 'wait' });
    await page.getByRole('button', { name: 'Upload' }).click();
    await page.getByRole('heading', { name: 'What was found' }).waitFor();
    await visit.close();
  });

  test('of a huge document a part is drawn, and all of it is found, ticked and reached by keyboard', async () => {
    const { page, visit } = await imported(hugeDocument(900));
    await goTo(page, 'Choose', 'Which operations become tools');
    const tree = page.getByRole('treegrid', { name: 'Operations' });
    // So many begin closed.
    await page.getByRole('checkbox', { name: 'Make tools of all of Part 0' }).waitFor();
    expect(await tree.getAttribute('aria-rowcount')).toBe('4');
    for (const part of ['Part 2', 'Part 1', 'Part 0']) {
      await page.getByRole('button', { name: `Show the operations of ${part}` }).click();
    }
    await expect.poll(() => tree.getAttribute('aria-rowcount')).toBe('904');
    expect(await page.getByRole('row').count()).toBeLessThan(120);
    await page.getByRole('checkbox', { name: 'Make tools of all of Part 0' }).focus();
    await page.keyboard.press('End');
    await expect
      .poll(() => page.evaluate<string>(`document.activeElement?.getAttribute('aria-label') ?? ''`))
      .toBe('Make a tool of GET /things/0899');
    await page.keyboard.press('ArrowLeft');
    await expect
      .poll(() => page.evaluate<string>(`document.activeElement?.getAttribute('aria-label') ?? ''`))
      .toBe('Make tools of all of Part 2');
    await page.keyboard.press('Space');
    await page.getByText('0 of 300', { exact: true }).waitFor();
    await saved(page).waitFor();
    await page.getByText('600 tools', { exact: true }).waitFor();
    await page.getByRole('searchbox', { name: 'Find an operation' }).fill('number 899');
    await expect.poll(() => tree.getAttribute('aria-rowcount')).toBe('3');
    expect(await page.getByRole('checkbox', { name: 'Make a tool of GET /things/0899' }).isChecked()).toBe(
      false,
    );
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test.each(['light', 'dark'] as const)(
    'a hostile document is text at each step, without a fault that axe sees, on a small phone too (%s)',
    async (colorScheme) => {
      const { page, visit } = await imported(hostileDocument());
      await page.emulateMedia({ colorScheme });
      for (const [name, heading] of [
        ['Check', 'What was found'],
        ['Choose', 'Which operations become tools'],
        ['Authenticate', 'Where calls go'],
        ['Preview', 'As apps get it'],
        ['Publish', 'What will be there'],
      ] as const) {
        await page.setViewportSize({ width: 1280, height: 860 });
        await step(page, name).click();
        await page.getByRole('heading', { name: heading }).waitFor();
        await expect.poll(() => page.locator('[aria-busy=true]').count()).toBe(0);
        expect(await visit.axe()).toEqual([]);
        await page.setViewportSize({ width: 320, height: 640 });
        expect(await sidewaysScroll(page)).toBe(0);
        expect(await page.locator('img[src=x]').count()).toBe(0);
        expect(await page.locator('main').innerText()).not.toMatch(/[\p{Cf}\u202e]/u);
      }
      expect(visit.complaints).toEqual([]);
      await visit.close();
    },
  );

  test('shows while it is loading, and what went wrong with it', async () => {
    const { page, visit } = await imported();
    const path = visit.path();
    const answer = await holdRequests(page, '**/imports/imp_*', 'abort');
    await visit.goto(path);
    await page.getByRole('status').filter({ hasText: 'Loading the import' }).waitFor();
    answer();
    await page.getByRole('alert').filter({ hasText: 'Latchkey did not answer' }).waitFor();
    await page.unrouteAll({ behavior: 'wait' });
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { name: 'What was found' }).waitFor();
    expect(visit.complaints.filter((text) => !text.includes('net::ERR_FAILED'))).toEqual([]);
    await visit.close();
  });

  test('what could not be saved is kept and sent again', async () => {
    const { page, visit } = await imported();
    await goTo(page, 'Choose', 'Which operations become tools');
    await page.route('**/settings', (route) => route.abort());
    await page.getByRole('checkbox', { name: 'Make a tool of GET /goods', exact: true }).uncheck();
    await page.getByRole('alert').filter({ hasText: 'Latchkey did not answer' }).waitFor();
    expect(
      await page.getByRole('checkbox', { name: 'Make a tool of GET /goods', exact: true }).isChecked(),
    ).toBe(false);
    await page.unrouteAll({ behavior: 'wait' });
    await page.getByRole('button', { name: 'Try again' }).click();
    await saved(page).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Which operations become tools' }).waitFor();
    await expect
      .poll(() => page.getByRole('checkbox', { name: 'Make a tool of GET /goods', exact: true }).isChecked())
      .toBe(false);
    await visit.close();
  });

  test('a member imports nothing, and is told who may', async () => {
    const { orgId, slug, visit } = await admin();
    await visit.close();
    const member = await dashboard().person({ orgId, role: 'member' });
    const theirs = await dashboard().visit(member.cookie);
    await theirs.goto(`/app/${slug}/connectors`);
    await theirs.page.getByText('No connectors yet.').waitFor();
    expect(await theirs.page.getByRole('link', { name: 'Import' }).count()).toBe(0);
    await theirs.goto(`/app/${slug}/connectors/import`);
    await theirs.page.getByText('This page needs the role Admin or higher.').waitFor();
    expect(await theirs.axe()).toEqual([]);
    expect(theirs.complaints).toEqual([]);
    await theirs.close();
  });
});
