import axe from 'axe-core';
import type { Page } from 'playwright-core';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** What the rules go by that only say what is at fault, and that none of ours needs the style sheets for. */
const OPTIONS = { runOnly: RULES, resultTypes: ['violations'], preload: { assets: ['media'] } };

/**
 * What axe-core finds wrong with a page as it stands (WCAG 2.2 AA and its best practices), one line a fault: the rule,
 * the element, and why. The page's own policy does not apply to what a debugger runs in it.
 */
export async function faultsByAxe(page: Page): Promise<string[]> {
  // It stays until the page is loaded anew.
  if (!(await page.evaluate<boolean>(`typeof window.axe?.run === 'function'`)))
    await page.evaluate(axe.source);
  return page.evaluate<string[]>(`
    axe.run(document, ${JSON.stringify(OPTIONS)}).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) =>
        nodes.map((node) => id + ' at ' + node.target.join(' ') + ': ' + node.failureSummary.replaceAll('\\n', ' ')),
      ),
    )
  `);
}
