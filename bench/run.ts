import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { machine, pinLoadGenerator } from './machine.js';
import { flood } from './flood.js';
import { lookUps } from './look-ups.js';
import { signIns } from './sign-ins.js';
import { pages } from './pages.js';
import { type Line, table } from './report.js';
import type { Rounds } from './rounds.js';

type Part = (rounds: Rounds, folder: string) => Promise<readonly Line[]>;

const PARTS: Readonly<Record<string, Part>> = { pages, 'sign-ins': signIns, flood, 'look-ups': lookUps };

/**
 * `npm run bench [-- --quick] [-- PART …]`: Gatehouse beside its peers on this machine, as a Markdown table.
 */
async function run(args: readonly string[]): Promise<void> {
  const rounds = args.includes('--quick')
    ? { count: 3, seconds: 2, warmUp: 2 }
    : { count: 7, seconds: 4, warmUp: 3 };
  const wanted = args.filter(arg => !arg.startsWith('--'));
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'));
  pinLoadGenerator();
  console.log(`${machine()}\n`);
  try {
    const lines: Line[] = [];
    for (const [name, part] of Object.entries(PARTS)) {
      if (wanted.length > 0 && !wanted.includes(name)) continue;
      console.error(`${name} …`);
      lines.push(...(await part(rounds, folder)));
    }
    console.log(table(lines));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await run(process.argv.slice(2));
