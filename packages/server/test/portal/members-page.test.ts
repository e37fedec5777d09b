import { describe, expect, test } from 'vitest';
import type { Role } from '../../src/kernel/access.ts';
import { LOWEST_ROLE } from '../../src/people/policy.ts';
import { expectSkeletonErrorRetry } from './list-states.ts';
import { clipboard, focused, useDashboard, sidewaysScroll } from './open-dashboard.ts';

const dashboard = useDashboard();

async function peopled(...roles: Role[]) {
  const { organisation, person, store } = dashboard();
  const { orgId, slug } = await organisation();
  const owner = await person({ orgId, role: 'owner' });
  const others = await Promise.all(roles.map((role) => person({ orgId, role })));
  const [first] = others;
  const roleOf = (userId: typeof owner.userId) => store.people.roleOf(orgId, userId);
  return { orgId, slug, owner, others, first: first ?? owner, roleOf, path: `/app/${slug}/members` };
}

describe('the page of the members', () => {
  test('an owner changes a role, thinks better of a removal, and removes somebody', async () => {
    const { first: member, orgId, owner, path, roleOf } = await peopled('member');
    await dashboard().connection({ orgId, userId: member.userId });
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    const row = page.getByRole('row', { name: new RegExp(member.email) });
    await row.getByRole('button', { name: /^Role of/ }).click();
    const roles = page.getByRole('dialog', { name: /^Role of/ });
    expect(await roles.getByRole('button', { name: 'Change role' }).isDisabled()).toBe(true);
    await roles.getByText('1 connection gets the new role at once').waitFor();
    await roles.getByLabel('Viewer').check();
    await roles.getByRole('button', { name: 'Change role' }).click();
    await page.getByRole('status').filter({ hasText: 'is Viewer from now on.' }).waitFor();
    expect(await roleOf(member.userId)).toBe('viewer');
    await expect.poll(() => focused(page)).toBe('Members');

    await row.getByRole('button', { name: /^Remove/ }).click();
    const question = page.getByRole('alertdialog', { name: /^Remove/ });
    await question.getByText('1 connection', { exact: true }).waitFor();
    await expect.poll(() => focused(page)).toBe('Keep member');
    await page.keyboard.press('Enter');
    await question.waitFor({ state: 'detached' });
    expect(await roleOf(member.userId)).toBe('viewer');
    await row.getByRole('button', { name: /^Remove/ }).click();
    await question.getByRole('button', { name: 'Remove member' }).click();
    await page.getByRole('status').filter({ hasText: 'is no longer a member' }).waitFor();
    await row.waitFor({ state: 'detached' });
    expect(await roleOf(member.userId)).toBeUndefined();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('somebody is invited with a link that is shown once, and their invitation renewed and withdrawn', async () => {
    const { owner, path } = await peopled();
    const visit = await dashboard().visit(owner.cookie, {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const { page } = visit;
    await visit.goto(path);
    await page.getByRole('button', { name: 'Invite' }).click();
    const dialog = page.getByRole('dialog', { name: 'Invite somebody' });
    await dialog.getByLabel('Admin').check();
    await dialog.getByLabel('Email').fill('grace@new.test');
    await dialog.getByLabel('Good for').selectOption({ label: '7 days' });
    expect(await visit.axe()).toEqual([]);
    await dialog.getByRole('button', { name: 'Make link' }).click();
    const made = page.getByRole('dialog', { name: 'Send this link' });
    const link = (await made.locator('[data-secret]').textContent()) ?? '';
    expect(link).toMatch(/\/invite\/[A-Za-z0-9_-]{43}$/);
    await made.getByRole('button', { name: 'Copy the link' }).click();
    await expect.poll(() => clipboard(page)).toBe(link);
    // Nobody loses it by a key that was pressed too early.
    await page.keyboard.press('Escape');
    expect(await made.isVisible()).toBe(true);
    expect(await visit.axe()).toEqual([]);
    await made.getByRole('button', { name: 'Done' }).click();
    await expect.poll(() => focused(page)).toBe('Invite');
    expect(await page.content()).not.toContain(link);

    const row = page.getByRole('row', { name: /grace@new\.test/ });
    await row.getByText('Admin').waitFor();
    // Who belongs to it comes first.
    const tables = await page.getByRole('table').all();
    expect(await Promise.all(tables.map((table) => table.locator('caption').textContent()))).toEqual([
      'Members',
      'Open invitations',
    ]);
    await row.getByRole('button', { name: /^New link/ }).click();
    await page
      .getByRole('dialog', { name: 'Make a new link?' })
      .getByRole('button', { name: 'Make link' })
      .click();
    const renewed = (await made.locator('[data-secret]').textContent()) ?? '';
    expect(renewed).not.toBe(link);
    await made.getByRole('button', { name: 'Done' }).click();
    await expect.poll(() => focused(page)).toMatch(/^New link/);
    await row.getByRole('button', { name: /^Withdraw/ }).click();
    await expect.poll(() => focused(page)).toBe('Keep invitation');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Withdraw' }).click();
    await page.getByRole('status').filter({ hasText: 'Its link stopped working.' }).waitFor();
    await row.waitFor({ state: 'detached' });
    await expect.poll(() => focused(page)).toBe('Members');
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('of many invitations the next hundred is tried again, with what went wrong', async () => {
    const { orgId, owner, path } = await peopled();
    await dashboard().store.pool.query(
      `insert into invitations (id, org_id, token_hash, role, email, days, created_at, expires_at)
       select 'inv_page' || n, $1, 'page' || n, 'viewer', 'guest-' || n || '@page.test', 7,
              now() - n * interval '1 second', now() + interval '7 days'
       from generate_series(1, 101) n`,
      [orgId],
    );
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    const next = '**/portal/**/invitations?*cursor=*';
    await page.route(next, (route) => route.abort());
    await page.getByRole('button', { name: 'Show more' }).click();
    const problem = page.getByRole('alert');
    await problem.waitFor();
    await page.unroute(next);
    await problem.getByRole('button').click();
    await expect.poll(() => page.getByRole('cell', { name: 'Viewer' }).count()).toBe(101);
    expect(await page.getByRole('button', { name: 'Show more' }).count()).toBe(0);
    await visit.close();
  });

  test('an invitation that is refused loses nothing that was typed', async () => {
    const { first: member, owner, path } = await peopled('member');
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByRole('button', { name: 'Invite' }).click();
    const dialog = page.getByRole('dialog', { name: 'Invite somebody' });
    await dialog.getByLabel('Email').fill(member.email);
    await dialog.getByLabel('Viewer').check();
    await dialog.getByRole('button', { name: 'Make link' }).click();
    await dialog.getByRole('alert').filter({ hasText: 'is a member already' }).waitFor();
    expect(await dialog.getByLabel('Email').inputValue()).toBe(member.email);
    expect(await dialog.getByLabel('Viewer').isChecked()).toBe(true);
    await visit.close();
  });

  test('a reset link is explained, and shown once', async () => {
    const { first: member, owner, path } = await peopled('member');
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    const row = page.getByRole('row', { name: new RegExp(member.email) });
    await row.getByRole('button', { name: /^Reset link/ }).click();
    const dialog = page.getByRole('dialog', { name: /^Reset link for/ });
    await dialog.getByText('Whoever has the link can sign in as this person').waitFor();
    await dialog.getByRole('button', { name: 'Make link' }).click();
    const made = page.getByRole('dialog', { name: 'Send this link' });
    expect(await made.locator('[data-secret]').textContent()).toMatch(/\/reset\/[A-Za-z0-9_-]{43}$/);
    await made.getByRole('button', { name: 'Done' }).click();
    await expect.poll(() => focused(page)).toMatch(/^Reset link/);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('the last owner is told why there has to be one, before anything is asked', async () => {
    const { owner, path, roleOf } = await peopled('admin');
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    const row = page.getByRole('row', { name: new RegExp(owner.email) });
    await row.getByRole('button', { name: /^Role of/ }).click();
    const dialog = page.getByRole('dialog', { name: /^Role of/ });
    await dialog.getByText('keeps at least one').waitFor();
    expect(await dialog.getByLabel(/^Admin/).isDisabled()).toBe(true);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await row.getByRole('button', { name: 'Leave' }).click();
    await page.getByRole('dialog', { name: 'The last owner stays' }).waitFor();
    expect(await roleOf(owner.userId)).toBe('owner');
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('a member whom the operator declared has no buttons for it, and the reason', async () => {
    const { first: member, orgId, owner, path } = await peopled('member');
    await dashboard().store.declaredMembers.bind(orgId, member.userId, 'admin');
    const visit = await dashboard().visit(owner.cookie);
    await visit.goto(path);
    const row = visit.page.getByRole('row', { name: new RegExp(member.email) });
    await row.getByText('Declared by the operator').waitFor();
    expect(await row.getByRole('button', { name: /^Role of|^Remove/ }).count()).toBe(0);
    await visit.close();
  });

  test('of ten thousand members the one that is looked for is found, and the address says so', async () => {
    const { orgId, owner, path } = await peopled('admin');
    await dashboard().store.pool.query(
      `with made as (
         insert into users (id, name, email)
         select 'usr_page' || n, 'Worker ' || n, 'worker-' || lpad(n::text, 5, '0') || '@page.test' from generate_series(1, 10000) n
         returning id)
       insert into memberships (org_id, user_id, role) select $1, id, 'viewer' from made`,
      [orgId],
    );
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByText('100 of 10002 members').waitFor();
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.getByText('200 of 10002 members').waitFor();
    await page.getByLabel('Find a member').fill('worker 9999');
    await page.getByText('1 member', { exact: true }).waitFor();
    await expect.poll(() => visit.path()).toContain('q=worker+9999');
    await page.reload();
    await page.getByText('1 member', { exact: true }).waitFor();
    expect(await page.getByLabel('Find a member').inputValue()).toBe('worker 9999');
    await page.getByRole('button', { name: 'Owner', exact: true }).click();
    await page.getByText('No member has that in their name or address.').waitFor();
    await page.getByRole('link', { name: 'Show everybody' }).click();
    await page.getByText('100 of 10002 members').waitFor();
    expect(await page.getByLabel('Find a member').inputValue()).toBe('');
    await page.getByRole('button', { name: 'Admin', exact: true }).click();
    await page.getByText('1 member', { exact: true }).waitFor();
    await expect.poll(() => visit.path()).toContain('role=admin');
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('what each role may do is the policy itself, each action in words', async () => {
    const { first: member, path } = await peopled('member');
    const visit = await dashboard().visit(member.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByText('What each role may do', { exact: true }).click();
    const matrix = page.getByRole('table', { name: 'What each role may do' });
    await matrix.getByRole('row', { name: 'Make and unmake owners Yes No No No' }).waitFor();
    await matrix.getByRole('row', { name: 'See members Yes Yes Yes No' }).waitFor();
    expect(await matrix.getByRole('row').count()).toBe(Object.keys(LOWEST_ROLE).length + 1);
    // An action without words shows its name, which has a dot.
    expect(
      (await matrix.getByRole('rowheader').allTextContents()).filter((name) => name.includes('.')),
    ).toEqual([]);
    expect(await visit.axe()).toEqual([]);
    await visit.close();
  });

  test.each<[Role, number]>([
    ['admin', 2],
    ['member', 0],
  ])('a %s is offered to change %i of an owner, an admin and a viewer', async (role, offered) => {
    const { first, path } = await peopled(role, 'viewer');
    const visit = await dashboard().visit(first.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByRole('row', { name: /\(you\)/ }).waitFor();
    expect(await page.getByRole('button', { name: /^Role of/ }).count()).toBe(offered);
    expect(await page.getByRole('button', { name: 'Invite' }).count()).toBe(offered === 0 ? 0 : 1);
    expect(await page.getByRole('button', { name: 'Leave' }).count()).toBe(1);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('somebody leaves, and lands where their organisations are', async () => {
    const { first: member, path, roleOf } = await peopled('member');
    const visit = await dashboard().visit(member.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByRole('button', { name: 'Leave' }).click();
    await expect.poll(() => focused(page)).toBe('Stay');
    const left = page.waitForURL(/\/app\/?$/);
    await page.getByRole('alertdialog').getByRole('button', { name: 'Leave' }).click();
    await left;
    expect(await roleOf(member.userId)).toBeUndefined();
    await visit.close();
  });

  test('a viewer is told which role it takes', async () => {
    const { first, path } = await peopled('viewer');
    const visit = await dashboard().visit(first.cookie);
    await visit.goto(path);
    await visit.page.getByText('This page needs the role Member or higher.').waitFor();
    expect(await visit.page.getByRole('link', { name: 'Members' }).count()).toBe(0);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('waits with a skeleton, says what went wrong, and tries again', async () => {
    const { first, path } = await peopled('member');
    const visit = await dashboard().visit(first.cookie);
    await expectSkeletonErrorRetry(visit, { path, api: '**/members?*', loading: 'Loading the members' });
    const you = visit.page.getByRole('row', { name: /\(you\)/ });
    await you.waitFor();
    expect(await you.count()).toBe(1);
    await visit.close();
  });

  test.each(['light', 'dark'] as const)(
    'nothing is wider than a small phone, and axe finds nothing (%s)',
    async (colorScheme) => {
      const { owner, path, slug } = await peopled('viewer');
      await owner.post(`/organisations/${slug}/invitations`, {
        role: 'member',
        email: `${'x'.repeat(60)}@acme.test`,
      });
      const wide = await dashboard().visit(owner.cookie, { colorScheme });
      await wide.goto(path);
      await wide.page.getByRole('table', { name: 'Open invitations' }).waitFor();
      await wide.page.getByRole('table', { name: 'Members' }).waitFor();
      expect(await wide.axe()).toEqual([]);
      await wide.close();
      const visit = await dashboard().visit(owner.cookie, {
        viewport: { width: 320, height: 640 },
        colorScheme,
      });
      const { page } = visit;
      await visit.goto(path);
      await page.getByRole('table', { name: 'Open invitations' }).waitFor();
      await page.getByRole('table', { name: 'Members' }).waitFor();
      await page.getByText('What each role may do', { exact: true }).click();
      await page.getByRole('table', { name: 'What each role may do' }).waitFor();
      expect(await sidewaysScroll(page)).toBe(0);
      await page
        .getByRole('button', { name: /^Role of/ })
        .first()
        .click();
      await page.getByRole('dialog').waitFor();
      expect(await sidewaysScroll(page)).toBe(0);
      await visit.close();
    },
  );
});
