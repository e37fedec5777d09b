import { afterAll, describe, expect, test } from 'vitest';
import type { WebhookId } from '../../src/kernel/ids.ts';
import { startDocumentHost, type DocumentHost } from '../client-documents/support/document-host.ts';
import { focused, useDashboard } from './open-dashboard.ts';
import { testSettingsTab } from './settings-states.ts';

let host: DocumentHost | undefined;
const dashboard = useDashboard({
  async addressGuard() {
    host = await startDocumentHost(['hooks.acme.test']);
    return host.guard;
  },
});
afterAll(() => host?.close());

const URL_OF_HOOK = 'https://hooks.acme.test/latchkey';

async function owned() {
  const { organisation, person, store } = dashboard();
  const { orgId, slug } = await organisation();
  const owner = await person({ orgId, role: 'owner' });
  return {
    orgId,
    slug,
    owner,
    path: `/app/${slug}/settings/webhooks`,
    api: `**/organisations/${slug}/settings/webhooks`,
    stored: () => store.webhooks.list(orgId),
  };
}

/** With a webhook, and what was delivered to it in every way. */
async function withDeliveries(description = 'Warehouse') {
  const made = await owned();
  const { orgId, owner, path, slug } = made;
  const created = await owner.post(`/organisations/${slug}/settings/webhooks`, {
    url: URL_OF_HOOK,
    description,
    events: ['keys', 'refusals'],
  });
  const id = String(created.body?.['id']) as WebhookId;
  const { store } = dashboard();
  const rows = [
    ['1', 'delivered', 'key.created', 1, 204, null, ''],
    ['2', 'waiting', 'key.revoked', 3, 500, null, `<b>broken</b> \u202e${'x'.repeat(900)}`],
    ['3', 'given_up', 'tool.call', 8, null, 'certificate', null],
  ] as const;
  for (const [n, state, type, attempts, status, fault, answer] of rows) {
    await store.pool.query(
      `insert into webhook_deliveries (org_id, id, webhook_id, type, body, state, attempts, status, fault, answer, tried_at, next_try_at)
       values ($1, 'evt_' || md5($2 || $3), $3, $4, '{"type":"' || $4 || '"}', $5, $6, $7, $8, $9, now(), now() + interval '1 hour')`,
      [orgId, n, id, type, state, attempts, status, fault, answer],
    );
  }
  return { ...made, id, detail: `${path}?webhook=${id}` };
}

describe('the page of webhooks', () => {
  test('an owner adds one, sees its secret once, sends a test and sees it arrive', async () => {
    const { owner, path, stored } = await owned();
    const received: string[] = [];
    host?.on(URL_OF_HOOK, (request, response) => {
      received.push(String(request.headers['webhook-id']));
      response.writeHead(200).end('thank you');
    });
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByText('No webhooks yet.').waitFor();
    await page.getByRole('button', { name: 'Add webhook' }).click();
    const dialog = page.getByRole('dialog');
    await expect.poll(() => page.evaluate<string>('document.activeElement?.id ?? ""')).toBe('webhook-url');
    await dialog.getByLabel('Address').fill(URL_OF_HOOK);
    await dialog.getByLabel('What it is for').fill('Warehouse');
    await dialog.getByLabel(/^Members/).check();
    await dialog.getByRole('button', { name: 'Add webhook' }).click();
    await page.getByRole('heading', { name: 'Copy the signing secret' }).waitFor();
    const secret = await page.locator('[data-secret]').innerText();
    expect(secret).toMatch(/^whsec_/);
    await page.keyboard.press('Escape');
    expect(await page.locator('[data-secret]').count()).toBe(1);
    await page.getByRole('button', { name: 'I have saved it' }).click();
    await page.getByRole('status').filter({ hasText: 'The webhook is added.' }).waitFor();
    expect(await page.content()).not.toContain(secret);
    expect(await stored()).toMatchObject([
      { url: URL_OF_HOOK, description: 'Warehouse', families: ['keys', 'connections', 'members'] },
    ]);

    await page.getByRole('link', { name: 'Open Warehouse' }).click();
    await page.getByText('Nothing was sent yet.').waitFor();
    await page.getByRole('button', { name: 'Send a test' }).click();
    await page.getByRole('status').filter({ hasText: 'A test is on its way.' }).waitFor();
    await expect.poll(() => focused(page)).toBe('Settings: Webhooks');
    await dashboard().webhooks.step();
    await page.getByRole('row').filter({ hasText: 'Delivered' }).waitFor();
    expect(received).toHaveLength(1);
    await page.getByRole('button', { name: 'Details of webhook.test' }).click();
    await page.getByText('thank you').waitFor();
    await page
      .getByText(received[0] ?? 'nothing')
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await expect.poll(() => focused(page)).toContain('Details of webhook.test');
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('what is refused is said in the form, and what was typed is still there', async () => {
    const { owner, path, stored } = await owned();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByRole('button', { name: 'Add webhook' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Address').fill('https://127.0.0.1/latchkey');
    await dialog.getByLabel('What it is for').fill('Warehouse');
    await dialog.getByRole('button', { name: 'Add webhook' }).click();
    await dialog
      .getByRole('alert')
      .filter({ hasText: 'must be an https address of a public host' })
      .waitFor();
    expect(await dialog.getByLabel('Address').inputValue()).toBe('https://127.0.0.1/latchkey');
    expect(await dialog.getByLabel('What it is for').inputValue()).toBe('Warehouse');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await expect.poll(() => focused(page)).toBe('Add webhook');
    expect(await stored()).toEqual([]);
    await visit.close();
  });

  test('what another admin changed meanwhile is said, and what was typed is still there', async () => {
    const { detail, id, orgId, owner, stored } = await withDeliveries();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(detail);
    await page.getByRole('button', { name: 'Change' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('What it is for').fill('Mine');
    const [was] = await stored();
    if (was === undefined) throw new Error('there is no webhook');
    await dashboard().store.webhooks.change(orgId, id, was, { ...was, description: 'Theirs' });
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByRole('alert').filter({ hasText: 'Somebody else changed this webhook' }).waitFor();
    await dialog.getByText(`Now it is: ${URL_OF_HOOK} Theirs`).waitFor();
    expect(await dialog.getByLabel('What it is for').inputValue()).toBe('Mine');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('status').filter({ hasText: 'Saved.' }).waitFor();
    expect(await stored()).toMatchObject([{ description: 'Mine' }]);
    await visit.close();
  });

  test('each delivery says how it went, and one that was given up is sent again', async () => {
    const { detail, owner } = await withDeliveries();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(detail);
    const row = (text: string) => page.getByRole('row').filter({ hasText: text });
    await row('Key created').filter({ hasText: 'Status 204' }).waitFor();
    await row('Key revoked').filter({ hasText: '3 attempts, next in' }).waitFor();
    await row('Tool called').filter({ hasText: 'Its certificate is not good for this name' }).waitFor();
    await page.getByRole('button', { name: 'Given up' }).click();
    await expect.poll(() => visit.path()).toContain('show=given_up');
    await expect.poll(() => row('Key created').count()).toBe(0);
    await page.getByRole('button', { name: 'Details of tool.call' }).click();
    await page.getByRole('button', { name: 'Send again' }).click();
    await page.getByRole('status').filter({ hasText: 'It is sent again' }).waitFor();
    await page.getByText('None of this kind.').waitFor();

    await page.getByRole('button', { name: 'All' }).click();
    await page.getByRole('button', { name: 'Details of key.revoked' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('<b>broken</b>').waitFor();
    expect(await dialog.locator('pre b').count()).toBe(0);
    expect(await dialog.getByRole('button', { name: 'Send again' }).count()).toBe(0);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('switching off, a new secret and deleting each say what comes of it, with the safe answer first', async () => {
    const { detail, id, orgId, owner, path, stored } = await withDeliveries();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(detail);
    const question = page.getByRole('alertdialog');

    await page.getByRole('button', { name: 'New secret' }).click();
    await question.getByText('For 24 hours each message is signed with the new secret').waitFor();
    await expect.poll(() => focused(page)).toBe('Keep secret');
    await question.getByRole('button', { name: 'Make new secret' }).click();
    expect(await page.locator('[data-secret]').innerText()).toMatch(/^whsec_/);
    await page.getByRole('button', { name: 'I have saved it' }).click();
    await page.getByText('signs too, and stops').waitFor();
    expect(await dashboard().store.webhooks.secretsOf(orgId, id)).toHaveLength(2);

    await page.getByRole('button', { name: 'Switch off' }).click();
    await expect.poll(() => focused(page)).toBe('Keep it on');
    await question.getByRole('button', { name: 'Switch off' }).click();
    await page.getByRole('status').filter({ hasText: 'Switched off.' }).waitFor();
    await page.getByText('What happens meanwhile is not told later.').waitFor();
    expect(await stored()).toMatchObject([{ disabledWhy: 'by_person' }]);
    await page.getByRole('button', { name: 'Switch on' }).click();
    await question.getByRole('button', { name: 'Switch on' }).click();
    await page.getByRole('status').filter({ hasText: 'Switched on.' }).waitFor();

    await page.getByRole('button', { name: 'Delete' }).click();
    await question.getByText('Delete “Warehouse”?').waitFor();
    await expect.poll(() => focused(page)).toBe('Keep webhook');
    await page.keyboard.press('Escape');
    await expect.poll(() => focused(page)).toBe('Delete');
    await page.getByRole('button', { name: 'Delete' }).click();
    await question.getByRole('button', { name: 'Delete webhook' }).click();
    await page.getByText('No webhooks yet.').waitFor();
    await expect.poll(() => visit.path()).toBe(path);
    expect(await stored()).toEqual([]);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('one that Latchkey switched off says why here, and on the home page', async () => {
    const { detail, id, orgId, owner, slug } = await withDeliveries();
    await dashboard().store.webhooks.disable(orgId, id, 'failing');
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(`/app/${slug}`);
    await page.getByText('nothing arrived at this webhook, so Latchkey stopped sending').waitFor();
    await page.getByRole('link', { name: 'See the webhooks' }).click();
    await page.getByText('Switched off by Latchkey').waitFor();
    await visit.goto(detail);
    await page.getByText('Nothing arrived there for three days').waitFor();
    expect(await page.getByRole('button', { name: 'Send a test' }).count()).toBe(0);
    await visit.close();
  });

  test('one that is gone is said to be', async () => {
    const { owner, path } = await owned();
    const visit = await dashboard().visit(owner.cookie);
    await visit.goto(`${path}?webhook=whk_gone`);
    await visit.page.getByText('There is no such webhook any more.').waitFor();
    await visit.page.getByRole('link', { name: 'All webhooks' }).click();
    await expect.poll(() => visit.path()).toBe(path);
    await visit.page.getByText('No webhooks yet.').waitFor();
    await visit.close();
  });

  testSettingsTab(dashboard, {
    owned: () => withDeliveries(`<img src=x>${'W'.repeat(70)}`),
    loading: 'Loading the webhooks',
    loaded: (page) => page.getByRole('link', { name: /^Open/ }),
    closedTo: 'member',
    told: 'This page needs the role Admin or higher.',
    async onPhone({ id }, page, look) {
      await look();
      await page.getByRole('link', { name: /^Open/ }).click();
      await page.waitForURL(`**?webhook=${id}`);
      const details = page.getByRole('button', { name: 'Details of key.revoked' });
      await details.waitFor();
      await look();
      await details.click();
      await page.getByRole('dialog').waitFor();
      await look();
      await page.getByRole('button', { name: 'Close' }).click();
      await page.getByRole('button', { name: 'Change' }).click();
      await page.getByRole('dialog').waitFor();
      await look();
    },
  });
});
