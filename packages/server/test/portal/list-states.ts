import { expect } from 'vitest';
import { holdRequests } from './hold-requests.ts';
import type { Dashboard } from './open-dashboard.ts';

type Visit = Awaited<ReturnType<Dashboard['visit']>>;

/**
 * Opens a page whose list comes from addresses that match `api`: it shows a skeleton until the answer, then what went
 * wrong. Leaves the page as it is after "Try again".
 */
export async function expectSkeletonErrorRetry(
  visit: Visit,
  { path, api, loading }: { path: string; api: string; loading: string },
): Promise<void> {
  const { page } = visit;
  const fail = await holdRequests(page, api, 'abort');
  await visit.goto(path);
  await page.getByRole('status').filter({ hasText: loading }).waitFor();
  expect(await page.locator('.skeleton[aria-busy=true]').count()).toBeGreaterThan(0);
  fail();
  await page.getByRole('alert').filter({ hasText: 'Latchkey did not answer' }).waitFor();
  expect(await page.getByRole('status').filter({ hasText: loading }).count()).toBe(0);
  await page.unrouteAll({ behavior: 'wait' });
  await page.getByRole('button', { name: 'Try again' }).click();
  // The console tells of the requests that were made to fail, and of nothing else.
  expect(visit.complaints.splice(0).filter((text) => !text.includes('net::ERR_FAILED'))).toEqual([]);
}
