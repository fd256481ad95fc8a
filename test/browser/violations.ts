import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { PROJECT_ROOT } from '../../src/config/project-root.js';

/** The same without what only people read: a browser reads it anew for each page. */
const AXE = readFileSync(join(PROJECT_ROOT, 'node_modules/axe-core/axe.min.js'), 'utf8');

/** What axe finds in a page as it is now, with all its rules: the rule and the elements. Right is none. */
export async function violations(page: Page): Promise<unknown> {
  if (!(await page.evaluate(`'axe' in globalThis`))) await page.evaluate(AXE);
  // Details only of what is wrong: of all that is right they take most of the time.
  return page.evaluate(`axe.run({ resultTypes: ['violations'] }).then(({ violations }) =>
    violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.map(node => node.html + ' ' + node.failureSummary) })))`);
}
