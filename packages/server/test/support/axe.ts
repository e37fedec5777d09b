import axe from 'axe-core';
import type { Page } from 'playwright-core';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * What axe-core finds wrong with a page as it stands (WCAG 2.2 AA and its best practices), one line a fault: the rule,
 * the element, and why. The page's own policy does not apply to what a debugger runs in it.
 */
export async function faultsByAxe(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate<string[]>(`
    axe.run(document, { runOnly: ${JSON.stringify(RULES)} }).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) =>
        nodes.map((node) => id + ' at ' + node.target.join(' ') + ': ' + node.failureSummary.replaceAll('\\n', ' ')),
      ),
    )
  `);
}
