import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gate } from './gate.js';
import { machine, pinLoadGenerator } from './machine.js';
import { beside } from './beside.js';
import { flood } from './flood.js';
import { removable, removeLeftovers, removeLeftoversOnSignals } from './leftovers.js';
import { lookUps } from './look-ups.js';
import { signIns } from './sign-ins.js';
import { mails } from './mails.js';
import { sizes } from './sizes.js';
import { stores } from './stores.js';
import { type Kind, kindsHere } from './storage/place.js';
import { pages } from './pages.js';
import { type Line, table } from './report.js';
import type { Rounds } from './rounds.js';

type Part = (rounds: Rounds, folder: string, kinds: readonly Kind[]) => Promise<readonly Line[]>;

const PARTS: Readonly<Record<string, Part>> = {
  pages,
  stores,
  'sign-ins': signIns,
  flood,
  'look-ups': lookUps,
  sizes,
  mails,
  gate,
};

/**
 * `npm run bench [-- --quick] [-- PART …]`: Gatehouse beside its peers on this machine, as a Markdown table. Or beside an
 * earlier commit of itself: `npm run bench -- beside COMMIT [WHAT …]`.
 */
async function run(args: readonly string[]): Promise<void> {
  const rounds = args.includes('--quick')
    ? { count: 3, seconds: 2, warmUp: 2 }
    : { count: 7, seconds: 4, warmUp: 3 };
  const wanted = args.filter(arg => !arg.startsWith('--'));
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'));
  removable(async () => rmSync(folder, { recursive: true, force: true }));
  pinLoadGenerator();
  removeLeftoversOnSignals();
  const { kinds, engines } = await kindsHere();
  console.log(`${machine()}\n${engines}\n`);
  try {
    if (wanted[0] === 'beside') return console.log(table(await beside(wanted.slice(1), kinds)));
    const lines: Line[] = [];
    for (const [name, part] of Object.entries(PARTS)) {
      if (wanted.length > 0 && !wanted.includes(name)) continue;
      console.error(`${name} …`);
      lines.push(...(await part(rounds, folder, kinds)));
    }
    console.log(table(lines));
  } finally {
    await removeLeftovers();
  }
}

await run(process.argv.slice(2));
