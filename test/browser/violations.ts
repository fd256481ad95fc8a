import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** What axe finds in a page as it is now, with all its rules: the rule and the elements. Right is none. */
export async function violations(page: Page): Promise<unknown> {
  if (!(await page.evaluate(`'axe' in globalThis`))) await page.evaluate(axe.source);
  // Details only of what is wrong: of all that is right they take most of the time.
  return page.evaluate(`axe.run({ resultTypes: ['violations'] }).then(({ violations }) =>
    violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map(node => node.html + ' ' + node.failureSummary) })))`);
}
