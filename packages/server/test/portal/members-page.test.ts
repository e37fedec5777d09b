import { describe, expect, test } from 'vitest';
import type { Role } from '../../src/kernel/access.ts';
import { focused, useDashboard, sidewaysScroll } from './open-dashboard.ts';

const dashboard = useDashboard();

async function peopled(...roles: Role[]) {
  const { organisation, person, store } = dashboard();
  const { orgId, slug } = await organisation();
  const owner = await person({ orgId, role: 'owner' });
  const others = await Promise.all(roles.map((role) => person({ orgId, role })));
  const roleOf = (userId: typeof owner.userId) => store.people.roleOf(orgId, userId);
  return { slug, owner, others, roleOf, path: `/app/${slug}/members` };
}

describe('the page of the members', () => {
  test('an owner changes a role, thinks better of a removal, and removes somebody', async () => {
    const { others, owner, path, roleOf } = await peopled('member');
    const [member] = others;
    if (member === undefined) throw new Error('there is no member');
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    const row = page.getByRole('row', { name: new RegExp(member.email) });
    await row.getByRole('button', { name: /^Change role of/ }).click();
    const roles = page.getByRole('dialog', { name: /^Role of/ });
    expect(await roles.getByRole('button', { name: 'Change role' }).isDisabled()).toBe(true);
    await roles.getByLabel('Viewer').check();
    await roles.getByRole('button', { name: 'Change role' }).click();
    await page.getByRole('status').filter({ hasText: 'is Viewer from now on.' }).waitFor();
    expect(await roleOf(member.userId)).toBe('viewer');
    await expect.poll(() => focused(page)).toBe('Members');

    await row.getByRole('button', { name: /^Remove/ }).click();
    const question = page.getByRole('alertdialog', { name: /^Remove/ });
    await expect.poll(() => focused(page)).toBe('Keep member');
    await page.keyboard.press('Enter');
    await question.waitFor({ state: 'detached' });
    expect(await roleOf(member.userId)).toBe('viewer');
    await row.getByRole('button', { name: /^Remove/ }).click();
    await question.getByRole('button', { name: 'Remove member' }).click();
    await page.getByRole('status').filter({ hasText: 'is no longer a member' }).waitFor();
    expect(await row.count()).toBe(0);
    expect(await roleOf(member.userId)).toBeUndefined();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('the last owner is told why there has to be one', async () => {
    const { owner, path, roleOf } = await peopled('admin');
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    const row = page.getByRole('row', { name: new RegExp(owner.email) });
    await row.getByRole('button', { name: /^Change role of/ }).click();
    await page
      .getByRole('dialog')
      .getByLabel(/^Admin/)
      .check();
    await page.getByRole('dialog').getByRole('button', { name: 'Change role' }).click();
    await page.getByRole('alert').filter({ hasText: 'keeps at least one owner' }).waitFor();
    expect(await roleOf(owner.userId)).toBe('owner');
    await visit.close();
  });

  test.each<[Role, number]>([
    ['admin', 2],
    ['member', 0],
  ])('a %s is offered to change %i of an owner, an admin and a viewer', async (role, offered) => {
    const { others, path } = await peopled(role, 'viewer');
    const visit = await dashboard().visit(others[0]?.cookie ?? '');
    await visit.goto(path);
    await visit.page.getByRole('row', { name: /\(you\)/ }).waitFor();
    expect(await visit.page.getByRole('button', { name: /^Change role of/ }).count()).toBe(offered);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('a viewer is told which role it takes', async () => {
    const { others, path } = await peopled('viewer');
    const visit = await dashboard().visit(others[0]?.cookie ?? '');
    await visit.goto(path);
    await visit.page.getByText('This page needs the role Member or higher.').waitFor();
    expect(await visit.page.getByRole('link', { name: 'Members' }).count()).toBe(0);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test.each(['light', 'dark'] as const)('nothing is wider than a small phone (%s)', async (colorScheme) => {
    const { owner, path } = await peopled('viewer');
    const visit = await dashboard().visit(owner.cookie, {
      viewport: { width: 320, height: 640 },
      colorScheme,
    });
    const { page } = visit;
    await visit.goto(path);
    await page.getByRole('table').waitFor();
    expect(await sidewaysScroll(page)).toBe(0);
    await page
      .getByRole('button', { name: /^Change role of/ })
      .first()
      .click();
    expect(await sidewaysScroll(page)).toBe(0);
    await visit.close();
  });
});
