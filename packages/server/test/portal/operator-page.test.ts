import { beforeEach, describe, expect, test } from 'vitest';
import { WARNINGS } from '../../src/portal/operator/installation.ts';
import { expectSkeletonErrorRetry } from './list-states.ts';
import { focused, sidewaysScroll, useDashboard } from './open-dashboard.ts';
import type { Person } from './open-portal.ts';

const dashboard = useDashboard();

const HOSTILE = 'Umbrella <img src=x onerror=alert(1)> \u202eteg';

let operator: Person;
beforeEach(async () => {
  operator = await dashboard().person();
  await dashboard().store.operators.add(operator.userId, { declared: false });
});

const organisationsOf = async (slug: string) => {
  const found = await dashboard().store.people.findOrganisationBySlug(slug);
  return found && { isSuspended: found.suspendedAt !== null };
};

describe('the pages of operators', () => {
  test('lead from the account menu through everything that they look after', async () => {
    const { orgId, slug } = await dashboard().organisation();
    await dashboard().store.people.addMember(orgId, operator.userId, 'owner');
    const visit = await dashboard().visit(operator.cookie);
    const { page } = visit;
    await visit.goto(`/app/${slug}`);
    await page.getByRole('button', { name: 'Account' }).click();
    await page.getByRole('link', { name: 'Operator pages' }).click();
    await page.getByRole('heading', { level: 1, name: 'Organisations' }).waitFor();
    await page.getByRole('table').waitFor();
    for (const [name, heading] of [
      ['Signing keys', 'Signing keys'],
      ['Health', 'Health'],
      ['How it was started', 'How it was started'],
      ['Log', 'Log'],
      ['Organisations', 'Organisations'],
    ] as const) {
      await page.getByRole('navigation', { name: 'Operator' }).getByRole('link', { name }).click();
      await page.getByRole('heading', { level: 1, name: heading }).waitFor();
      await expect.poll(() => focused(page)).toBe(heading);
      await expect.poll(() => page.title()).toBe(`${heading} · Operator · Latchkey`);
    }
    expect(visit.path()).toBe('/app/_operator');
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test.each(['', '/keys', '/health', '/modes', '/log'])(
    'at /app/_operator%s are an unknown address to an owner who is no operator',
    async (below) => {
      const { orgId, slug } = await dashboard().organisation();
      const owner = await dashboard().person({ orgId, role: 'owner' });
      const visit = await dashboard().visit(owner.cookie);
      const { page } = visit;
      await visit.goto(`/app/_operator${below}`);
      await page.getByRole('heading', { name: 'You are not in “_operator”' }).waitFor();
      const words = await page.locator('main').innerText();
      expect(visit.requests.filter((url) => url.includes('/portal/v1/operator'))).toEqual([]);
      await visit.goto('/app/nobody-has-this');
      await page.getByRole('heading', { name: 'You are not in “nobody-has-this”' }).waitFor();
      expect(await page.locator('main').innerText()).toBe(words.replace('_operator', 'nobody-has-this'));
      await visit.goto(`/app/${slug}`);
      await page.getByRole('button', { name: 'Account' }).click();
      await page.getByRole('link', { name: 'Your account' }).waitFor();
      expect(await page.getByRole('link', { name: 'Operator pages' }).count()).toBe(0);
      expect(visit.complaints).toEqual([]);
      await visit.close();
    },
  );

  test('without a session lead to the sign-in page, and back', async () => {
    const visit = await dashboard().visit('');
    await visit.goto('/app/_operator/health');
    await visit.page.waitForURL(/\/sign-in/);
    expect(visit.path()).toBe('/sign-in?return_to=%2Fapp%2F_operator%2Fhealth');
    await visit.close();
  });
});

describe('the page of all organisations', () => {
  test('makes one with a link for its owner, shown once, and nothing typed is lost on the way', async () => {
    const visit = await dashboard().visit(operator.cookie);
    const { page } = visit;
    await visit.goto('/app/_operator');
    await page.getByRole('button', { name: 'Create organisation' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('Initech Ltd.');
    await expect.poll(() => dialog.getByLabel('Address').inputValue()).toBe('initech-ltd');
    await dialog.getByLabel('Address').fill('admin');
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    await dialog.getByRole('alert').filter({ hasText: 'kept for Latchkey itself' }).waitFor();
    expect(await dialog.getByLabel('Name').inputValue()).toBe('Initech Ltd.');
    expect(await dialog.getByLabel('Address').inputValue()).toBe('admin');
    await dialog.getByLabel('Address').fill('initech');
    await dialog.getByRole('button', { name: 'Create', exact: true }).click();
    await page.getByRole('dialog', { name: 'The organisation is there' }).waitFor();
    const link = await page.locator('[data-secret]').innerText();
    expect(link).toMatch(/\/invite\/[\w-]{40,}$/);
    expect(page.url()).not.toContain('invite');
    // Escape would lose it.
    await page.keyboard.press('Escape');
    expect(await page.locator('[data-secret]').count()).toBe(1);
    await page.getByRole('button', { name: 'Done' }).click();
    await expect.poll(() => focused(page)).toBe('Create organisation');
    const row = page.getByRole('row', { name: /Initech Ltd\./ });
    expect(await row.innerText()).toContain('Nobody has joined yet');
    expect(await page.content()).not.toContain(link);

    await row.getByRole('button', { name: 'New link for Initech Ltd.' }).click();
    await expect.poll(() => focused(page)).toBe('Keep the link');
    await page.getByRole('button', { name: 'Make a link' }).click();
    await page.getByRole('dialog', { name: 'A new link for the first owner' }).waitFor();
    expect(await page.locator('[data-secret]').innerText()).not.toBe(link);
    await page.getByRole('button', { name: 'Done' }).click();
    await expect.poll(() => focused(page)).toBe('New link for Initech Ltd.');
    expect(visit.complaints).toEqual([expect.stringContaining('409')]);
    await visit.close();
  });

  test('suspends one after a question, whose people are told so, and lets it go on', async () => {
    const { orgId, slug } = await dashboard().organisation();
    await dashboard().store.pool.query(`update organisations set name = $2 where id = $1`, [orgId, HOSTILE]);
    const owner = await dashboard().person({ orgId, role: 'owner' });
    const visit = await dashboard().visit(operator.cookie);
    const { page } = visit;
    await visit.goto(`/app/_operator?q=${slug}`);
    const row = page.getByRole('row', { name: /Umbrella/ });
    await row.getByRole('button', { name: 'Suspend' }).click();
    const question = page.getByRole('alertdialog');
    expect(await question.innerText()).toContain('nothing works in it, on every node');
    await expect.poll(() => focused(page)).toBe('Keep it working');
    await page.keyboard.press('Enter');
    await question.waitFor({ state: 'detached' });
    expect(await organisationsOf(slug)).toEqual({ isSuspended: false });
    await row.getByRole('button', { name: 'Suspend' }).click();
    await question.getByRole('button', { name: 'Suspend organisation' }).click();
    await page.getByRole('status').filter({ hasText: 'is suspended. Nothing works' }).waitFor();
    await expect.poll(() => focused(page)).toBe('Organisations');
    expect(await row.innerText()).toContain('Suspended');
    expect(await organisationsOf(slug)).toEqual({ isSuspended: true });

    const theirs = await dashboard().visit(owner.cookie);
    await theirs.goto(`/app/${slug}`);
    await theirs.page.getByRole('heading', { name: /is suspended$/ }).waitFor();
    expect(await theirs.page.locator('main').innerText()).toContain('Whoever runs this installation');
    expect(await theirs.axe()).toEqual([]);
    await theirs.goto('/app');
    await theirs.page.getByText('Whoever runs this installation').waitFor();
    expect(await theirs.axe()).toEqual([]);
    expect(theirs.complaints).toEqual([]);
    await theirs.close();

    await row.getByRole('button', { name: 'Resume' }).click();
    await expect.poll(() => focused(page)).toBe('Keep it suspended');
    await question.getByRole('button', { name: 'Resume organisation' }).click();
    await page.getByRole('status').filter({ hasText: 'works again' }).waitFor();
    expect(await organisationsOf(slug)).toEqual({ isSuspended: false });
    await page.getByRole('navigation').getByRole('link', { name: 'Log' }).click();
    await page
      .getByRole('row')
      .filter({ hasText: 'Organisation suspended' })
      .filter({ hasText: operator.email })
      .waitFor();
    expect(await page.locator('img').count()).toBe(0);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('on a phone leads to its pages from behind a button', async () => {
    const visit = await dashboard().visit(operator.cookie, { viewport: { width: 320, height: 640 } });
    const { page } = visit;
    await visit.goto('/app/_operator');
    const pages = page.getByRole('navigation', { name: 'Operator' });
    await pages.getByRole('button', { name: 'All pages' }).click();
    await pages.getByRole('link', { name: 'Health' }).click();
    await expect.poll(() => visit.path()).toBe('/app/_operator/health');
    await expect.poll(() => pages.getByRole('link').count()).toBe(0);
    await expect.poll(() => focused(page)).toBe('Health');
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('finds one of ten thousand by name, by state and page by page; the filter stands in the address', async () => {
    const { pool } = dashboard().store;
    await pool.query(
      `with named as (insert into organisation_slugs (slug, org_id)
         select 'many-' || n, 'org_many' || n from generate_series(1, 10000) n)
       insert into organisations (id, slug, name, suspended_at)
       select 'org_many' || n, 'many-' || n, 'Tenant ' || n, case when n = 777 then now() end
       from generate_series(1, 10000) n`,
    );
    const visit = await dashboard().visit(operator.cookie);
    const { page } = visit;
    await visit.goto('/app/_operator');
    await page.getByText(/^The first 100 of 100\d\d\.$/).waitFor();
    await page.getByRole('button', { name: 'Show more' }).click();
    await page.getByText(/^The first 200 of 100\d\d\.$/).waitFor();
    expect(await page.getByRole('row').count()).toBe(201);
    await page.getByLabel('Find an organisation').fill('tenant 9876');
    await page.getByText('1 organisation.').waitFor();
    expect(await page.getByRole('row').count()).toBe(2);
    await expect.poll(() => visit.path()).toBe('/app/_operator?q=tenant+9876');
    await page.getByLabel('Find an organisation').fill('nobody at all');
    await page.getByText('No organisation fits.').waitFor();
    await page.getByRole('link', { name: 'Show all' }).click();
    await page.getByText(/^The first 200 of 100\d\d\.$/).waitFor();
    await page.getByRole('button', { name: 'Suspended', exact: true }).click();
    await page.getByRole('row', { name: /Tenant 777/ }).waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
    await pool.query(`delete from organisations where id like 'org\\_many%'`);
    await pool.query(`delete from organisation_slugs where org_id like 'org\\_many%'`);
  });

  test('shows that it is loading, what went wrong, and the list after another try', async () => {
    await dashboard().organisation();
    const visit = await dashboard().visit(operator.cookie);
    await expectSkeletonErrorRetry(visit, {
      path: '/app/_operator',
      api: '**/portal/**/operator/organisations?*',
      loading: 'Loading the organisations',
    });
    await visit.page.getByRole('table').waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });
});

describe('the page of signing keys', () => {
  test('changes the key after a question, once in ten minutes or at once', async () => {
    const visit = await dashboard().visit(operator.cookie);
    const { page } = visit;
    await visit.goto('/app/_operator/keys');
    await page.getByRole('row').filter({ hasText: 'until another takes its place' }).first().waitFor();
    const change = page
      .getByRole('banner')
      .or(page.getByRole('main'))
      .getByRole('button', { name: 'Change the key' });
    await change.first().click();
    const question = page.getByRole('alertdialog');
    await expect.poll(() => focused(page)).toBe('Keep the key');
    await question.getByRole('button', { name: 'Change the key' }).click();
    await page.getByRole('status').filter({ hasText: 'signs in ten minutes' }).waitFor();
    await page.getByRole('row').filter({ hasText: 'Published, signs soon' }).waitFor();
    await change.first().click();
    await question.getByRole('button', { name: 'Change the key' }).click();
    await question.getByRole('alert').filter({ hasText: 'published already' }).waitFor();
    await question.getByRole('checkbox').check();
    await question.getByRole('button', { name: 'Change the key' }).click();
    await page.getByRole('status').filter({ hasText: 'signs from now on' }).waitFor();
    await page.getByRole('row').filter({ hasText: 'Checks only' }).first().waitFor();
    expect(visit.complaints).toEqual([expect.stringContaining('409')]);
    await visit.close();
  });
});

describe('the page of health', () => {
  test('says that nothing needs anybody, and what does when something does', async () => {
    const visit = await dashboard().visit(operator.cookie);
    const { page } = visit;
    await visit.goto('/app/_operator/health');
    await page.getByText('Nothing needs you.').waitFor();
    await page.getByRole('row').filter({ hasText: 'this one' }).filter({ hasText: 'Up' }).waitFor();
    expect(await page.locator('main').innerText()).toContain(process.versions.node);
    await page.getByText('None is in the log').waitFor();
    await dashboard().store.pool.query(
      `insert into nodes (id, host, version, runtime, hears_changes) values ('old', 'other-host', '0.0.9', 'Node.js 20', false)`,
    );
    await page.getByRole('button', { name: 'Look again' }).click();
    await page.getByText('The nodes run different versions.').waitFor();
    // What each warning is called is for programs.
    await page.route('**/portal/**/operator/health', async (route) => {
      const answer = await route.fetch();
      const health = (await answer.json()) as object;
      const backup = { at: new Date(Date.now() - 86_400_000).toISOString(), file: 'a.tar', size_bytes: 12e6 };
      await route.fulfill({ response: answer, json: { ...health, warnings: WARNINGS, last_backup: backup } });
    });
    await page.getByRole('button', { name: 'Look again' }).click();
    await page.getByText('What this node shares limits by does not answer').waitFor();
    const words = await page.locator('main').innerText();
    expect(words).toMatch(/, 12 MB: a\.tar/);
    for (const name of WARNINGS) expect(words).not.toContain(name);
    await page
      .getByRole('row')
      .filter({ hasText: 'other-host' })
      .filter({ hasText: 'Hears no changes' })
      .waitFor();
    await dashboard().store.pool.query(`delete from nodes where id = 'old'`);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('say how it was started in words', async () => {
    const visit = await dashboard().visit(operator.cookie);
    await visit.goto('/app/_operator/modes');
    const names = visit.page.locator('main').getByRole('rowheader');
    await names.first().waitFor();
    const said = await names.allInnerTexts();
    expect(said).toContain('Most calls of a key in a minute');
    expect(said.filter((name) => /^[a-z_]+(?::|$)/.test(name))).toEqual([]);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test.each([
    ['/app/_operator/health', '**/portal/**/operator/health', 'Looking at the installation'],
    ['/app/_operator/keys', '**/portal/**/operator/signing-keys', 'Loading the signing keys'],
    ['/app/_operator/modes', '**/portal/**/operator/modes', 'Loading how it was started'],
    ['/app/_operator/log', '**/portal/**/operator/log?*', 'Loading the log'],
  ])(
    '%s shows that it is loading, what went wrong, and itself after another try',
    async (path, api, loading) => {
      const visit = await dashboard().visit(operator.cookie);
      await expectSkeletonErrorRetry(visit, { path, api, loading });
      await visit.page.getByRole('main').locator('.table, .empty').first().waitFor();
      expect(visit.complaints).toEqual([]);
      await visit.close();
    },
  );
});

describe('the page of the log', () => {
  test('says by name whom an act was about, where, and by which id', async () => {
    const { orgId } = await dashboard().organisation();
    const member = await dashboard().person({ orgId, role: 'member' });
    await dashboard().store.pool.query(
      `insert into audit_events (org_id, at, phase, action, actor_kind, target)
       values ($1, now(), 'event', 'member.two_factor_reset', 'operator', $2)`,
      [orgId, member.userId],
    );
    const visit = await dashboard().visit(operator.cookie);
    await visit.goto('/app/_operator/log');
    const row = visit.page
      .getByRole('row', { name: /Second step and passkeys/ })
      .filter({ hasText: member.email });
    const said = await row.getByRole('cell').last().innerText();
    const { rows } = await dashboard().store.pool.query(`select name from organisations where id = $1`, [
      orgId,
    ]);
    expect(said.split('\n')).toEqual([member.email, rows[0].name, member.userId]);
    await visit.close();
  });
});

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  async function opened(path: string) {
    const { orgId } = await dashboard().organisation();
    const name = 'A-name-without-a-place-to-break-it-'.repeat(3).slice(0, 80);
    await dashboard().store.pool.query(`update organisations set name = $2 where id = $1`, [orgId, name]);
    const visit = await dashboard().visit(operator.cookie, { colorScheme });
    await visit.goto(path);
    await visit.page.getByRole('main').locator('.table, .empty').first().waitFor();
    return visit;
  }

  test.each(['', '/keys', '/health', '/modes', '/log'])(
    '/app/_operator%s has no fault that axe finds, and is no wider than a small phone',
    async (below) => {
      const visit = await opened(`/app/_operator${below}`);
      const { page } = visit;
      expect(await visit.axe()).toEqual([]);
      await page.setViewportSize({ width: 320, height: 640 });
      expect(await sidewaysScroll(page)).toBe(0);
      expect(await visit.axe()).toEqual([]);
      expect(visit.complaints).toEqual([]);
      await visit.close();
    },
  );

  test.each([/^Create organisation/, /^Suspend /, /^New link/])('nor has what asks after %s', async (act) => {
    const visit = await opened('/app/_operator');
    const { page } = visit;
    await page.setViewportSize({ width: 320, height: 640 });
    await page.getByRole('button', { name: act }).first().click();
    await page.locator('dialog[open]').waitFor();
    expect(await sidewaysScroll(page)).toBe(0);
    expect(await visit.axe()).toEqual([]);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });
});
