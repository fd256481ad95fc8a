import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const SRC = fileURLToPath(new URL('../../src/', import.meta.url));

/** A file of `src/` and what it imports. */
export interface SourceFile {
  /** Below `src/`, with forward slashes: `http/return-to.ts`. */
  readonly path: string;
  /** The folder it is in, or `top` for the composition files beside the folders. */
  readonly folder: string;
  readonly text: string;
  /** Files of ours, by path, types and dynamic imports included. */
  readonly files: readonly string[];
  /** Packages and Node's own modules, as they are written. */
  readonly packages: readonly string[];
  /** What is loaded together with the file: files of ours by path, packages as they are written. */
  readonly atOnce: readonly string[];
}

/** Every program file of `src/`, tests left out. */
export function sourceFiles(): readonly SourceFile[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .map(path => path.split(sep).join('/'))
    .filter(path => /\.(ts|cjs)$/.test(path) && !/\.(spec|d)\.ts$/.test(path))
    .map(read);
}

function read(path: string): SourceFile {
  const text = readFileSync(join(SRC, path), 'utf8');
  const imported = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
  const named = (name: string) =>
    name.startsWith('.') ? posix.join(dirname(path), name).replace(/\.js$/, '.ts') : name;
  return {
    path,
    folder: folderOf(path),
    text,
    files: imported.filter(name => name.startsWith('.')).map(named),
    packages: imported.filter(name => !name.startsWith('.')),
    atOnce: [...text.matchAll(AT_ONCE)].map(([, name = '']) => named(name)),
  };
}

/** An import that is neither of types alone nor made while the program runs. */
const AT_ONCE = /^import (?!type )(?:[^';]*? from )?'([^']+)'/gm;

/** The folder of a path below `src/`. */
export const folderOf = (path: string): string => (path.includes('/') ? (path.split('/')[0] ?? '') : 'top');

/** The parsed form of a file, for questions that imports do not answer. */
export const parsed = ({ path, text }: SourceFile): ts.SourceFile =>
  ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);

/** All folders below `src/`, at any depth. */
export const folders = (): readonly string[] =>
  readdirSync(SRC, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => relative(SRC, join(entry.parentPath, entry.name)).split(sep).join('/'));
