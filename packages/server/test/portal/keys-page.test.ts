import { describe, expect, test } from 'vitest';
import { toAuditRow, type AuditEntry } from '../../src/audit/entry.ts';
import type { KeyId, OrganisationId, UserId } from '../../src/kernel/ids.ts';
import { keepTrail } from '../support/keep-trail.ts';
import { expectSkeletonErrorRetry } from './list-states.ts';
import { focused, sidewaysScroll, useDashboard } from './open-dashboard.ts';
import { itemsOf } from './open-portal.ts';

const dashboard = useDashboard();
const HOSTILE = 'Evil\u202e<img src=x onerror=alert(1)>';
const LONG = 'A-name-without-a-single-place-to-break-it-'.repeat(2).slice(0, 80);
/** A busy machine takes its time. */
const SOON = { timeout: 20_000 };
const DAY_MS = 86_400_000;

async function furnished() {
  const { organisation, person } = dashboard();
  const { orgId, slug } = await organisation();
  const owner = await person({ orgId, role: 'owner' });
  const member = await person({ orgId, role: 'member' });
  const base = `/organisations/${slug}`;
  const make = async (name: string, access: 'read' | 'full' = 'read') => {
    const made = await owner.post(`${base}/keys`, { name, access, expires_in_days: 30 });
    return { id: String(made.body?.['id']), secret: String(made.body?.['secret']) };
  };
  return { base, make, member, orgId, owner, slug, path: `/app/${slug}/keys` };
}

/** Calls with a key, as the doors record them. */
async function call(
  { keyId, orgId, userId }: { orgId: OrganisationId; userId: UserId; keyId: string },
  ...calls: (Partial<AuditEntry> & { agoDays?: number; times?: number })[]
): Promise<void> {
  const { clock, store } = dashboard();
  const rows = calls.flatMap(({ agoDays = 0, times = 1, ...more }) =>
    Array.from({ length: times }, () =>
      toAuditRow(
        {
          orgId,
          action: 'tool.call',
          actor: { kind: 'user', id: userId },
          keyId: keyId as KeyId,
          target: 'list_bundles',
          outcome: 'ok',
          status: 200,
          durationMs: 15,
          ...more,
        },
        'event',
        { nowMs: () => clock.nowMs() - agoDays * DAY_MS },
      ),
    ),
  );
  await store.audit.insertMany(rows);
  await store.keys.touch(new Map([[keyId as KeyId, clock.nowMs()]]));
  await keepTrail(store);
}

async function seed(orgId: string, userId: string, name: string, count: number, unused = false) {
  await dashboard().store.pool.query(
    `insert into keys (id, org_id, name, access, user_id, hint, minted_as, created_at)
     select 'key_' || md5($1 || $3 || n), $1, $3 || ' ' || n, 'read', $2, 'lk_test_abcd…', 'member',
            now() - make_interval(days => case when $5 then 100 else 0 end)
     from generate_series(1, $4::int) n`,
    [orgId, userId, name, count, unused],
  );
}

describe('the page of the keys', () => {
  test('ten thousand of them come a hundred at a time, are found, kept to one’s own and to a state', async () => {
    const { member, orgId, owner, path } = await furnished();
    await seed(orgId, owner.userId, 'Crowd', 10_000);
    await seed(orgId, member.userId, HOSTILE, 2);
    await seed(orgId, owner.userId, 'Dusty', 3, true);
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    const found = (words: string) =>
      page
        .getByRole('status')
        .filter({ hasText: new RegExp(`(?<!\\d)${words}`) })
        .waitFor();
    await visit.goto(path);
    await found('100 of 10005 keys');
    await page.getByRole('button', { name: 'Show more' }).click();
    await found('200 of 10005 keys');
    await page.getByRole('button', { name: 'Show more' }).click();
    await found('300 of 10005 keys');
    // Of so many only those near the window are drawn.
    await expect.poll(() => page.getByRole('row').count()).toBeLessThan(120);
    await page.getByRole('searchbox').fill('EVIL');
    await found('2 keys');
    await expect.poll(() => visit.path(), SOON).toBe(`${path}?q=EVIL`);
    expect(await page.locator('img').count()).toBe(0);
    await page.getByRole('searchbox').fill('nothing like it');
    await page.getByText('No such keys.').waitFor();
    await page.getByRole('link', { name: 'Show all that work' }).click();
    await found('300 of 10005 keys');
    await page.getByRole('button', { name: 'Mine' }).click();
    await found('100 of 10003 keys');
    await page.getByRole('button', { name: /^Unused/ }).click();
    await found('3 keys');
    expect(
      await page
        .getByRole('row', { name: /^Dusty/ })
        .first()
        .innerText(),
    ).toContain('unused for over 90 days');
    await page.getByLabel('Order').selectOption('name');
    await expect.poll(() => visit.path(), SOON).toBe(`${path}?whose=mine&show=unused&sort=name`);
    await page.reload();
    await found('3 keys');
    expect(visit.complaints).toEqual([]);
    await visit.close();

    const others = await dashboard().visit(member.cookie);
    await others.goto(path);
    await others.page.getByRole('status').filter({ hasText: '2 keys' }).waitFor();
    expect(await others.page.getByRole('button', { name: 'Mine' }).count()).toBe(0);
    expect(await others.page.locator('main').innerText()).not.toContain('Crowd');
    await others.close();
  });

  test('two filters that are pressed before the page is drawn anew both hold', async () => {
    const { member, orgId, owner, path } = await furnished();
    await seed(orgId, member.userId, 'Theirs', 1);
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(`${path}?q=nothing+like+it`);
    await page.getByText('No such keys.').waitFor();
    await page.evaluate(`for (const words of ['Show all that work', 'Mine'])
      [...document.querySelectorAll('main a, main button')].find((one) => one.textContent === words).click();`);
    await expect.poll(() => visit.path(), SOON).toBe(`${path}?whose=mine`);
    await page.getByRole('button', { name: 'Mine', pressed: true }).waitFor();
    await visit.close();
  });

  test('says what each was made as, and by what', async () => {
    const { base, make, orgId, owner, path } = await furnished();
    await make('Deploy', 'full');
    const agent = await owner.post(`${base}/agents`, { name: 'Nightly', role: 'viewer' });
    await owner.post(`${base}/agents/${String(agent.body?.['id'])}/keys`, {
      name: 'Cron',
      access: 'read',
      expires_in_days: null,
    });
    await dashboard().connection({ orgId, userId: owner.userId });
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    const row = (name: RegExp) => page.getByRole('row', { name }).innerText();
    await page.getByRole('row', { name: /^Deploy/ }).waitFor();
    expect(await row(/^Deploy/)).toMatch(/made by hand[^]*made as Owner/);
    expect(await row(/^Cron/)).toMatch(/Nightly[^]*made for this agent[^]*made as Viewer/);
    expect(await row(/^Claude/)).toContain('connection of Claude to claude.ai');
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('full access is not offered, to a member either, where the organisation gives read-only alone', async () => {
    const { member, orgId, path } = await furnished();
    const { pool } = dashboard().store;
    await pool.query("update organisations set max_access = 'read' where id = $1", [orgId]);
    const visit = await dashboard().visit(member.cookie);
    const { page } = visit;
    await visit.goto(path);
    const create = page.getByRole('button', { name: 'Create key' }).first();
    await create.click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('This organisation gives read-only access alone.').waitFor();
    expect(await dialog.getByLabel(/^Full access/).isDisabled()).toBe(true);
    expect(await dialog.getByLabel(/^Read-only/).isChecked()).toBe(true);
    expect(await visit.axe()).toEqual([]);

    await pool.query("update organisations set max_access = 'full' where id = $1", [orgId]);
    await page.reload();
    await create.click();
    await dialog.getByText('Everything that your role allows').waitFor();
    await dialog.getByLabel(/^Full access/).check();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('a key gets a limit of its own, but none above the organisation’s', async () => {
    const { base, owner, path } = await furnished();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByRole('button', { name: 'Create key' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    await page.keyboard.type('Slow');
    // It comes with the list, for which the button does not wait.
    const mostNow = async () => Number(await dialog.getByLabel(/^Calls a minute/).getAttribute('max'));
    await expect.poll(mostNow).toBeGreaterThan(1);
    const most = await mostNow();
    await dialog.getByLabel(/^Calls a minute/).fill(String(most + 1));
    await dialog.getByRole('button', { name: 'Create key' }).click();
    await expect.poll(() => page.locator('input:invalid').count()).toBe(1);
    await dialog.getByLabel(/^Calls a minute/).fill('12');
    await dialog.getByRole('button', { name: 'Create key' }).click();
    await page.getByRole('button', { name: 'I have saved it' }).click();
    expect(itemsOf(await owner.get(`${base}/keys`))).toMatchObject([{ name: 'Slow', calls_per_minute: 12 }]);
    const above = { name: 'Fast', access: 'read', expires_in_days: 7, calls_per_minute: most + 1 };
    expect((await owner.post(`${base}/keys`, above)).status).toBe(400);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test.each(['light', 'dark'] as const)(
    'has no fault that axe sees, and fits a phone, in %s',
    async (colorScheme) => {
      const { make, orgId, owner, path } = await furnished();
      const visit = await dashboard().visit(owner.cookie, { colorScheme });
      const { page } = visit;
      await visit.goto(path);
      await page.getByText('No keys yet.').waitFor();
      expect(await visit.axe()).toEqual([]);
      await make(LONG, 'full');
      await dashboard().connection({ orgId, userId: owner.userId });
      await seed(orgId, owner.userId, 'Dusty', 1, true);
      await page.reload();
      await page.getByRole('row', { name: /^Dusty/ }).waitFor();
      expect(await visit.axe()).toEqual([]);
      await page.setViewportSize({ width: 320, height: 700 });
      await expect.poll(() => sidewaysScroll(page), SOON).toBe(0);
      await page.getByRole('button', { name: 'Create key' }).first().click();
      await page.getByRole('dialog').waitFor();
      expect(await visit.axe()).toEqual([]);
      expect(await sidewaysScroll(page)).toBe(0);
      expect(visit.complaints).toEqual([]);
      await visit.close();
    },
  );

  test('has a skeleton, and an error to try again after', async () => {
    const { make, owner, path } = await furnished();
    await make('Deploy');
    const visit = await dashboard().visit(owner.cookie);
    await expectSkeletonErrorRetry(visit, {
      path,
      api: '**/portal/**/keys?*',
      loading: 'Loading the keys',
    });
    await visit.page.getByRole('row', { name: /^Deploy/ }).waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });
});

describe('the page of one key', () => {
  test('shows what led to it, its calls of a month and the last fifty of them', async () => {
    const { orgId, owner, path } = await furnished();
    const { keyId } = await dashboard().connection({ orgId, userId: owner.userId });
    await dashboard().store.pool.query(
      "update keys set created_at = now() - interval '10 days' where id = $1",
      [keyId],
    );
    const by = { orgId, userId: owner.userId, keyId };
    await call(
      by,
      { agoDays: 3, times: 20 },
      { times: 40 },
      { target: 'publish_bundle', outcome: 'failed', status: 502, durationMs: 900 },
    );
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByRole('link', { name: 'Claude (MCP connector)' }).click();
    await page.locator('.chart canvas').waitFor();
    await expect.poll(() => visit.path(), SOON).toBe(`${path}/${keyId}`);
    await expect.poll(() => focused(page), SOON).toBe('Claude (MCP connector)');
    const main = await page.locator('main').innerText();
    expect(main).toContain(`${owner.email} approved it on the consent page.`);
    expect(main).toContain('Unidentified: the app chose its name itself');
    expect(main).toMatch(/Access went to\s+claude\.ai/i);
    expect(main).toContain('From which addresses a key is used is not kept.');
    expect(await page.locator('.numbers').innerText()).toMatch(/Calls\s+61/);
    const calls = page.getByRole('table', { name: 'Last calls' });
    expect(await calls.getByRole('row').count()).toBe(51);
    expect(await calls.getByRole('row', { name: /publish_bundle/ }).innerText()).toMatch(
      /Failed[^]*502[^]*900 ms/,
    );
    await page.getByRole('link', { name: 'Older ones are in the audit log' }).click();
    await expect.poll(() => visit.path(), SOON).toContain(`/audit?key=${keyId}`);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('replaces the secret after a question; the new one is on the page once, and in nothing that stays', async () => {
    const { make, owner, path } = await furnished();
    const { id, secret } = await make('Deploy', 'full');
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(`${path}/${id}`);
    await page.getByRole('button', { name: 'Replace secret…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => focused(page), SOON).toBe('Replace secret…');
    await page.keyboard.press('Enter');
    expect(await page.getByLabel(/^Works for 24 hours more/).isChecked()).toBe(true);
    await page.getByLabel(/^Works for an hour more/).check();
    await dialog.getByRole('button', { name: 'Replace secret' }).click();
    const next = await page.locator('[data-secret]').innerText();
    expect(await dashboard().verifyKey(next)).toMatchObject({ keyId: id, access: 'full' });
    expect(await dashboard().verifyKey(secret)).toMatchObject({ keyId: id });
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    expect(await page.locator('[data-secret]').isVisible()).toBe(true);
    await page.getByRole('button', { name: 'I have saved it' }).click();
    await page.getByRole('status').filter({ hasText: '“Deploy” has a new secret.' }).waitFor();
    await expect.poll(() => focused(page), SOON).toBe('Deploy');
    await page.getByText('Old secret works until').waitFor();

    // Once more, now without overlap: the question says that the secret from before ends, too.
    await page.getByRole('button', { name: 'Replace secret…' }).click();
    await dialog.getByText('A secret from before still works. It ends now, whatever you choose.').waitFor();
    await page.getByLabel(/^Ends at once/).check();
    await dialog.getByRole('button', { name: 'Replace secret' }).click();
    await page.getByText('The old secret has ended.').waitFor();
    expect(await dashboard().verifyKey(secret)).toBeUndefined();
    expect(await dashboard().verifyKey(next)).toBeUndefined();
    const last = await page.locator('[data-secret]').innerText();
    await page.getByRole('button', { name: 'I have saved it' }).click();
    await expect.poll(() => page.getByText('Old secret works until').count(), SOON).toBe(0);
    const left = await page.evaluate<string[]>(`[
      document.documentElement.outerHTML,
      JSON.stringify({ ...localStorage }),
      JSON.stringify({ ...sessionStorage }),
      JSON.stringify(history.state),
      location.href,
    ]`);
    for (const shown of [next, last]) {
      expect(left.join('\n')).not.toContain(shown.slice(13));
      expect(visit.requests.join('\n')).not.toContain(shown.slice(13));
    }
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('who replaces what somebody else has replaced meanwhile is told, and no secret is lost', async () => {
    const { base, make, owner, path } = await furnished();
    const { id } = await make('Deploy');
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(`${path}/${id}`);
    await page.getByRole('button', { name: 'Replace secret…' }).click();
    const hint = itemsOf(await owner.get(`${base}/keys`))[0]?.['hint'];
    const first = await owner.post(`${base}/keys/${id}/rotate`, { overlap_hours: 0, hint });
    await page.getByRole('dialog').getByRole('button', { name: 'Replace secret' }).click();
    await page.getByRole('alert').filter({ hasText: 'somebody replaced it meanwhile' }).waitFor();
    expect(await dashboard().verifyKey(String(first.body?.['secret']))).toBeDefined();
    expect(await page.locator('[data-secret]').count()).toBe(0);
    await visit.close();
  });

  test('an admin sees a member’s key and ends it, and is offered no secret of it', async () => {
    const { base, member, orgId, owner, path } = await furnished();
    const made = await member.post(`${base}/keys`, { name: 'Theirs', access: 'read', expires_in_days: 7 });
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(`${path}/${String(made.body?.['id'])}`);
    await page.getByText('Nothing was called with it yet.').waitFor();
    expect(await page.getByRole('button', { name: 'Replace secret…' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Revoke key' }).click();
    await expect.poll(() => focused(page), SOON).toBe('Keep key');
    await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke key' }).click();
    await page
      .getByRole('status')
      .filter({ hasText: '“Theirs” is revoked. It stopped working at once.' })
      .waitFor();
    await expect.poll(() => focused(page), SOON).toBe('Theirs');
    await expect.poll(() => page.getByRole('button', { name: 'Revoke key' }).count(), SOON).toBe(0);
    expect(await dashboard().verifyKey(String(made.body?.['secret']))).toBeUndefined();
    expect(visit.complaints).toEqual([]);
    await visit.close();

    const other = await dashboard().person({ orgId, role: 'member' });
    const others = await dashboard().visit(other.cookie);
    await others.goto(`${path}/${String(made.body?.['id'])}`);
    await others.page.getByRole('alert').filter({ hasText: 'There is no such key.' }).waitFor();
    expect(await others.page.locator('main').innerText()).not.toContain('Theirs');
    await others.close();
  });

  test.each(['light', 'dark'] as const)(
    'has no fault that axe sees, and fits a phone, in %s',
    async (colorScheme) => {
      const { make, orgId, owner, path } = await furnished();
      const { id } = await make(LONG, 'full');
      await call(
        { orgId, userId: owner.userId, keyId: id },
        { times: 5 },
        { target: `${HOSTILE} ${LONG}`, outcome: 'refused' },
      );
      const visit = await dashboard().visit(owner.cookie, { colorScheme });
      const { page } = visit;
      await visit.goto(`${path}/${id}`);
      await page.locator('.chart canvas').waitFor();
      expect(await visit.axe()).toEqual([]);
      await page.getByText('The numbers of the chart').click();
      await page.setViewportSize({ width: 320, height: 700 });
      await expect.poll(() => sidewaysScroll(page), SOON).toBe(0);
      await page.getByRole('button', { name: 'Replace secret…' }).click();
      await page.getByRole('dialog').waitFor();
      expect(await visit.axe()).toEqual([]);
      expect(await sidewaysScroll(page)).toBe(0);
      expect(await page.locator('img').count()).toBe(0);
      expect(visit.complaints).toEqual([]);
      await visit.close();
    },
  );

  test('has a skeleton, and an error to try again after', async () => {
    const { make, owner, path } = await furnished();
    const { id } = await make('Deploy');
    const visit = await dashboard().visit(owner.cookie);
    await expectSkeletonErrorRetry(visit, {
      path: `${path}/${id}`,
      api: `**/portal/**/keys/${id}`,
      loading: 'Loading the key',
    });
    await visit.page.getByRole('heading', { name: 'Deploy' }).waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });
});
