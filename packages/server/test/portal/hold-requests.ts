import type { Page } from 'playwright-core';

/** Keeps what a page asks for at these addresses waiting until the function is called that this returns. */
export async function holdRequests(
  page: Page,
  addresses: string,
  end: 'continue' | 'abort' = 'continue',
): Promise<() => void> {
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route(addresses, async (route) => {
    await held;
    await route[end]();
  });
  return letGo;
}
