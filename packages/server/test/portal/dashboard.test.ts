import { describe, expect, test } from 'vitest';
import { PASSWORD } from '../people/open-people.ts';
import { holdRequests } from './hold-requests.ts';
import { clipboard, copyWith, focused, focusedId, useDashboard, sidewaysScroll } from './open-dashboard.ts';

const FIRST_LOAD_BYTES_MAX = 140_000;

const dashboard = useDashboard();

async function furnished() {
  const { organisation, person, connection } = dashboard();
  const { orgId, slug } = await organisation();
  const owner = await person({ orgId, role: 'owner' });
  const claude = await connection({ orgId, userId: owner.userId });
  return { orgId, slug, owner, claude, base: `/organisations/${slug}` };
}

describe('a person', () => {
  test('signs in, sees the key of a connection and ends it through the dialog', async () => {
    const { slug, orgId, owner, claude } = await furnished();
    const visit = await dashboard().visit('');
    const { page } = visit;

    await visit.goto(`/app/${slug}/keys`);
    await page.waitForURL(/\/sign-in\?return_to=/);
    expect(visit.complaints.splice(0)).toEqual([expect.stringContaining('401')]);
    await page.getByLabel('Email').fill(owner.email);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/app/${slug}/keys`);

    const row = page.getByRole('row', { name: /Claude \(MCP connector\)/ });
    await row.waitFor();
    expect(await row.innerText()).toContain('connection of Claude to claude.ai');
    expect(await row.innerText()).toContain('Full access');
    expect(await page.title()).toMatch(/^API keys · Organisation \d+ · Latchkey$/);

    await row.getByRole('button', { name: 'Revoke' }).click();
    const dialog = page.getByRole('alertdialog', { name: 'Revoke “Claude (MCP connector)”?' });
    expect(await dialog.innerText()).toContain('Claude stops at once and asks you to connect again.');
    await expect.poll(() => focused(page)).toBe('Keep key');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => focused(page)).toBe('Revoke Claude (MCP connector)');
    expect(await dashboard().verifyKey(claude.secret)).toBeDefined();

    await page.keyboard.press('Enter');
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await dashboard().verifyKey(claude.secret)).toBeDefined();

    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Revoke key' }).click();
    await dialog.waitFor({ state: 'detached' });
    const said = page.getByRole('status').filter({ hasText: 'is revoked' });
    expect(await said.innerText()).toBe('“Claude (MCP connector)” is revoked. It stopped working at once.');
    expect(await row.count()).toBe(0);
    await expect.poll(() => focused(page)).toBe('API keys');
    expect(await dashboard().verifyKey(claude.secret)).toBeUndefined();
    const grant = await dashboard().store.grants.find(orgId, claude.grantId);
    expect(grant?.revokedAt).toBeInstanceOf(Date);

    await page.getByRole('button', { name: /^Revoked/ }).click();
    await row.waitFor();
    expect(await row.innerText()).toContain('Revoked');
    expect(visit.path()).toBe(`/app/${slug}/keys?show=revoked`);
    expect(await row.getByRole('button').count()).toBe(0);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('who is an admin signs everyone out through the dialog; nobody else is offered it', async () => {
    const { slug, orgId, owner, claude } = await furnished();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(`/app/${slug}/keys`);
    await page.getByRole('row', { name: /Claude \(MCP connector\)/ }).waitFor();
    await page.getByRole('button', { name: 'Sign everyone out…' }).click();
    const dialog = page.getByRole('alertdialog', { name: /^Sign everyone out of Organisation \d+\?$/ });
    await expect.poll(() => focused(page)).toBe('Keep everyone connected');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => focused(page)).toBe('Sign everyone out…');
    expect(await dashboard().verifyKey(claude.secret)).toBeDefined();

    await page.keyboard.press('Enter');
    await dialog.getByRole('button', { name: 'Sign everyone out' }).click();
    await dialog.waitFor({ state: 'detached' });
    const said = page.getByRole('status').filter({ hasText: 'signed out' });
    expect(await said.innerText()).toBe('Everyone is signed out: one connection ended.');
    await expect.poll(() => focused(page)).toBe('API keys');
    expect(await page.getByRole('row', { name: /Claude/ }).count()).toBe(0);
    expect(await dashboard().verifyKey(claude.secret)).toBeUndefined();
    expect(visit.complaints).toEqual([]);
    await visit.close();

    const member = await dashboard().person({ orgId, role: 'member' });
    const theirs = await dashboard().visit(member.cookie);
    await theirs.goto(`/app/${slug}/keys`);
    await theirs.page.getByRole('button', { name: 'Create key' }).first().waitFor();
    expect(await theirs.page.getByText('Sign everyone out').count()).toBe(0);
    await theirs.close();
  });

  test('creates a key whose secret is on the page once, and in nothing that stays', async () => {
    const { slug, owner } = await furnished();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(`/app/${slug}/keys`);
    await page.getByRole('button', { name: 'Create key' }).click();
    expect(await page.getByLabel('Read-only').isChecked()).toBe(true);
    expect(await page.getByLabel('Expires after').inputValue()).toBe('30');
    await page.keyboard.type('Deploy');
    await page.getByLabel('Full access').check();
    await page.getByLabel('Expires after').selectOption('90');
    await page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click();
    const secret = await page.locator('[data-secret]').innerText();
    expect(await dashboard().verifyKey(secret)).toMatchObject({ access: 'full' });

    // Escape must not lose what is shown once, however often it is pressed.
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    expect(await page.locator('[data-secret]').isVisible()).toBe(true);
    await visit.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await copyWith(page, 'Copy the key');
    expect(await clipboard(page)).toBe(secret);
    await page.getByRole('button', { name: 'I have saved it' }).click();

    await page.getByRole('row', { name: /Deploy/ }).waitFor();
    const left = await page.evaluate<string[]>(`[
      document.documentElement.outerHTML,
      JSON.stringify({ ...localStorage }),
      JSON.stringify({ ...sessionStorage }),
      JSON.stringify(history.state),
      location.href,
    ]`);
    expect(left[0]).toContain('Deploy');
    expect(left.join('\n')).not.toContain(secret.slice(13));
    expect(visit.requests.join('\n')).not.toContain(secret.slice(13));
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('who presses Escape while a key is being made does not miss its secret', async () => {
    const { slug, owner } = await furnished();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(`/app/${slug}/keys`);
    await page.getByRole('button', { name: 'Create key' }).click();
    await page.getByRole('dialog').waitFor();
    const answer = await holdRequests(page, '**/portal/**/keys');
    await page.keyboard.type('Deploy');
    await page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click();
    await page.getByRole('button', { name: 'Creating…' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    expect(await page.getByRole('button', { name: 'Cancel' }).isDisabled()).toBe(true);
    answer();
    await page.locator('[data-secret]').waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('creates an agent and a key for it, with a command that holds no live key', async () => {
    const { slug, owner } = await furnished();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(`/app/${slug}/agents`);
    await page.getByText('No agents yet').waitFor();
    await page.getByRole('button', { name: 'Create agent' }).first().click();
    await page.keyboard.type('Nightly <img src=x onerror=alert(1)>');
    await page.getByRole('dialog').getByRole('button', { name: 'Create agent' }).click();
    const row = page.getByRole('row', { name: 'Nightly <img src=x onerror=alert(1)>' });
    await row.getByRole('button', { name: 'Create key' }).click();
    await page.keyboard.type('Cron');
    // A viewer, as agents are unless somebody says otherwise.
    expect(await page.getByLabel('Full access').isDisabled()).toBe(true);
    await page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click();
    const secret = await page.locator('[data-secret]').innerText();
    expect(await dashboard().verifyKey(secret)).toMatchObject({ actor: { kind: 'agent' }, access: 'read' });
    const command = page.getByText('npx mcp-remote');
    expect(await command.innerText()).toBe(
      `npx mcp-remote ${dashboard().baseUrl}/mcp/${slug}/sse --header X-API-Key:YOUR_KEY`,
    );
    expect(await page.locator('img').count()).toBe(0);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('copies the connector URL, and is told why claude.ai cannot reach it', async () => {
    const { slug, owner } = await furnished();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await visit.goto('/app');
    // The only organisation: no choice to make.
    await page.waitForURL(`**/app/${slug}`);
    await copyWith(page, 'Copy the connector URL');
    expect(await clipboard(page)).toBe(`${dashboard().baseUrl}/mcp/${slug}`);
    expect(await page.getByText('claude.ai cannot reach this address').count()).toBe(1);
    expect(await page.getByRole('link', { name: 'Add to Claude' }).count()).toBe(0);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('changes the organisation with the keyboard, and each page takes the focus to its heading', async () => {
    const { orgId, slug } = await dashboard().organisation();
    const other = await dashboard().organisation();
    const person = await dashboard().person({ orgId, role: 'owner' }, { orgId: other.orgId, role: 'viewer' });
    const visit = await dashboard().visit(person.cookie);
    const { page } = visit;
    await visit.goto(`/app/${slug}`);
    const switcher = page.getByRole('button', { name: /^Organisation: / });
    await switcher.focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    expect(await switcher.getAttribute('aria-expanded')).toBe('false');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(`**/app/${other.slug}`);
    await expect.poll(() => focused(page)).toMatch(/^Connect Claude to /);
    expect(await page.getByRole('navigation').getByRole('link').allInnerTexts()).toEqual([
      'Home',
      'Connect',
      'Connections',
      'API keys',
      'Connectors',
      'Playground',
    ]);
    await page.getByRole('link', { name: 'API keys' }).first().click();
    await expect.poll(() => focusedId(page)).toBe('page-title');
    expect(await focused(page)).toBe('API keys');
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test.each(['light', 'dark'] as const)(
    'on a phone the pages are behind a button, which the keyboard opens and a choice closes (%s)',
    async (colorScheme) => {
      const { slug, owner } = await furnished();
      const viewport = { width: 320, height: 640 };
      const visit = await dashboard().visit(owner.cookie, { viewport, colorScheme });
      const { page } = visit;
      await visit.goto(`/app/${slug}/members`);
      const navigation = page.getByRole('navigation', { name: 'Organisation' });
      const button = navigation.getByRole('button', { name: 'All pages' });
      await button.focus();
      expect(await button.getAttribute('aria-expanded')).toBe('false');
      expect(await navigation.getByRole('link').count()).toBe(0);
      await page.keyboard.press('Enter');
      await navigation.getByRole('link', { name: 'Settings' }).waitFor();
      expect(await visit.axe()).toEqual([]);
      expect(await sidewaysScroll(page)).toBe(0);
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.waitForURL(`**/app/${slug}/connect`);
      await expect.poll(() => button.getAttribute('aria-expanded')).toBe('false');
      await expect.poll(() => focusedId(page)).toBe('page-title');
      expect(await focused(page)).toMatch(/^Connect/);
      expect(visit.complaints).toEqual([]);
      await visit.close();
    },
  );

  test('signs out, and the page that the browser brings back shows nothing', async () => {
    const { slug, owner } = await furnished();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(`/app/${slug}/keys`);
    await page.getByRole('row', { name: /Claude/ }).waitFor();
    await page.getByRole('button', { name: /^Account: / }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL('**/signed-out');
    expect((await owner.get('/me')).status).toBe(401);
    expect(visit.complaints).toEqual([]);
    await page.goBack();
    await page.waitForURL(/\/sign-in\?return_to=/);
    await visit.close();
  });
});

describe('the dashboard', () => {
  test('has its policy in force: an inline script and markup from a string are refused', async () => {
    const { slug, owner } = await furnished();
    const visit = await dashboard().visit(owner.cookie);
    await visit.goto(`/app/${slug}`);
    const ran = await visit.page.evaluate<boolean>(`(() => {
      const script = document.createElement('script');
      script.append('globalThis.ran = true');
      document.body.append(script);
      return 'ran' in globalThis;
    })()`);
    const markup = await visit.page.evaluate<string>(`(() => {
      try {
        document.body.innerHTML = '<p>replaced</p>';
        return 'taken';
      } catch (error) {
        return String(error);
      }
    })()`);
    expect([ran, markup]).toEqual([false, expect.stringContaining('TrustedHTML')]);
    // This also shows that a violation does not go unnoticed in the other tests.
    await expect.poll(() => visit.complaints.filter((text) => text.startsWith('CSP ')).length).toBe(2);
    await visit.close();
  });

  test.each<'light' | 'dark'>(['light', 'dark'])(
    'never scrolls sideways at 320 px, dialogs and long names included (%s)',
    async (colorScheme) => {
      const { slug, owner, base, orgId } = await furnished();
      const viewer = await dashboard().organisation();
      await dashboard().store.people.addMember(viewer.orgId, owner.userId, 'viewer');
      const long = 'A-name-without-a-single-place-to-break-it-'.repeat(2).slice(0, 80);
      await owner.post(`${base}/keys`, { name: long, access: 'full', expires_in_days: null });
      await owner.post(`${base}/agents`, { name: long, role: 'member' });
      await dashboard().connection({ orgId, userId: owner.userId });
      const visit = await dashboard().visit(owner.cookie, {
        viewport: { width: 320, height: 640 },
        colorScheme,
      });
      const { page } = visit;
      const expectFits = async (what: string) => {
        expect([what, await sidewaysScroll(page)]).toEqual([what, 0]);
      };
      const pages: [string, string][] = [
        ['/app', '.chooser'],
        [`/app/${slug}`, '.connector'],
        [`/app/${slug}/keys?show=all`, '.table'],
        [`/app/${slug}/agents`, '.table'],
        [`/app/${viewer.slug}/agents`, '.empty'],
        [`/app/${slug}/no-such-page`, 'h1'],
        ['/app/no-such-organisation', 'h1'],
      ];
      for (const [path, shown] of pages) {
        await visit.goto(path);
        await page.locator(shown).first().waitFor();
        await expectFits(path);
      }
      await visit.goto(`/app/${slug}/keys`);
      await page.getByRole('button', { name: `Revoke ${long}` }).click();
      await page.getByRole('alertdialog').waitFor();
      await expectFits('the dialog to revoke');
      await page.getByRole('button', { name: 'Keep key' }).click();
      await page.getByRole('button', { name: 'Create key' }).click();
      await page.getByRole('dialog').waitFor();
      await expectFits('the dialog to create');
      await page.keyboard.type('x');
      await page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click();
      await page.locator('[data-secret]').waitFor();
      await expectFits('the secret');
      await page.getByRole('button', { name: 'I have saved it' }).click();
      await page.getByRole('button', { name: /^Organisation: / }).click();
      await expectFits('the switcher');
      expect(visit.complaints).toEqual([]);
      await visit.close();
    },
  );

  test('tells a member who opens the agents which role it takes, and asks the server for nothing', async () => {
    const { orgId, slug } = await furnished();
    const member = await dashboard().person({ orgId, role: 'member' });
    const visit = await dashboard().visit(member.cookie);
    await visit.goto(`/app/${slug}/agents`);
    await visit.page.getByText('This page needs the role Admin or higher. Yours is Member').waitFor();
    expect(visit.requests.filter((url) => url.endsWith('/agents') && url.includes('/portal/'))).toEqual([]);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('answers for an organisation of others as for one that nobody has', async () => {
    const theirs = await furnished();
    const { owner } = await furnished();
    const visit = await dashboard().visit(owner.cookie);
    for (const slug of [theirs.slug, 'nobody-has-this']) {
      await visit.goto(`/app/${slug}/keys`);
      await visit.page.getByRole('heading', { name: `You are not in “${slug}”` }).waitFor();
      expect(await visit.page.content()).not.toContain('Claude (MCP connector)');
    }
    await visit.close();
  });

  test('shows the request id when the server fails, and recovers at Try again', async () => {
    const { slug, owner } = await furnished();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await dashboard().store.pool.query('alter table keys rename to keys_away');
    try {
      await visit.goto(`/app/${slug}/keys`);
      const alert = page.getByRole('alert');
      await alert.waitFor();
      expect(await alert.innerText()).toMatch(/Something went wrong on our side[^]*req_[\w-]+/);
    } finally {
      await dashboard().store.pool.query('alter table keys_away rename to keys');
    }
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('row', { name: /Claude/ }).waitFor();
    await visit.close();
  });

  test('weighs at most 140 kB at the first load', async () => {
    const { slug, owner } = await furnished();
    const visit = await dashboard().visit(owner.cookie);
    await visit.goto(`/app/${slug}/keys`);
    await visit.page.getByRole('row', { name: /Claude/ }).waitFor();
    const root = `${dashboard().baseUrl}/app/`;
    const paths = visit.requests.filter((url) => url.startsWith(root)).map((url) => url.slice(root.length));
    expect(paths.filter((path) => path.startsWith('assets/')).length).toBeGreaterThan(1);
    const sizes = await Promise.all(paths.map((path) => dashboard().gzipBytes(path)));
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(FIRST_LOAD_BYTES_MAX);
    expect(visit.requests.filter((url) => !url.startsWith(dashboard().baseUrl))).toEqual([]);
    await visit.close();
  });
});
