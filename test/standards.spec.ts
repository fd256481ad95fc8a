import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../src/config/project-root.js';
import { codeIn, type DocumentTable, documentText, tablesIn } from './support/document-tables.js';

const PATH = 'docs/asvs.md';
const text = documentText(PATH);
const sections = text.split('\n## ').slice(1);
const VERDICTS = ['met', 'operator', 'not applicable', 'not met'];

/** How many requirements each chapter of ASVS 5.0.0 has. */
const CHAPTERS = [30, 13, 31, 16, 13, 47, 19, 13, 7, 36, 24, 12, 21, 13, 21, 17, 12];

const rowsOf = (table: DocumentTable | undefined) => table ?? [];
const asvs = sections
  .filter(section => /^V\d+ /.test(section))
  .flatMap(section => rowsOf(tablesIn(section)[0]))
  .map(([id = '', level = '', asks = '', verdict = '', shown = '']) => ({ id, level, asks, verdict, shown }));
const others = sections
  .filter(section => !/^V\d+ /.test(section))
  .flatMap(section => rowsOf(tablesIn(section)[0]))
  .map(([id = '', asks = '', verdict = '', shown = '']) => ({ id, level: '', asks, verdict, shown }));
const all = [...asvs, ...others];

/** What `docs/asvs-tests.md` says of rows that are met: the file of a test, and how it calls itself. */
const sentences = [
  ...documentText('docs/asvs-tests.md').matchAll(/^- (.+?): `([^`]+)`: (?:`([^`]+)`|``(.+)``)$/gm),
].map(([, id = '', path = '', plain, quoting]) => ({ id, path, sentence: plain ?? quoting ?? '' }));

/** Files of the project that a row names. */
const filesIn = (shown: string) =>
  codeIn(shown).filter(code => /^[\w.-]+(\/[\w.-]+)*\.(ts|[cm]js|md)$/.test(code));
const isTest = (path: string) => /(\.spec|e2e-spec|\.contract)\.ts$/.test(path);

describe('docs/asvs.md', () => {
  it('has each of the 345 requirements of ASVS 5.0.0 once, in their order', () => {
    expect(asvs).toHaveLength(345);
    expect(new Set(asvs.map(({ id }) => id)).size).toBe(345);
    const perChapter = CHAPTERS.map(
      (_, index) => asvs.filter(({ id }) => id.startsWith(`${index + 1}.`)).length,
    );
    expect(perChapter).toEqual(CHAPTERS);
    const place = (id: string) => id.split('.').reduce((sum, part) => sum * 1000 + Number(part), 0);
    expect(asvs.map(({ id }) => place(id))).toEqual(
      asvs.map(({ id }) => place(id)).sort((one, other) => one - other),
    );
    expect(asvs.filter(({ id, level }) => !/^\d+\.\d+\.\d+$/.test(id) || !/^L[123]$/.test(level))).toEqual(
      [],
    );
  });

  it('has the rows of 63B and of the sheets, each once', () => {
    expect(others.filter(({ id }) => id.startsWith('63B '))).toHaveLength(36);
    expect(others.filter(({ id }) => /^C(S|PH)/.test(id))).toHaveLength(20);
    expect(new Set(others.map(({ id }) => id)).size).toBe(others.length);
  });

  it('gives every row a sentence, one of four verdicts, and what shows it or why', () => {
    const lacking = all.filter(
      ({ asks, verdict, shown }) => asks.length < 8 || !VERDICTS.includes(verdict) || shown.length < 6,
    );
    expect(lacking).toEqual([]);
  });

  it('calls nothing met without a test or a check that runs', () => {
    const unshown = all
      .filter(({ verdict }) => verdict === 'met')
      .filter(({ shown }) => !filesIn(shown).some(isTest));
    expect(unshown.map(({ id }) => id)).toEqual([]);
  });

  it('tells of each test that a met row names which of its sentences show it, and of no other', () => {
    const named = all
      .filter(({ verdict }) => verdict === 'met')
      .flatMap(({ id, shown }) =>
        filesIn(shown)
          .filter(isTest)
          .map(path => `${id}: ${path}`),
      );
    expect(sentences.length).toBeGreaterThan(400);
    expect([...new Set(sentences.map(({ id, path }) => `${id}: ${path}`))].sort()).toEqual(
      [...new Set(named)].sort(),
    );
  });

  it('takes these sentences from the tests as they stand there', () => {
    const missing = sentences.filter(({ path, sentence }) => {
      const test = documentText(path).replaceAll("\\'", "'");
      return !["'", '"', '`'].some(quote => test.includes(quote + sentence + quote));
    });
    expect(missing).toEqual([]);
  });

  it('calls no row met that security.md tells a deviation of, and tells one of each row that says so', () => {
    const [deviations = []] = tablesIn(documentText('docs/security.md').split('\n## Deviations\n')[1] ?? '');
    const ids = deviations.flatMap(([source = '']) => [
      ...source.matchAll(/\b63B \d[\w.-]*\w|\b\d+\.\d+\.\d+\b(?![\w.-]*\d)/g),
    ]);
    const told = new Set(ids.map(([id]) => id));
    expect(told.size).toBeGreaterThan(30);
    const known = new Set(all.map(({ id }) => id));
    expect([...told].filter(id => !known.has(id))).toEqual([]);
    expect(all.filter(({ id, verdict }) => told.has(id) && verdict === 'met').map(({ id }) => id)).toEqual(
      [],
    );
    const says = all.filter(({ shown }) => shown.includes('(security.md#deviations)'));
    // What the sheets ask has no numbers there.
    expect(says.filter(({ id }) => !told.has(id) && !/^C(S|PH)/.test(id)).map(({ id }) => id)).toEqual([]);
  });

  it('sends the operator to a document', () => {
    const nowhere = all
      .filter(({ verdict }) => verdict === 'operator')
      .filter(
        ({ shown }) => !/\]\([\w-]+\.md/.test(shown) && !filesIn(shown).some(path => path.endsWith('.md')),
      );
    expect(nowhere.map(({ id }) => id)).toEqual([]);
  });

  it('names files that are there', () => {
    const named = all.flatMap(({ shown }) => filesIn(shown));
    expect(named.length).toBeGreaterThan(300);
    const isThere = (path: string) =>
      existsSync(join(PROJECT_ROOT, path)) && statSync(join(PROJECT_ROOT, path)).isFile();
    expect([...new Set(named)].filter(path => !isThere(path))).toEqual([]);
  });

  it('counts itself rightly', () => {
    const [, counts = []] = tablesIn(text.split('\n## ')[0] ?? '');
    const counted = VERDICTS.map(verdict => {
      const rows = asvs.filter(row => row.verdict === verdict);
      const levels = ['L1', 'L2', 'L3'].map(level => rows.filter(row => row.level === level).length);
      return [verdict, ...levels.map(String), String(rows.length)];
    });
    expect(counts.slice(0, 4)).toEqual(counted);
  });

  it('says that it is self-assessed, and against which version', () => {
    expect(text.replaceAll(/\s+/g, ' ')).toContain('**Self-assessed against v5.0.0**');
  });
});
