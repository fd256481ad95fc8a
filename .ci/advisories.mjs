// Known vulnerabilities of what is delivered: none, or none that is not excused below until a day. Where no registry
// answers, nobody was asked: that is said, and is no failure.
import { spawnSync } from 'node:child_process';

/** Advisories that do not concern us, why, and until when that is believed without looking again (YYYY-MM-DD). */
const EXCUSED = [
  // { id: 'GHSA-xxxx-xxxx-xxxx', why: '…', until: '2027-01-31' },
];

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], {
  encoding: 'utf8',
  maxBuffer: 64 * 1024 * 1024,
});
let report;
try {
  report = JSON.parse(stdout);
} catch {
  report = {};
}
if (report.vulnerabilities === undefined) {
  console.log(`Not asked: no registry answers that here (${report.statusCode ?? 'no answer'}).`);
} else {
  const today = new Date().toISOString().slice(0, 10);
  const found = new Map();
  for (const { name, via } of Object.values(report.vulnerabilities))
    for (const advisory of via)
      if (typeof advisory === 'object')
        found.set(
          advisory.url.split('/').at(-1),
          `${name}: ${advisory.title} (${advisory.severity}) ${advisory.url}`,
        );
  const isExcused = id => EXCUSED.some(excuse => excuse.id === id && excuse.until >= today);
  const left = [...found].filter(([id]) => !isExcused(id));
  const past = EXCUSED.filter(({ until }) => until < today);
  for (const [id, text] of left) console.error(`${id} ${text}`);
  for (const { id, until } of past) console.error(`The exception for ${id} ended on ${until}: look again.`);
  console.log(`${found.size} advisories, ${found.size - left.length} of them excused.`);
  if (left.length > 0 || past.length > 0) process.exit(1);
}
