import { describe, expect, test } from 'vitest';
import { expectSkeletonErrorRetry } from './list-states.ts';
import { focused, sidewaysScroll, useDashboard } from './open-dashboard.ts';

const dashboard = useDashboard();

let made = 0;
const newSlug = () => `moved-${(made += 1)}`;

async function owned() {
  const { organisation, person, store } = dashboard();
  const { orgId, slug } = await organisation();
  const owner = await person({ orgId, role: 'owner' });
  const stored = () => store.people.findOrganisation(orgId);
  const name = (await stored())?.name ?? '';
  return { orgId, slug, name, owner, general: `/app/${slug}/settings`, stored };
}

const rename = (orgId: string, from: string, to: string) =>
  dashboard().store.transaction((queries) =>
    queries.organisationSlugs.change(orgId as never, { from, to, aliasDays: 30 }),
  );

describe('the address on the page of the settings', () => {
  test('is changed by an owner who types it twice; the page goes along and says so', async () => {
    const { general, owner, slug, stored } = await owned();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(general);
    await page.getByRole('button', { name: 'Change address' }).click();
    const dialog = page.getByRole('dialog', { name: 'Change the address' });
    await expect.poll(() => page.evaluate<string>('document.activeElement?.id ?? ""')).toBe('new-slug');
    const act = dialog.getByRole('button', { name: 'Change address' });
    expect(await act.isDisabled()).toBe(true);
    const becomes = newSlug();
    await dialog.getByLabel('New short name', { exact: true }).fill(becomes);
    await dialog.getByText(`/mcp/${slug}`).waitFor();
    await expect.poll(() => dialog.locator('dd').last().innerText()).toMatch(`/mcp/${becomes}`);
    expect(await act.isDisabled()).toBe(true);
    await dialog.getByLabel('Type the new short name again').fill(becomes);
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      expect(await visit.axe()).toEqual([]);
    }
    await act.click();
    await page
      .getByRole('status')
      .filter({ hasText: `The address is “${becomes}” from now on.` })
      .waitFor();
    await expect.poll(() => visit.path()).toBe(`/app/${becomes}/settings`);
    await expect.poll(() => focused(page)).toBe('Settings');
    await page.getByText('Former addresses that still work:').waitFor();
    expect((await stored())?.slug).toBe(becomes);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('stays as it was where it is taken: what was typed is still there, and it is said', async () => {
    const { general, owner, slug, stored } = await owned();
    const other = await dashboard().organisation();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(general);
    await page.getByRole('button', { name: 'Change address' }).click();
    const dialog = page.getByRole('dialog', { name: 'Change the address' });
    await dialog.getByLabel('New short name', { exact: true }).fill(other.slug);
    await dialog.getByLabel('Type the new short name again').fill(other.slug);
    await dialog.getByRole('button', { name: 'Change address' }).click();
    await dialog.getByRole('alert').filter({ hasText: 'Another organisation has this address' }).waitFor();
    expect(await dialog.getByLabel('New short name', { exact: true }).inputValue()).toBe(other.slug);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await expect.poll(() => focused(page)).toBe('Change address');
    expect((await stored())?.slug).toBe(slug);
    await visit.close();
  });

  test('is an owner’s to change: an admin is told, and for a declared one everybody', async () => {
    const { general, orgId, owner } = await owned();
    const admin = await dashboard().person({ orgId, role: 'admin' });
    const asAdmin = await dashboard().visit(admin.cookie);
    await asAdmin.goto(general);
    await asAdmin.page.getByText('An owner of the organisation can change it.').waitFor();
    expect(await asAdmin.page.getByRole('button', { name: 'Change address' }).count()).toBe(0);
    expect(await asAdmin.page.getByRole('link', { name: 'Danger' }).count()).toBe(0);
    await asAdmin.close();
    await dashboard().store.pool.query('update organisations set declared = true where id = $1', [orgId]);
    const visit = await dashboard().visit(owner.cookie);
    await visit.goto(general);
    await visit.page.getByText('It stands in the configuration of whoever runs this service').waitFor();
    expect(await visit.page.getByRole('button', { name: 'Change address' }).count()).toBe(0);
    await visit.close();
  });

  test('of before leads to the same page at the address of today, with all that follows it', async () => {
    const { orgId, owner, slug } = await owned();
    const becomes = newSlug();
    await rename(orgId, slug, becomes);
    const visit = await dashboard().visit(owner.cookie);
    await visit.goto(`/app/${slug}/keys?status=revoked`);
    await visit.page.getByRole('heading', { name: 'API keys', level: 1 }).waitFor();
    await expect.poll(() => visit.path()).toMatch(`/app/${becomes}/keys?status=revoked`);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('of before is nobody’s page once it is over, nor a stranger’s ever', async () => {
    const { orgId, owner, slug } = await owned();
    await rename(orgId, slug, newSlug());
    const stranger = await owned();
    for (const [cookie, ends] of [
      [stranger.owner.cookie, false],
      [owner.cookie, true],
    ] as const) {
      if (ends)
        await dashboard().store.pool.query(
          `update organisation_slugs set alias_until = now() - interval '1 second' where slug = $1`,
          [slug],
        );
      const visit = await dashboard().visit(cookie);
      await visit.goto(`/app/${slug}/keys`);
      await visit.page.getByRole('heading', { name: `You are not in “${slug}”` }).waitFor();
      expect(visit.complaints).toEqual([]);
      await visit.close();
    }
  });
});

describe('the page on which an organisation is deleted', () => {
  test('says what ends, asks for the name, and leads to the list of organisations, where it is said', async () => {
    const { general, name, orgId, owner, stored } = await owned();
    const other = await dashboard().organisation();
    await dashboard().store.people.addMember(other.orgId, owner.userId, 'viewer');
    await dashboard().person({ orgId, role: 'member' });
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(general);
    await page.getByRole('link', { name: 'Danger' }).click();
    await expect.poll(() => focused(page)).toBe('Settings: Danger');
    await page.getByText('The access of 2 people, you among them').waitFor();
    for (const scheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: scheme });
      expect(await visit.axe()).toEqual([]);
    }
    await page.getByRole('button', { name: 'Delete organisation' }).click();
    const question = page.getByRole('alertdialog', { name: `Delete ${name}?` });
    await expect.poll(() => focused(page)).toBe('Keep organisation');
    await question.getByText('2 people lose access.').waitFor();
    const act = question.getByRole('button', { name: 'Delete organisation' });
    expect(await act.isDisabled()).toBe(true);
    expect(await visit.axe()).toEqual([]);
    await page.keyboard.press('Escape');
    await expect.poll(() => focused(page)).toBe('Delete organisation');
    expect(await stored()).toMatchObject({ name });

    await page.getByRole('button', { name: 'Delete organisation' }).click();
    await question.getByLabel(/^To go on, type its name/).fill(name);
    await act.click();
    await page
      .getByRole('status')
      .filter({ hasText: `${name} is deleted.` })
      .waitFor();
    await expect.poll(() => visit.path()).toBe('/app/');
    await expect.poll(() => focused(page)).toBe('Your organisations');
    await expect.poll(() => page.getByRole('main').innerText()).not.toContain(orgId);
    await expect.poll(() => page.getByRole('listitem').count()).toBe(1);
    expect(await stored()).toBeUndefined();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('is an owner’s alone', async () => {
    const { general, orgId } = await owned();
    const admin = await dashboard().person({ orgId, role: 'admin' });
    const visit = await dashboard().visit(admin.cookie);
    await visit.goto(`${general}/danger`);
    await visit.page.getByText('This page needs the role Owner or higher.').waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('of a declared organisation says who deletes it', async () => {
    const { general, orgId, owner } = await owned();
    await dashboard().store.pool.query('update organisations set declared = true where id = $1', [orgId]);
    const visit = await dashboard().visit(owner.cookie);
    await visit.goto(`${general}/danger`);
    await visit.page.getByText('declared in the configuration of whoever runs this service').waitFor();
    expect(await visit.page.getByRole('button', { name: 'Delete organisation' }).count()).toBe(0);
    await visit.close();
  });

  test('waits, and says what went wrong, with a way to try again', async () => {
    const { general, owner } = await owned();
    const visit = await dashboard().visit(owner.cookie);
    await expectSkeletonErrorRetry(visit, {
      path: `${general}/danger`,
      api: '**/portal/v1/**/settings/danger',
      loading: 'Loading what would end',
    });
    await visit.page.getByRole('button', { name: 'Delete organisation' }).waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });
});

test.each(['light', 'dark'] as const)('neither is wider than a small phone (%s)', async (colorScheme) => {
  const { general, owner } = await owned();
  const visit = await dashboard().visit(owner.cookie, { viewport: { width: 320, height: 640 }, colorScheme });
  const { page } = visit;
  await visit.goto(general);
  await page.getByRole('button', { name: 'Change address' }).click();
  await page.getByRole('dialog').getByLabel('New short name', { exact: true }).fill('a'.repeat(40));
  expect(await sidewaysScroll(page)).toBe(0);
  await visit.goto(`${general}/danger`);
  await page.getByRole('button', { name: 'Delete organisation' }).click();
  await page.getByRole('alertdialog').waitFor();
  expect(await sidewaysScroll(page)).toBe(0);
  await visit.close();
});
