import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { Role } from '../../src/kernel/access.ts';
import { expectSkeletonErrorRetry } from './list-states.ts';
import { sidewaysScroll, type Dashboard } from './open-dashboard.ts';

interface Place {
  readonly orgId: Parameters<Dashboard['person']>[0]['orgId'];
  readonly owner: { readonly cookie: string };
  /** Of the page, and of what it asks for. */
  readonly path: string;
  readonly api: string;
}

export interface SettingsTab<Opened extends Place> {
  /** A new organisation with an owner. */
  owned(): Promise<Opened>;
  /** What is said while it loads. */
  readonly loading: string;
  /** What is there once it has loaded. */
  loaded(page: Page): Locator;
  /** The highest role that may not see it, and what that one is told. */
  readonly closedTo: Role;
  readonly told: string;
  /** What that one is not shown, once the rest is there; unset: what is `loaded` for others. */
  unseen?(page: Page): Promise<Locator>;
  /** Goes from state to state on a small phone, and calls `look` in each. */
  onPhone(opened: Opened, page: Page, look: () => Promise<void>): Promise<void>;
}

/** The tests that every tab of the settings has. */
export function testSettingsTab<Opened extends Place>(
  dashboard: () => Dashboard,
  { closedTo, loaded, loading, onPhone, owned, told, unseen }: SettingsTab<Opened>,
): void {
  test('loads behind a skeleton, says what went wrong, and tries again', async () => {
    const { api, owner, path } = await owned();
    const visit = await dashboard().visit(owner.cookie);
    await expectSkeletonErrorRetry(visit, { path, api, loading });
    await loaded(visit.page).waitFor();
    expect(await visit.page.getByRole('alert').count()).toBe(0);
    await visit.close();
  });

  test('who may not see it is told which role it takes', async () => {
    const { orgId, path } = await owned();
    const person = await dashboard().person({ orgId, role: closedTo });
    const visit = await dashboard().visit(person.cookie);
    await visit.goto(path);
    await visit.page.getByText(told).waitFor();
    const hidden = unseen === undefined ? loaded(visit.page) : await unseen(visit.page);
    expect(await hidden.count()).toBe(0);
    expect(visit.complaints).toEqual([]);
    await visit.close();
  });

  test.each(['light', 'dark'] as const)(
    'nothing is wrong by axe, nor wider than a small phone, in any state (%s)',
    async (colorScheme) => {
      const opened = await owned();
      const viewport = { width: 320, height: 640 };
      const visit = await dashboard().visit(opened.owner.cookie, { viewport, colorScheme });
      await visit.goto(opened.path);
      await loaded(visit.page).waitFor();
      await onPhone(opened, visit.page, async () => {
        expect(await visit.axe()).toEqual([]);
        expect(await sidewaysScroll(visit.page)).toBe(0);
      });
      expect(visit.complaints).toEqual([]);
      await visit.close();
    },
  );
}
