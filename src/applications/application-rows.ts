import type { Instant } from '../kernel/clock.js';
import { ApplicationRow } from './application.entity.js';
import type { Admits, Application, AskedStrength, OpenPath } from './application.js';
import type { ApplicationOrigin } from './application-origin.entity.js';

/** An application out of its row and the rows of its origins; null where it has none, which is nowhere to be reached. */
export function applicationIn(row: ApplicationRow, rows: readonly ApplicationOrigin[]): Application | null {
  const own = rows.filter(({ applicationName }) => applicationName === row.name);
  const [first, ...others] = own.sort((one, other) => one.place - other.place).map(({ origin }) => origin);
  if (first === undefined) return null;
  const told = wordsIn(row.told);
  return {
    name: row.name,
    label: row.label,
    kind: 'proxied',
    origins: [first, ...others],
    admits: admitsIn(row.admits),
    groups: wordsIn(row.groups),
    strength: strengthIn(row.strength),
    recent: row.recent,
    longest: row.longest,
    told: {
      name: told.includes('name'),
      email: told.includes('email'),
      groups: wordsIn(row.toldGroups),
      assertion: told.includes('assertion'),
    },
    openPaths: wordsIn(row.openPaths).map(openPathIn),
    preflight: row.preflight === 'pass' ? 'pass' : 'deny',
    activity: row.activity === 'navigation' ? 'navigation' : 'all',
    tokens: row.tokens,
    ownSession: row.ownSession,
  };
}

/** The row of an application. */
export function rowOf(application: Application, createdAt: Instant, changedAt: Instant): ApplicationRow {
  const { origins: _, told, groups, openPaths, ...rest } = application;
  const words = (['name', 'email', 'assertion'] as const).filter(word => told[word]);
  return Object.assign(new ApplicationRow(), {
    ...rest,
    groups: groups.join(' '),
    told: words.join(' '),
    toldGroups: told.groups.join(' '),
    openPaths: openPaths.map(({ prefix, methods }) => `${methods.join()}:${prefix}`).join(' '),
    createdAt,
    changedAt,
  });
}

const wordsIn = (text: string): readonly string[] => text.split(' ').filter(word => word !== '');

/** What is unknown opens nothing. */
const admitsIn = (text: string): Admits => (text === 'everybody' || text === 'registered' ? text : 'groups');

const strengthIn = (number: number): AskedStrength => (number === 1 ? 1 : 2);

function openPathIn(word: string): OpenPath {
  const [, methods = '', prefix = ''] = /^([A-Z,]+):(.*)$/.exec(word) ?? [];
  return { prefix, methods: methods.split(',') };
}
