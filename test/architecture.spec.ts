import { layoutTable } from './support/layout-table.js';
import { folderOf, folders, type SourceFile, sourceFiles } from './support/source-files.js';

/** `docs/layout.md` says which folder of `src/` may import which. */
const TABLE = layoutTable();
const RULES = TABLE.flatMap(({ names: [folder = ''], imports }) => (imports ? [{ folder, imports }] : []));

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
  it('and the files beside them are those of the table in docs/layout.md', () => {
    const there = files.map(({ path, folder }) => (folder === 'top' ? path : folder));
    expect(TABLE.flatMap(({ names }) => names).sort()).toEqual([...new Set(there)].sort());
  });

  it('are found with what they import, so that the rules below are about something', () => {
    const session = files.find(({ path }) => path === 'sessions/sql-session.store.ts');
    expect(session?.files).toEqual(
      expect.arrayContaining(['sessions/session-store.ts', 'users/lock-person.ts']),
    );
    expect(session?.packages).toContain('typeorm');
  });

  it.each(RULES)('import only what the table says: $folder', ({ folder, imports }) => {
    const wrong = files
      .filter(file => file.folder === folder)
      .flatMap(({ path, files: imported }) =>
        imported
          .filter(target => ![...imports, folder].includes(folderOf(target)))
          .map(target => `${path} imports ${target}`),
      );
    expect(wrong).toEqual([]);
  });

  it('that may import everything are those that put it together', () => {
    const all = TABLE.filter(({ imports }) => imports === null).map(({ names }) => names);
    expect(all).toEqual([['app'], ['cli'], expect.arrayContaining(['main.ts', 'app.module.ts'])]);
  });

  it('have names that say what is in them', () => {
    const vague = folders().filter(path => FORBIDDEN_FOLDERS.includes(path.split('/').at(-1) ?? ''));
    expect(vague).toEqual([]);
    expect(
      pathsWhere(({ path }) => /(^|\/|[.-])(utils?|helpers?|common|shared|misc)\.ts$/.test(path)),
    ).toEqual([]);
  });
});

describe('what of a team’s ends with an account', () => {
  it('stands where commands have it: in app/endings.ts, or in what that imports', () => {
    expect(unheardByCommands(files)).toEqual([]);
    expect(files.find(({ path }) => path === 'cli/with-application.ts')?.files).toContain('app/endings.ts');
  });

  it('is found where commands would not hear of it', () => {
    const at = (path: string, imported: readonly string[], text = '') => ({ path, files: imported, text });
    const endings = at('app/endings.ts', ['app/notes/note-endings.ts']);
    const heard = at('app/notes/note-endings.ts', ['credentials/compromise.ts']);
    const unheard = [
      at('app/notes/notes.module.ts', ['credentials/compromise.ts']),
      at('app/notes/pages.module.ts', ['sessions/sign-ins.ts'], 'this.signIns.onEnd(hook)'),
    ];
    expect(unheardByCommands([endings, heard, ...unheard])).toEqual(unheard.map(({ path }) => path));
  });
});

type Known = Pick<SourceFile, 'path' | 'files' | 'text'>;

/** The files of a team's that add what ends, and are in no command. */
function unheardByCommands(all: readonly Known[]): readonly string[] {
  const heard = new Set(['app/endings.ts']);
  for (const path of heard)
    for (const imported of all.find(file => file.path === path)?.files ?? [])
      if (imported.startsWith('app/')) heard.add(imported);
  const adds = ({ files: imported, text }: Known) =>
    imported.includes('credentials/compromise.ts') ||
    (imported.includes('sessions/sign-ins.ts') && text.includes('.onEnd('));
  return all
    .filter(one => one.path.startsWith('app/') && !heard.has(one.path) && adds(one))
    .map(({ path }) => path);
}

/** What stands between Express and what decides: these may know its types. */
const AT_THE_DOOR = [
  /\.(controller|guard|filter|strategy|middleware|adapter)\.ts$/,
  /^(http|pages|process)\//,
  /^(app\.setup|main)\.ts$/,
];

describe('the files of src/', () => {
  it('import each other in no circle', () => {
    expect(circles(files)).toEqual([]);
  });

  it('know nothing of Express, but for those that stand at the door: the others take values', () => {
    const wrong = files
      .filter(
        ({ packages, path }) => packages.includes('express') && !AT_THE_DOOR.some(door => door.test(path)),
      )
      .map(({ path }) => path);
    expect(wrong).toEqual([]);
    expect(pathsWhere(({ packages }) => packages.includes('express')).length).toBeGreaterThan(30);
  });

  it('have no barrels', () => {
    expect(pathsWhere(({ path }) => /(^|\/)index\.ts$/.test(path))).toEqual([]);
    expect(pathsWhere(({ text }) => /^export (\*|\{[^}]*\}) from/m.test(text))).toEqual([]);
  });

  it('load the driver of Redis only where there is a Redis: it is a fifth of all that a command loads', () => {
    const loaded = atOnceFrom('main.ts', 'cli.ts');
    expect(loaded).toContain('redis/redis.ts');
    expect(loaded).toContain('typeorm');
    expect(loaded).not.toContain('redis');
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

/** All that is loaded when these files are. */
function atOnceFrom(...paths: readonly string[]): string[] {
  const loaded = new Set(paths);
  for (const path of loaded)
    for (const next of files.find(file => file.path === path)?.atOnce ?? []) loaded.add(next);
  return [...loaded];
}

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
