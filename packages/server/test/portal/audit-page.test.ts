import { describe, expect, test } from 'vitest';
import { toAuditRow, type AuditEntry } from '../../src/audit/entry.ts';
import type { OrganisationId } from '../../src/kernel/ids.ts';
import { keepTrail } from '../support/keep-trail.ts';
import { expectSkeletonErrorRetry } from './list-states.ts';
import { focused, sidewaysScroll, useDashboard } from './open-dashboard.ts';

const dashboard = useDashboard();

async function watched() {
  const { organisation, person } = dashboard();
  const { orgId, slug } = await organisation();
  const owner = await person({ orgId, role: 'owner' });
  return { orgId, slug, owner, path: `/app/${slug}/audit` };
}

function write(
  orgId: OrganisationId,
  ...entries: (Partial<AuditEntry> & { agoMs?: number })[]
): Promise<void> {
  const { clock, store } = dashboard();
  return store.audit.insertMany(
    entries.map(({ agoMs = 0, ...more }) =>
      toAuditRow({ orgId, action: 'key.created', actor: { kind: 'system' }, ...more }, 'event', {
        nowMs: () => clock.nowMs() - agoMs,
      }),
    ),
  );
}

async function seal(): Promise<void> {
  await keepTrail(dashboard().store);
}

const HOSTILE = '<img src=x onerror=alert(1)>\u202Etxt.exe';

async function lively() {
  const opened = await watched();
  const { orgId, owner } = opened;
  const { keyId } = await dashboard().connection({ orgId, userId: owner.userId });
  await write(
    orgId,
    {
      action: 'organisation.settings_changed',
      actor: { kind: 'user', id: owner.userId },
      outcome: 'ok',
      requestId: 'req_settings' as never,
      detail: { from: { name: 'Old name', refreshDays: 30 }, to: { name: 'New name', refreshDays: 30 } },
    },
    {
      action: 'grant.revoked',
      actor: { kind: 'user', id: owner.userId },
      target: keyId,
      outcome: 'ok',
      detail: { why: 'by_client' },
    },
    {
      action: 'tool.call',
      actor: { kind: 'user', id: owner.userId },
      target: HOSTILE,
      outcome: 'failed',
      status: 502,
      durationMs: 31,
    },
    { action: 'something.new', actor: { kind: 'anonymous' }, outcome: 'refused' },
  );
  return opened;
}

describe('the page of the audit log', () => {
  test('says what was done in words, by whom and to what; what it has no words for it shows as it is', async () => {
    const { owner, path } = await lively();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    const ended = page.getByRole('row', { name: /Connection ended/ });
    await ended.waitFor();
    expect(await ended.innerText()).toContain(owner.email);
    expect(await ended.innerText()).toContain('Claude (MCP connector)');
    expect(await page.getByRole('row', { name: /something\.new/ }).innerText()).toMatch(
      /Nobody signed in[^]*Refused/,
    );
    const called = page.getByRole('row', { name: /Tool called/ });
    expect(await called.innerText()).toContain('<img src=x onerror=alert(1)>\ufffdtxt.exe');
    expect(await page.getByText('This is where the log begins.').count()).toBe(1);
    expect(await visit.axe()).toEqual([]);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('opens an entry with what changed, as it is stored, and all of its request', async () => {
    const { owner, path } = await lively();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    const button = page.getByRole('row', { name: /Settings changed/ }).getByRole('button');
    await button.click();
    const dialog = page.getByRole('dialog', { name: 'Settings changed' });
    await expect.poll(() => focused(page)).toBe('Close');
    expect(await dialog.getByRole('row', { name: /^name/ }).innerText()).toMatch(/Old name\s+New name/);
    expect(await dialog.getByRole('row').count()).toBe(2);
    await dialog.getByText('As it is stored').click();
    expect(await dialog.locator('pre').innerText()).toContain('"action": "organisation.settings_changed"');
    expect(await visit.axe()).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(() => focused(page)).toMatch(/^Details of “Settings changed”/);
    await button.click();
    await dialog.getByRole('button', { name: 'Show all of this request' }).click();
    await page.waitForURL('**/audit?*request=req_settings*');
    await expect.poll(() => page.getByRole('row').count()).toBe(2);
    await expect.poll(() => focused(page)).toBe('Audit log');
    expect(await page.getByLabel('Request ID').inputValue()).toBe('req_settings');
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('finds by what is typed, keeps it in the address, and clears it', async () => {
    const { owner, path } = await lively();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByRole('row', { name: /Tool called/ }).waitFor();
    await page.getByLabel('What', { exact: true }).selectOption({ label: 'Connections' });
    await page.waitForURL('**/audit?what=grant.*');
    await expect.poll(() => page.getByRole('row').count()).toBe(2);
    await page.getByLabel('Who').fill('nobody-of-that-name');
    await page.getByText('Nothing fits these filters.').waitFor();
    await page.reload();
    await page.getByText('Nothing fits these filters.').waitFor();
    expect(await page.getByLabel('Who').inputValue()).toBe('nobody-of-that-name');
    expect(await visit.axe()).toEqual([]);
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await page.getByRole('row', { name: /Tool called/ }).waitFor();
    expect(visit.path()).toBe(path);
    expect(await page.getByLabel('Who').inputValue()).toBe('');
    await expect.poll(() => focused(page)).toBe('Audit log');
    await page.getByLabel('When').selectOption('between');
    await page.getByLabel('Until').fill('2020-01-01T00:00');
    await page.getByText('Nothing fits these filters.').waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('downloads what the filters show, as CSV and as NDJSON', async () => {
    const { owner, path, slug } = await lively();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(`${path}?what=grant.*`);
    await page.getByRole('row', { name: /Connection ended/ }).waitFor();
    for (const [name, ending] of [
      ['CSV, for spreadsheets', 'csv'],
      ['NDJSON, for programs', 'ndjson'],
    ] as const) {
      await page.getByRole('button', { name: /^Download/ }).click();
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('link', { name }).click(),
      ]);
      expect(file.suggestedFilename()).toBe(`audit-${slug}.${ending}`);
      const pieces: Buffer[] = [];
      for await (const piece of await file.createReadStream()) pieces.push(piece as Buffer);
      const text = Buffer.concat(pieces).toString();
      expect(text).toContain('grant.revoked');
      expect(text).not.toContain('tool.call');
    }
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('checks the chain, and names the entry that somebody changed in the database', async () => {
    const { orgId, owner, path } = await lively();
    await seal();
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    const check = page.getByRole('button', { name: 'Check for changes' });
    await check.click();
    await page
      .getByRole('status')
      .filter({ hasText: /^Nothing was changed: [1-9]\d* entries/ })
      .waitFor();
    expect(await visit.axe()).toEqual([]);
    const { rows } = await dashboard().store.pool.query(
      `update audit_events set outcome = 'ok' where org_id = $1 and action = 'something.new' returning id`,
      [orgId],
    );
    const id = String((rows as { id: string }[])[0]?.id);
    await check.click();
    const alert = page.getByRole('alert').filter({ hasText: 'An entry was changed after it was written.' });
    await alert.waitFor();
    expect(await alert.innerText()).toContain(`number ${id}`);
    expect(await visit.axe()).toEqual([]);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('says that entries were deleted without a policy, and which', async () => {
    const { orgId, owner, path } = await lively();
    await seal();
    const { store } = dashboard();
    const ids = (await store.audit.list(orgId, { limit: 100 })).map(({ id }) => id);
    await store.pool.query('delete from audit_events where org_id = $1', [orgId]);
    await store.pool.query('update audit_blocks set ids = null, leaves = null where chain = $1', [orgId]);
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByRole('button', { name: 'Check for changes' }).click();
    const alert = page.getByRole('alert').filter({ hasText: 'Entries were deleted without a policy.' });
    await alert.waitFor();
    expect(await alert.innerText()).toContain(
      `The first one is number ${Math.min(...ids)}, the last one number ${Math.max(...ids)}, from block 1 of the chain on.`,
    );
    expect(await visit.axe()).toEqual([]);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('watches live when asked to, and pauses', async () => {
    const { orgId, owner, path } = await watched();
    await write(orgId, { action: 'agent.created' });
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    await page.getByRole('row', { name: /Agent created/ }).waitFor();
    const asks = () => visit.requests.filter((url) => url.includes('/audit?')).length;
    const before = asks();
    await page.getByRole('button', { name: 'Watch live' }).click();
    await page.getByRole('status').filter({ hasText: 'New entries appear by themselves.' }).waitFor();
    await write(orgId, { action: 'agent.deleted' });
    await page.getByRole('row', { name: /Agent deleted/ }).waitFor();
    expect(await page.getByRole('row').nth(1).innerText()).toContain('Agent deleted');
    await page.getByRole('status').filter({ hasText: '1 new entry.' }).waitFor();
    expect(asks()).toBeGreaterThan(before);
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('status').filter({ hasText: 'Paused.' }).waitFor();
    expect(await page.getByRole('row', { name: /Agent deleted/ }).count()).toBe(1);
    expect(await page.getByRole('button', { name: 'Watch live' }).getAttribute('aria-pressed')).toBe('false');
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('shows a log of tens of thousands, page after page, and finds the oldest of it', async () => {
    const { orgId, owner, path } = await watched();
    await dashboard().store.pool.query(
      `insert into audit_events (org_id, at, phase, action, actor_kind, target, outcome)
       select $1, now() - make_interval(secs => 30000 - n), 'event',
              case when n = 3 then 'member.removed' else 'tool.call' end, 'system', 'tool_' || n, 'ok'
       from generate_series(1, 30000) n`,
      [orgId],
    );
    const visit = await dashboard().visit(owner.cookie);
    const { page } = visit;
    await visit.goto(path);
    const table = page.getByRole('table');
    for (const rows of [51, 101, 151, 201, 251]) {
      await expect.poll(() => table.getAttribute('aria-rowcount')).toBe(String(rows));
      await page.getByRole('button', { name: 'Show older' }).click();
    }
    // Only those near the window are drawn.
    await expect.poll(() => page.getByRole('row').count()).toBeLessThan(150);
    await visit.goto(`${path}?what=member.*`);
    await page.getByRole('row', { name: /Member removed/ }).waitFor();
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test('has a skeleton while it loads, and says what went wrong', async () => {
    const { owner, path } = await watched();
    const visit = await dashboard().visit(owner.cookie);
    await expectSkeletonErrorRetry(visit, {
      path,
      api: '**/portal/v1/organisations/*/audit?*',
      loading: 'Loading the audit log',
    });
    await visit.page.getByText('Nothing has been written down yet.').waitFor();
    expect(await visit.axe()).toEqual([]);
    await visit.close();
  });

  test.each(['member', 'viewer'] as const)(
    'tells a %s which role it takes, and asks for nothing',
    async (role) => {
      const { orgId, path } = await watched();
      const person = await dashboard().person({ orgId, role });
      const visit = await dashboard().visit(person.cookie);
      await visit.goto(path);
      await visit.page.getByText('This page needs the role Admin or higher.').waitFor();
      expect(await visit.page.getByRole('link', { name: 'Audit log' }).count()).toBe(0);
      expect(visit.requests.filter((url) => url.includes('/audit?'))).toEqual([]);
      expect(visit.complaints).toEqual([]);
      await visit.close();
    },
  );

  test.each(['light', 'dark'] as const)(
    'fits a small phone, and has no fault that axe knows (%s)',
    async (colorScheme) => {
      const { owner, path } = await lively();
      await seal();
      const visit = await dashboard().visit(owner.cookie, {
        viewport: { width: 320, height: 640 },
        colorScheme,
      });
      const { page } = visit;
      await visit.goto(`${path}?from=2020-01-01T00:00:00Z&target=img`);
      await page.getByRole('row', { name: /Tool called/ }).waitFor();
      expect(await sidewaysScroll(page)).toBe(0);
      expect(await visit.axe()).toEqual([]);
      await visit.goto(path);
      await page
        .getByRole('row', { name: /Settings changed/ })
        .getByRole('button')
        .click();
      await page.getByText('As it is stored').click();
      expect(await sidewaysScroll(page)).toBe(0);
      expect(await visit.axe()).toEqual([]);
      await page.getByRole('button', { name: 'Close' }).click();
      await page.getByRole('button', { name: /^Download/ }).click();
      expect(await sidewaysScroll(page)).toBe(0);
      expect(visit.complaints).toEqual([]);
      await visit.close();
    },
  );
});
