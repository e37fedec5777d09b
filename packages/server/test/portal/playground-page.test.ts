import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../src/kernel/access.ts';
import { expectSkeletonErrorRetry } from './list-states.ts';
import { focused, sidewaysScroll, useDashboard } from './open-dashboard.ts';
import { HOSTILE, startCrm, type Crm } from './playground-crm.ts';

const dashboard = useDashboard();
let crm: Crm;
beforeAll(async () => {
  crm = await startCrm(dashboard());
});
afterAll(() => crm?.close());

const TOKEN = 'S3cret-of-the-upstream';

async function furnished(role: Role = 'owner', options: { empty?: boolean } = {}) {
  const { organisation, person } = dashboard();
  const { orgId, slug } = await organisation();
  if (options.empty !== true) await crm.publish(orgId, { credential: { kind: 'bearer', token: TOKEN } });
  const who = await person({ orgId, role });
  const visit = await dashboard().visit(who.cookie);
  const path = `/app/${slug}/playground`;
  return {
    orgId,
    slug,
    who,
    visit,
    page: visit.page,
    path,
    /** With a tool on the bench. */
    async take(tool: string) {
      await visit.goto(`${path}?connector=crm&tool=${tool}`);
      await visit.page.getByRole('button', { name: 'Run', exact: true }).waitFor();
    },
  };
}

const run = (page: Page) => page.getByRole('button', { name: 'Run', exact: true }).click();
const result = (page: Page) => page.getByRole('region', { name: 'Result' });
const received = (path: string) => crm.received.filter(({ url }) => url.startsWith(path));

describe('the tools of the playground', () => {
  test('are found by words over all connectors, and chosen from the list', async () => {
    const { orgId, page, path, visit } = await furnished();
    const many = Object.fromEntries(
      Array.from({ length: 10_000 }, (_, at) => [`GET /things/${at}`, { operationId: `get_thing_${at}` }]),
    );
    await crm.publish(orgId, { slug: 'many', name: 'Many things', operations: many });
    await visit.goto(path);
    await page.getByText(/^\d+ tools$/).waitFor();
    await page.getByText(/^50 of \d+ shown\.$/).waitFor();
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.getByText(/^100 of \d+ shown\.$/).waitFor();
    const find = page.getByRole('searchbox', { name: 'Find a tool' });
    await find.fill('no such thing at all');
    await page.getByText('No tool has “no such thing at all”').waitFor();
    await page.getByRole('button', { name: 'Show all tools' }).click();
    await page.getByText(/^100 of \d+ shown\.$/).waitFor();
    await find.fill('CRM letter');
    await page.getByText(/^1 of \d+ tools$/).waitFor();
    await page.getByRole('button', { name: /Send a letter/ }).click();
    await page.getByRole('heading', { name: 'Send a letter' }).waitFor();
    expect(visit.path()).toContain('tool=send_letter');
    expect(visit.path()).toContain('connector=crm');
    await expect.poll(() => focused(page)).toBe('Playground');
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('have a skeleton until they come, and say when they do not', async () => {
    const { path, slug, visit } = await furnished();
    const api = `**/organisations/${slug}/playground/**`;
    await expectSkeletonErrorRetry(visit, { path, api, loading: 'Loading the tools' });
    await visit.page.getByRole('button', { name: /List contacts/ }).waitFor();
    await expectSkeletonErrorRetry(visit, {
      path: `${path}?connector=crm&tool=list_contacts`,
      api,
      loading: 'Loading the tool',
    });
    await visit.page.getByRole('button', { name: 'Run', exact: true }).waitFor();
    expect(await visit.axe()).toEqual([]);
    await visit.close();
  });

  test('that are none are said to be none, and one that is gone to be gone', async () => {
    const empty = await furnished('owner', { empty: true });
    await empty.visit.goto(empty.path);
    await empty.page.getByText('There are no tools yet that you could try.').waitFor();
    expect(await empty.visit.axe()).toEqual([]);
    await empty.visit.goto(`${empty.path}?tool=absent`);
    await empty.page.getByRole('alert').filter({ hasText: 'This tool cannot be tried out' }).waitFor();
    await empty.page.getByRole('button', { name: 'Choose another tool' }).click();
    await empty.page.getByText('There are no tools yet that you could try.').waitFor();
    await empty.visit.close();
  });

  test('are a link away from the page of a connector’s tools', async () => {
    const { page, slug, visit } = await furnished();
    await visit.goto(`/app/${slug}/connectors/crm`);
    await page.getByRole('link', { name: 'Try List contacts in the playground' }).click();
    await page.getByRole('button', { name: 'Run', exact: true }).waitFor();
    expect(visit.path()).toContain('tool=list_contacts');
    await visit.close();
  });
});

describe('a call from the playground', () => {
  test('asks for what the schema wants, calls, and tells what came of it', async () => {
    const { page, take, visit } = await furnished();
    await take('list_contacts');
    await page.getByLabel(/^q/).fill('Ada');
    await page.getByLabel(/^limit/).fill('5');
    await page.getByLabel(/^active/).selectOption('Yes');
    await page.getByLabel(/^sort/).selectOption('city');
    await run(page);
    await expect.poll(() => focused(page)).toBe('Result');
    await result(page).getByText('Done', { exact: true }).waitFor();
    await result(page).getByText('"Ada Lovelace"').waitFor();
    const [sent] = received('/v1/contacts').slice(-1);
    expect(sent?.url).toBe('/v1/contacts?q=Ada&limit=5&active=true&sort=city');
    await page.getByText('What was sent').click();
    await result(page).getByText('authorization: Bearer ••••••••').waitFor();
    await page.getByText('Take it along').click();
    await result(page).getByText('-H "X-API-Key: $LATCHKEY_API_KEY"').waitFor();
    await result(page).getByText('"method": "tools/call"').waitFor();
    await page.getByText('As a table').click();
    await page.getByRole('rowheader', { name: 'Waiting for the answer' }).waitFor();
    expect(await page.getByRole('img', { name: /^Time of each step: Checks/ }).count()).toBe(1);
    expect(await page.content()).not.toContain(TOKEN);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('that writes is asked about first, with the tool, the connector and what it costs', async () => {
    const { page, take, visit } = await furnished();
    await take('send_letter');
    const before = received('/v1/letters').length;
    await page.getByLabel(/^to/).fill('Ada');
    await run(page);
    const dialog = page.getByRole('alertdialog', { name: 'Run Send a letter?' });
    await dialog.getByText('It spends 2 credits.').waitFor();
    expect(await dialog.innerText()).toContain('send_letter of The CRM');
    await expect.poll(() => focused(page)).toBe('Do not run it');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => focused(page)).toBe('Run');
    expect(received('/v1/letters').length).toBe(before);

    await run(page);
    await page.getByRole('button', { name: 'Run it', exact: true }).click();
    await expect.poll(() => focused(page)).toBe('Result');
    expect(received('/v1/letters').length).toBe(before + 1);
    await page.getByRole('button', { name: 'Run again' }).click();
    await page.getByRole('alertdialog').waitFor();
    await page.getByRole('button', { name: 'Run it', exact: true }).click();
    await page.getByRole('heading', { name: 'Calls of this visit' }).waitFor();
    expect(received('/v1/letters').length).toBe(before + 2);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('asks an admin’s question with the arguments in it', async () => {
    const { page, slug, take, visit, who } = await furnished();
    await who.put(`/organisations/${slug}/connectors/crm/rules`, {
      tool: 'send_letter',
      confirmation: 'Is the address right?',
    });
    await take('send_letter');
    await page.getByLabel(/^to/).fill('Ada');
    await run(page);
    const dialog = page.getByRole('alertdialog');
    await dialog.getByText('Is the address right?').waitFor();
    await dialog.getByText('- to: "Ada"').waitFor();
    await dialog.getByRole('button', { name: 'Run it', exact: true }).click();
    await result(page).getByText('Done', { exact: true }).waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('says beside each argument what is wrong with it, and keeps what was typed', async () => {
    const { page, take, visit } = await furnished();
    await take('create_contact');
    await page.getByRole('button', { name: 'Add to tags' }).click();
    await page.getByLabel('tags 1').fill('friend');
    await page.getByLabel(/^zip/).fill('12a');
    await run(page);
    await page.getByRole('button', { name: 'Run it', exact: true }).click();
    await result(page).getByText('Refused', { exact: true }).waitFor();
    await result(page).getByText('invalid_arguments').waitFor();
    const name = page.getByLabel(/^name/);
    expect(await name.getAttribute('aria-invalid')).toBe('true');
    const described = await name.getAttribute('aria-describedby');
    expect(await page.locator(`[id="${described}"]`).innerText()).toContain('required');
    expect(await page.getByLabel('tags 1').inputValue()).toBe('friend');
    expect(await page.getByLabel(/^zip/).inputValue()).toBe('12a');
    expect(await visit.axe()).toEqual([]);
    await visit.close();
  });

  test('keeps what was typed between form and JSON, and through a session that ends', async () => {
    const { page, take, visit, slug } = await furnished();
    await take('create_contact');
    await page.getByLabel(/^name/).fill('Ada');
    await page.getByRole('button', { name: 'JSON', exact: true }).click();
    const json = page.getByLabel('Arguments as JSON');
    expect(JSON.parse(await json.inputValue())).toEqual({ name: 'Ada' });
    await json.fill('{ "name": "Grace", "extra": [1, ');
    await page.getByRole('button', { name: 'Form', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: 'Nothing of it is lost' }).waitFor();
    expect(await json.inputValue()).toBe('{ "name": "Grace", "extra": [1, ');
    await json.fill('{ "name": "Grace", "extra": [1, 2] }');
    await page.getByRole('button', { name: 'Form', exact: true }).click();
    expect(await page.getByLabel(/^name/).inputValue()).toBe('Grace');

    const cookies = await visit.context.cookies();
    await visit.context.clearCookies();
    await run(page);
    await page.getByRole('button', { name: 'Run it', exact: true }).click();
    await page.waitForURL(/\/sign-in\?return_to=/);
    await visit.context.addCookies(cookies);
    await visit.goto(`/app/${slug}/playground?connector=crm&tool=create_contact`);
    await page.getByRole('button', { name: 'Run', exact: true }).waitFor();
    expect(await page.getByLabel(/^name/).inputValue()).toBe('Grace');
    expect(JSON.parse(await page.getByLabel(/^extra/).inputValue())).toEqual([1, 2]);
    await visit.close();
  });

  test('is cancelled, and the upstream hears of it', async () => {
    const { page, take, visit } = await furnished();
    await take('slow');
    const before = received('/v1/slow').length;
    await run(page);
    await expect.poll(() => received('/v1/slow').length).toBe(before + 1);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await result(page).getByText('You cancelled the call.').waitFor();
    await expect.poll(() => focused(page)).toBe('Result');
    expect(visit.complaints.filter((text) => !text.includes('net::ERR_ABORTED'))).toEqual([]);
    await visit.close();
  });

  test('shows hostile text as text, pictures and sounds as what they are, and a file to be saved', async () => {
    const { page, take, visit } = await furnished();
    await take('get_hostile');
    await run(page);
    await result(page).getByText(JSON.stringify(HOSTILE).slice(1, -1)).waitFor();
    expect(await page.locator('.play-text img, .play-text script').count()).toBe(0);

    await take('get_photo');
    await run(page);
    const picture = page.getByRole('img', { name: 'Picture 1 of the answer' });
    await picture.waitFor();
    await expect
      .poll(() => page.evaluate<number>(`document.querySelector('.play-picture').naturalWidth`))
      .toBe(1);

    await take('get_sound');
    await run(page);
    const sound = page.locator('audio');
    await sound.waitFor();
    await expect
      .poll(() => page.evaluate<number>(`document.querySelector('audio').readyState`))
      .toBeGreaterThan(0);

    await take('get_report');
    await run(page);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Save the file' }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/\.pdf$/);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('shows a long answer in part, and all of it when asked', async () => {
    const { page, take, visit } = await furnished();
    await take('get_long');
    await run(page);
    await page.getByRole('button', { name: /^Show all [\d,]+ characters$/ }).click();
    await result(page).getByText('"Line 799"').waitFor();
    await page.getByRole('button', { name: 'Show less' }).click();
    expect(await result(page).getByText('"Line 799"').count()).toBe(0);
    await visit.close();
  });

  test('tells an upstream’s limit with its numbers', async () => {
    const { page, take, visit } = await furnished();
    await take('get_status');
    await page.getByLabel(/^code/).fill('429');
    await run(page);
    await result(page).getByText('7 s, then try again').waitFor();
    await result(page).getByText('0 of 60 left').waitFor();
    await result(page).getByText('rate_limited').waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('is an agent’s where an admin says so, and never more than a role allows', async () => {
    const { page, slug, take, visit, who, orgId } = await furnished();
    await who.post(`/organisations/${slug}/agents`, { name: 'Nightly', role: 'viewer' });
    await take('create_contact');
    await page.getByLabel('Identity').selectOption('Nightly (agent)');
    await page.getByText('The role allows read-only access').waitFor();
    expect(await page.getByRole('radio', { name: /^Full access/ }).isDisabled()).toBe(true);
    expect(await page.getByRole('radio', { name: /^Read-only/ }).isChecked()).toBe(true);
    await page
      .getByText('This tool can change something, which the role does not allow: it will be refused.')
      .waitFor();
    await visit.close();

    const viewer = await dashboard().person({ orgId, role: 'viewer' });
    const own = await dashboard().visit(viewer.cookie);
    await own.goto(`/app/${slug}/playground?connector=crm&tool=create_contact&access=full`);
    await own.page.getByRole('button', { name: 'Run', exact: true }).waitFor();
    expect(await own.page.getByRole('radio', { name: /^Full access/ }).isDisabled()).toBe(true);
    expect(await own.page.getByLabel('Identity').count()).toBe(0);
    await own.page.getByLabel(/^name/).fill('Ada');
    await run(own.page);
    await result(own.page).getByText('insufficient_scope').waitFor();
    expect(own.complaints).toEqual([]);
    await own.close();
  });
});

test.each(['light', 'dark'] as const)(
  'the playground has no fault that axe sees, and fits a small phone (%s)',
  async (colorScheme) => {
    const { page, path, slug, visit: first, who } = await furnished();
    await first.close();
    expect(page.isClosed()).toBe(true);
    const visit = await dashboard().visit(who.cookie, { colorScheme, viewport: { width: 320, height: 800 } });
    await visit.goto(path);
    await visit.page.getByRole('button', { name: /List contacts/ }).waitFor();
    expect(await visit.axe()).toEqual([]);
    expect(await sidewaysScroll(visit.page)).toBe(0);

    await visit.goto(`/app/${slug}/playground?connector=crm&tool=create_contact`);
    await visit.page.getByLabel(/^name/).fill('Ada');
    await visit.page.getByRole('button', { name: 'Add to tags' }).click();
    await visit.page.getByLabel(/^city/).fill('London');
    await run(visit.page);
    await visit.page.getByRole('alertdialog').waitFor();
    expect(await visit.axe()).toEqual([]);
    await visit.page.getByRole('button', { name: 'Run it', exact: true }).click();
    await result(visit.page).getByText('Done', { exact: true }).waitFor();
    for (const part of ['What was sent', 'As a table', 'Take it along', 'Limits of Latchkey'])
      await visit.page.getByText(part, { exact: true }).click();
    expect(await visit.axe()).toEqual([]);
    expect(await sidewaysScroll(visit.page)).toBe(0);

    await visit.goto(`/app/${slug}/playground?connector=crm&tool=get_status`);
    await visit.page.getByLabel(/^code/).fill('500');
    await run(visit.page);
    await result(visit.page).getByText('Failed', { exact: true }).waitFor();
    expect(await visit.axe()).toEqual([]);
    expect(await sidewaysScroll(visit.page)).toBe(0);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  },
);
