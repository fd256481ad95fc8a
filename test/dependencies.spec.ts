import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../src/config/project-root.js';

// Each package is a download before the first page is seen, and code that others can change.
it('"npm ci" installs no more than 780 packages with all that follows', () => {
  // npm writes there what it installed on this system, without what is for others.
  const file = join(PROJECT_ROOT, 'node_modules/.package-lock.json');
  const { packages } = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, unknown> };
  const installed = Object.keys(packages).length;
  expect(installed).toBeGreaterThan(200);
  expect(installed).toBeLessThanOrEqual(780);
});
