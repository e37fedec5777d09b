import { describe, expect, test } from 'vitest';
import { newId } from '../../src/kernel/ids.ts';
import { expectSkeletonErrorRetry } from './list-states.ts';
import { focused, sidewaysScroll, useDashboard } from './open-dashboard.ts';
import { itemsOf } from './open-portal.ts';

const dashboard = useDashboard();
const HOSTILE = 'Evil‮<img src=x onerror=alert(1)>';
/** A busy machine takes its time. */
const SOON = { timeout: 20_000 };

async function furnished() {
  const { connection, organisation, person } = dashboard();
  const { orgId, slug } = await organisation();
  const owner = await person({ orgId, role: 'owner' });
  const member = await person({ orgId, role: 'member' });
  return { orgId, slug, owner, member, connection, path: `/app/${slug}/connections` };
}

/** Live connections of one person, by an app of this name. */
async function seed(orgId: string, userId: string, name: string, count: number): Promise<void> {
  const { store } = dashboard();
  const client = await store.clients.register({
    id: newId('cli'),
    name,
    redirectUris: ['https://many.test/callback'],
    authMethod: 'none',
    secretHash: null,
    metadataHash: `seed ${orgId} ${name}`,
  });
  await store.pool.query(
    `insert into grants (id, org_id, user_id, client_id, access, resource, destination, token_mode, expires_at)
     select 'grt_' || md5($1 || $3 || n), $1, $2, $3, 'read', '/mcp', 'many.test', 'token', now() + interval '1 day'
     from generate_series(1, $4::int) n`,
    [orgId, userId, client.id, count],
  );
}

describe('the page of the connections', () => {
  test('a connection is made read-only and then ended, each after a question that names what comes of it', async () => {
    const { orgId, owner, member, connection, path, slug } = await furnished();
    const { secret } = await connection({ orgId, userId: member.userId });
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    const row = page.getByRole('row', { name: /Claude/ });
    expect(await row.innerText()).toContain(member.email);
    expect(await row.innerText()).toContain('Unidentified');
    await row.getByRole('button', { name: 'Make read-only' }).click();
    const question = page.getByRole('alertdialog');
    expect(await question.innerText()).toContain('every tool that changes something is refused');
    await expect.poll(() => focused(page), SOON).toBe('Keep full access');
    await page.keyboard.press('Escape');
    await question.waitFor({ state: 'detached' });
    await expect.poll(() => focused(page), SOON).toBe('Make read-only Claude');
    await page.keyboard.press('Enter');
    await question.getByRole('button', { name: 'Make read-only' }).click();
    await page.getByRole('status').filter({ hasText: '“Claude” is read-only from now on.' }).waitFor();
    await expect.poll(() => focused(page), SOON).toBe('Connections');
    expect(await dashboard().verifyKey(secret)).toMatchObject({ access: 'read' });
    expect(await row.innerText()).toContain('Read-only');
    expect(await row.getByRole('button', { name: 'Make read-only' }).count()).toBe(0);

    await row.getByRole('button', { name: 'Disconnect' }).click();
    await expect.poll(() => focused(page), SOON).toBe('Keep connection');
    expect(await question.innerText()).toContain(`cannot call anything for ${member.email} any more`);
    await question.getByRole('button', { name: 'Disconnect' }).click();
    await page.getByRole('status').filter({ hasText: '“Claude” is disconnected.' }).waitFor();
    await expect.poll(() => focused(page), SOON).toBe('Connections');
    await page.getByText('Nothing is connected yet.').waitFor();
    expect(await dashboard().verifyKey(secret)).toBeUndefined();
    expect(itemsOf(await owner.get(`/organisations/${slug}/connections`))).toEqual([]);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('who ends what another admin has ended meanwhile is told, and sees it', async () => {
    const { orgId, owner, connection, path, slug } = await furnished();
    const { grantId } = await connection({ orgId, userId: owner.userId });
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByRole('button', { name: 'Disconnect' }).click();
    expect((await owner.post(`/organisations/${slug}/connections/${grantId}/disconnect`)).status).toBe(200);
    await page.getByRole('alertdialog').getByRole('button', { name: 'Disconnect' }).click();
    await page
      .getByRole('alert')
      .filter({ hasText: 'There is no such connection, or it is over.' })
      .waitFor();
    await page.getByRole('button', { name: 'Keep connection' }).click();
    await page.getByText('Nothing is connected yet.').waitFor();
    await visit.close();
  });

  test('ten thousand of them are shown a hundred at a time, found by name, and kept to one’s own', async () => {
    const { orgId, owner, member, path } = await furnished();
    await seed(orgId, owner.userId, 'Crowd', 10_000);
    await seed(orgId, member.userId, HOSTILE, 2);
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByRole('status').filter({ hasText: '100 of 10002 connections' }).waitFor();
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.getByRole('status').filter({ hasText: '200 of 10002 connections' }).waitFor();
    await page.getByRole('searchbox').fill('EVIL');
    await page
      .getByRole('status')
      .filter({ hasText: /(?<!\d)2 connections/ })
      .waitFor();
    await expect.poll(() => visit.path(), SOON).toBe(`${path}?q=EVIL`);
    expect(await page.locator('img').count()).toBe(0);
    await page.getByRole('searchbox').fill('nothing like it');
    await page.getByText('No connection fits.').waitFor();
    await page.getByRole('link', { name: 'Show all' }).click();
    await page.getByRole('status').filter({ hasText: 'of 10002 connections' }).waitFor();
    await page.getByRole('button', { name: 'Mine' }).click();
    await page.getByRole('status').filter({ hasText: '100 of 10000 connections' }).waitFor();
    await page.getByLabel('Order').selectOption('used');
    await expect.poll(() => visit.path(), SOON).toBe(`${path}?whose=mine&sort=used`);
    expect(visit.complaints).toEqual([]);
    await visit.close();

    const others = await dashboard().visit(member.cookie);
    await others.goto(path);
    await others.page.getByRole('status').filter({ hasText: '2 connections' }).waitFor();
    expect(await others.page.getByRole('button', { name: 'Mine' }).count()).toBe(0);
    expect(await others.page.locator('main').innerText()).not.toContain('Crowd');
    await others.close();
  });

  test.each(['light', 'dark'] as const)(
    'has no fault that axe sees, and fits a phone, in %s',
    async (scheme) => {
      const { orgId, owner, connection, path } = await furnished();
      const visit = await dashboard().visit(owner.cookie, { colorScheme: scheme });
      const { page } = visit;
      await visit.goto(path);
      await page.getByText('Nothing is connected yet.').waitFor();
      expect(await visit.axe()).toEqual([]);
      await connection({ orgId, userId: owner.userId });
      await seed(orgId, owner.userId, `${HOSTILE} ${'x'.repeat(200)}`, 1);
      await page.reload();
      await page.getByRole('status').filter({ hasText: '2 connections' }).waitFor();
      expect(await visit.axe()).toEqual([]);
      await page.setViewportSize({ width: 320, height: 700 });
      expect(await sidewaysScroll(page)).toBe(0);
      await page.getByRole('button', { name: 'Disconnect' }).first().click();
      await page.getByRole('alertdialog').waitFor();
      expect(await visit.axe()).toEqual([]);
      expect(await sidewaysScroll(page)).toBe(0);
      expect(visit.complaints).toEqual([]);
      await visit.close();
    },
  );

  test('has a skeleton, and an error to try again after', async () => {
    const { orgId, owner, connection, path } = await furnished();
    await connection({ orgId, userId: owner.userId });
    const visit = await dashboard().visit(owner.cookie);
    await expectSkeletonErrorRetry(visit, {
      path,
      api: '**/connections?*',
      loading: 'Loading the connections',
    });
    await visit.page.getByRole('row', { name: /Claude/ }).waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });
});
