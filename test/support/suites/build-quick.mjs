// Builds what the suites run: what `nest build` makes of the same settings, file by file, without loading its commands.
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const { assets } = JSON.parse(readFileSync('nest-cli.json', 'utf8')).compilerOptions;
const endings = assets.map(({ include }) => {
  if (!include.startsWith('**/*.')) throw new Error(`nest-cli.json has ${include}: say here what that is.`);
  return include.slice('**/*'.length);
});

rmSync('dist', { recursive: true, force: true });
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.quick.json'], { stdio: 'inherit' });
for (const path of readdirSync('src', { recursive: true }))
  if (endings.some(ending => path.endsWith(ending))) cpSync(join('src', path), join('dist', path));
process.exit(status ?? 1);
