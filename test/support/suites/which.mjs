import { readdirSync } from 'node:fs';

/** Suites by the beginnings of their paths: with engines of their own, with the built server, and both. */
export const ON_ENGINES = [
  'test/nodes/',
  'test/process/(move|encrypted|evicted|two-servers|draining|no-tables)',
  'test/engine-',
  'test/[a-z]*-?session-stores?\\.',
  'test/attempt-stores',
  'test/postgres-',
];

/** What `npm test` leaves out. */
export const LONG = ['test/process/', 'test/mail-spam', ...ON_ENGINES];

/** What waits for a browser more than it works. */
export const IN_BROWSERS = ['test/browser/'];

/** What runs as a file of its own: it takes long, or waits for engines or processes more than it works. */
export const ALONE = LONG;

/** What starts an application within the test's own process and asks it over HTTP does not have one of these. */
export const NOT_IN_PROCESS = [
  'test/engine-',
  'test/browser/',
  'test/process/',
  'test/nodes/',
  '/src/',
  '\\.spec\\.ts',
];

/** What names its stores itself: where the suites run on others, it would be the same again. */
export const ON_STORES_OF_ITS_OWN = [
  'test/postgres-',
  'test/restored-redis',
  'test/upgraded-installation',
  'test/whole-or-nothing',
];

/**
 * What may come out otherwise on another version of Node: rules and properties (Unicode, regular expressions, numbers),
 * HTTP under attack (its parser, sockets, limits, hashing), and the built programs as processes (modules, signals,
 * streams, terminals, TLS). What SQL, pages and commands mean does not depend on it.
 */
export const ON_EACH_NODE = [
  '/src/',
  'test/properties',
  'test/attacks',
  'test/(pages|security-headers|sign-in|session-clocks|smtp-transport)\\.',
  'test/process/(starting|stopping|terminal|crash|command-line|refused-commands|reloading-secrets|project-root|mail-stop|mail-crash|encrypted-stores)',
];

/** What is about how programs are found, loaded and ended: their libraries are there as operators have them. */
export const AS_INSTALLED = ['test/process/(starting|stopping|terminal|project-root)'];

/** Whether a path has one of these. */
export const hasOneOf = (path, patterns) => patterns.some(pattern => new RegExp(pattern).test(`/${path}`));

/** Every file of tests, from the project's root. */
const files = ['src', 'test']
  .flatMap(root => readdirSync(root, { recursive: true }).map(path => `${root}/${path}`))
  .filter(path => /\.(e2e-)?spec\.ts$/.test(path));

// A suite that was renamed would else run elsewhere, or nowhere, and nobody would hear of it.
for (const pattern of [
  ...[...ALONE, ...IN_BROWSERS, ...NOT_IN_PROCESS, ...ON_STORES_OF_ITS_OWN],
  ...[...ON_EACH_NODE, ...AS_INSTALLED],
])
  if (!files.some(path => hasOneOf(path, [pattern])))
    throw new Error(
      `No suite is called ${pattern}: say in test/support/suites/which.mjs how it is called now.`,
    );

/** The files that have one of `only`, without those that have one of `without`. */
export const chosen = (only, without) =>
  files.filter(path => (only.length === 0 || hasOneOf(path, only)) && !hasOneOf(path, without));
