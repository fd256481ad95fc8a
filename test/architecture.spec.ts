import { folderOf, folders, type SourceFile, sourceFiles } from './support/source-files.js';

const FLOOR = ['kernel', 'config', 'crypto', 'database', 'redis', 'mail', 'http', 'pages'];
const SESSIONS = [...FLOOR, 'audit', 'users', 'sessions'];

/** Up to `auth/`: what the capabilities above it may use. */
const ALL = [...SESSIONS, 'throttle', 'credentials', 'second-factor', 'registration', 'recovery', 'auth'];

/**
 * Which folder of `src/` may import which. Each row names rows above it only, so there
 * is no way round in a circle.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  config: ['kernel'],
  crypto: ['kernel', 'config'],
  // The life of the process: what it stops or asks is handed to it.
  process: ['kernel', 'config', 'crypto'],
  database: ['kernel', 'config'],
  redis: ['kernel', 'config'],
  mail: ['kernel', 'config', 'crypto', 'database'],
  http: ['kernel', 'config', 'crypto'],
  pages: ['kernel', 'config', 'crypto', 'http'],
  audit: FLOOR,
  throttle: FLOOR,
  users: [...FLOOR, 'audit'],
  sessions: [...FLOOR, 'audit', 'users'],
  credentials: SESSIONS,
  'second-factor': [...SESSIONS, 'throttle'],
  recovery: [...SESSIONS, 'throttle', 'credentials'],
  registration: [...SESSIONS, 'throttle', 'credentials', 'recovery'],
  auth: ALL.filter(folder => folder !== 'auth'),
  account: ALL,
  // A team replaces it: it knows only what their own module needs.
  welcome: ['kernel', 'config', 'http', 'pages', 'users', 'sessions'],
  'forward-auth': [...ALL, 'account'],
  admin: [...ALL, 'account'],
  ops: [...ALL, 'account'],
};

/** The composition: `main.ts` and its neighbours, and what `cli.ts` is made of. They may import everything. */
const COMPOSITION = ['top', 'cli'];

const FORBIDDEN_FOLDERS = [
  'common',
  'utils',
  'util',
  'helpers',
  'helper',
  'shared',
  'lib',
  'misc',
  'core',
  'types',
];

const files = sourceFiles();
const pathsWhere = (is: (file: SourceFile) => boolean) => files.filter(is).map(({ path }) => path);

describe('the folders of src/', () => {
  it('all stand in the table', () => {
    const known = [...Object.keys(MAY_IMPORT), ...COMPOSITION];
    expect([...new Set(files.map(({ folder }) => folder))].filter(folder => !known.includes(folder))).toEqual(
      [],
    );
  });

  it('are found with what they import, so that the rules below are about something', () => {
    const session = files.find(({ path }) => path === 'sessions/sql-session.store.ts');
    expect(session?.files).toEqual(
      expect.arrayContaining(['sessions/session-store.ts', 'users/lock-person.ts']),
    );
    expect(session?.packages).toContain('typeorm');
  });

  it.each(Object.keys(MAY_IMPORT))('import only what is above them: %s', folder => {
    const allowed = [...(MAY_IMPORT[folder] ?? []), folder];
    const wrong = files
      .filter(file => file.folder === folder)
      .flatMap(({ path, files: imported }) =>
        imported
          .filter(target => !allowed.includes(folderOf(target)))
          .map(target => `${path} imports ${target}`),
      );
    expect(wrong).toEqual([]);
  });

  it('stand in the table below all that they may import', () => {
    const order = Object.keys(MAY_IMPORT);
    const upwards = order.flatMap((folder, index) =>
      (MAY_IMPORT[folder] ?? [])
        .filter(target => order.indexOf(target) >= index)
        .map(target => `${folder} ${target}`),
    );
    expect(upwards).toEqual([]);
  });

  it('have names that say what is in them', () => {
    const vague = folders().filter(path => FORBIDDEN_FOLDERS.includes(path.split('/').at(-1) ?? ''));
    expect(vague).toEqual([]);
    expect(
      pathsWhere(({ path }) => /(^|\/|[.-])(utils?|helpers?|common|shared|misc)\.ts$/.test(path)),
    ).toEqual([]);
  });
});

describe('the files of src/', () => {
  it('import each other in no circle', () => {
    expect(circles(files)).toEqual([]);
  });

  it('have no barrels', () => {
    expect(pathsWhere(({ path }) => /(^|\/)index\.ts$/.test(path))).toEqual([]);
    expect(pathsWhere(({ text }) => /^export (\*|\{[^}]*\}) from/m.test(text))).toEqual([]);
  });

  it('import only files that are there', () => {
    const paths = new Set(files.map(({ path }) => path));
    const missing = files.flatMap(({ path, files: imported }) =>
      imported
        .filter(target => target.endsWith('.ts') && !paths.has(target))
        .map(target => `${path}: ${target}`),
    );
    expect(missing).toEqual([]);
  });
});

/** Every way from a file back to itself, each once. */
function circles(all: readonly SourceFile[]): string[] {
  const imports = new Map(all.map(({ path, files: imported }) => [path, imported]));
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (path: string, way: readonly string[]): void => {
    if (way.includes(path)) return void found.push([...way.slice(way.indexOf(path)), path].join(' → '));
    if (done.has(path)) return;
    for (const next of imports.get(path) ?? []) walk(next, [...way, path]);
    done.add(path);
  };
  for (const path of imports.keys()) walk(path, []);
  return found;
}
