import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { DEMO_PASSWORD } from '../../../src/demo/demo-data.ts';
import { openWorld, type World } from '../../oauth/support/world.ts';
import { NO_CHROMIUM, openChromium } from '../../portal/open-chromium.ts';
import { startService, type Service } from './support/authorization-server.ts';
import { newConnector } from './support/people-with-accounts.ts';

let browser: Browser | undefined;
let world: World;
let service: Service;
beforeAll(async () => {
  browser = await openChromium();
  world = await openWorld();
  service = await startService();
  const acme = await world.latchkey.store.people.findOrganisationBySlug('acme');
  if (acme === undefined) throw new Error('no demo');
  await newConnector(world, { orgId: acme.id }, service.resource);
  await newConnector(world, { orgId: acme.id }, service.resource, { slug: 'calendar', name: 'Calendar' });
  const long = 'A service with a very long and unbroken name: ' + 'W'.repeat(60);
  await newConnector(world, { orgId: acme.id }, service.resource, { slug: 'long', name: long });
});
beforeEach((context) => {
  if (browser === undefined) context.skip(NO_CHROMIUM);
});
afterAll(async () => {
  await browser?.close();
  await service.close();
  await world.close();
});

test.each(['light', 'dark'] as const)(
  'in a real browser without scripts, %s: the cards fit, lead to the service and back, and no policy stops them',
  async (colorScheme) => {
    if (browser === undefined) throw new Error('no browser');
    for (const width of [320, 1280]) {
      const context = await browser.newContext({
        viewport: { width, height: 900 },
        colorScheme,
        javaScriptEnabled: false,
      });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      const { href } = await world.newRequest({ resource: `${world.url}/mcp/acme` });
      await page.goto(href);
      await page.fill('[name=email]', 'owner@acme.test');
      await page.fill('[name=password]', DEMO_PASSWORD);
      await page.click('button[type=submit]');
      await page.waitForSelector('.card');
      const scroll = await page.evaluate('document.documentElement.scrollWidth');
      expect(scroll).toBe(width);
      expect(await page.locator('button[disabled]').isVisible()).toBe(false);

      await page.check('[name=access][value=full]');
      const connected = page.locator('.card', { hasText: 'Drive' });
      if ((await connected.innerText()).includes('Not connected')) {
        await connected.locator('button').click();
        await page.waitForURL(/\/oauth\/consent\?transaction=/);
      }
      expect(await page.locator('.card', { hasText: 'Drive' }).innerText()).not.toContain('Not connected');
      expect(await page.locator('[name=access][value=full]').isChecked()).toBe(true);
      expect(complaints).toEqual([]);
      await page.goto(`${world.url}/connect/acme/calendar`);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      await context.close();
    }
  },
  60_000,
);
