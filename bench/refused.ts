import { setTimeout as pause } from 'node:timers/promises';
import { load } from './load.js';
import { tryFrom } from './sign-in-form.js';

/** Connections of the one address. */
const CONNECTIONS = 300;

/** The longest that it goes on, in seconds. */
const LONGEST = 60;

/** After this many milliseconds of it, all connections are at work. */
const BEGINNING = 1000;

/**
 * `tsx bench/refused.ts URL RATE`: one address that signs in as anybody, in a process of its own, so that nobody else's
 * times are measured beside it. RATE: attempts a second; 0: each connection asks again as soon as it is answered. Prints a
 * line when it is under way, and, once it is told to end by SIGTERM, the statuses of the answers a second.
 */
async function run(url: string, rate: number): Promise<void> {
  const next = tryFrom('203.0.113.9');
  // What the budget still allows is verified, and is not what is measured.
  for (let left = 100; left > 0; left -= 1) {
    const { status } = await fetch(`${url}/login`, next());
    if (status === 429) break;
    if (status === 503) await pause(500);
  }
  const end = new AbortController();
  process.on('SIGTERM', () => end.abort());
  const begun = performance.now();
  setTimeout(() => console.log('under way'), BEGINNING);
  const options = { url, seconds: LONGEST, connections: CONNECTIONS, next, status: null, end: end.signal };
  const { statuses } = await load(rate === 0 ? options : { ...options, rate });
  const seconds = (performance.now() - begun) / 1000;
  const rates = Object.entries(statuses).map(([status, count]) => [status, Math.round(count / seconds)]);
  console.log(JSON.stringify(Object.fromEntries(rates)));
}

const [url = '', rate] = process.argv.slice(2);
await run(url, Number(rate));
