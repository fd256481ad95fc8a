import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PROJECT_ROOT } from '../src/config/project-root.js';
import { raggedRows } from './support/document-tables.js';

const SKIPPED = /^(node_modules|dist|data|coverage|\.git)$/;
const read = (path: string) => readFileSync(join(PROJECT_ROOT, path), 'utf8');

/** Every text below a folder of the project, by its path from the project's root. */
function textsBelow(folder: string, ending: RegExp): string[] {
  return readdirSync(join(PROJECT_ROOT, folder), { withFileTypes: true }).flatMap(entry => {
    if (SKIPPED.test(entry.name)) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return textsBelow(path, ending);
    return ending.test(entry.name) ? [path] : [];
  });
}

/** Examples are no links and have no headings. */
const prose = (path: string) => read(path).replace(/^( *)```.*?^\1```$/gms, '');

/** What a heading is called in an address, as GitHub does it; the second of the same words is "…-1". */
function anchors(path: string): Set<string> {
  const names = new Set<string>();
  for (const [, words = ''] of prose(path).matchAll(/^#{1,6} +(.+)$/gm)) {
    const shown = words.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const name = shown.replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '').replace(/ /g, '-');
    let same = 0;
    while (names.has(same === 0 ? name : `${name}-${same}`)) same += 1;
    names.add(same === 0 ? name : `${name}-${same}`);
  }
  return names;
}

/** Links and pictures of a document that lead nowhere in this repository. */
function deadLinks(path: string): string[] {
  const links = [
    ...prose(path)
      .replace(/`[^`\n]*`/g, '')
      .matchAll(/\]\(<?([^)\s>]+)>?\)/g),
  ];
  return links
    .map(([, target = '']) => target)
    .filter(target => !/^[a-z]+:/.test(target))
    .filter(target => {
      const [file = '', anchor] = target.split('#');
      const there = file === '' ? path : join(dirname(path), file);
      if (!existsSync(join(PROJECT_ROOT, there))) return true;
      return anchor !== undefined && !anchors(there).has(anchor);
    })
    .map(target => `${path}: ${target}`);
}

describe('the documents', () => {
  const documents = textsBelow('.', /\.md$/);

  it('link to files and headings that are there', () => {
    expect(documents).toEqual(expect.arrayContaining(['README.md', 'docs/tls.md', 'deploy/README.md']));
    expect(documents.flatMap(deadLinks)).toEqual([]);
  });

  it('have whole tables: each row as many cells as its heading', () => {
    const ragged = documents.flatMap(path => raggedRows(prose(path)).map(row => `${path}: ${row}`));
    expect(ragged).toEqual([]);
  });

  it('are there where programs, tests and configurations name them', () => {
    const files = ['src', 'test', 'deploy', 'bench'].flatMap(folder => textsBelow(folder, /./));
    const missing = [...files, '.env.example', 'ormconfig.ts', '.ci/run'].flatMap(path =>
      [...read(path).matchAll(/\bdocs\/[\w./-]+\.md\b/g)]
        .filter(([named]) => !existsSync(join(PROJECT_ROOT, named)))
        .map(([named]) => `${path}: ${named}`),
    );
    expect(missing).toEqual([]);
  });

  it('give only scripts of package.json', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = documents.flatMap(path =>
      [...read(path).matchAll(/\bnpm run (?:-s )?([a-z][\w:]*)/g)].map(([, name = '']) => name),
    );
    expect(named).toContain('test:all');
    expect(named.filter(name => !(name in scripts))).toEqual([]);
  });

  it('have every variable of .env.example, and no other, in docs/configuration.md', () => {
    const names = (text: string, of: RegExp) => [...text.matchAll(of)].map(([, name]) => name).sort();
    expect(names(read('docs/configuration.md'), /^\| `([A-Z_]+)` +\|/gm)).toEqual(
      names(read('.env.example'), /^#?([A-Z_]+)=/gm),
    );
  });
});
