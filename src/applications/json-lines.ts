/** Strings, and what stands between values. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s[\]{},:"]+/g;

interface Place {
  readonly isList: boolean;
  index: number;
  key: string;
}

/** A name or a value of a JSON text. */
interface Part {
  readonly index: number;
  /** Names and numbers, from the outside. */
  readonly path: readonly PropertyKey[];
  readonly isName: boolean;
}

function* partsOf(text: string): Generator<Part> {
  const open: Place[] = [];
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    const place = open.at(-1);
    if (token === ',' && place !== undefined) place.index += 1;
    else if (token === ']' || token === '}') open.pop();
    else if (token !== ',' && token !== ':') {
      const isName = place?.isList === false && NAME_ENDS.test(text.slice(index + token.length));
      if (place !== undefined && isName) place.key = String(JSON.parse(token));
      yield { index, path: open.map(({ isList, index: n, key }) => (isList ? n : key)), isName };
      if (token === '[' || token === '{') open.push({ isList: token === '[', index: 0, key: '' });
    }
  }
}

const NAME_ENDS = /^\s*:/;

/**
 * The line on which a part of a JSON text begins, or the nearest around it that is there: for people who are to mend it.
 * @param text that `JSON.parse` takes. @param path names and numbers, from the outside. @returns from 1
 */
export function lineOfPath(text: string, path: readonly PropertyKey[]): number {
  let [best, depth] = [0, -1];
  for (const { index, path: here } of partsOf(text)) {
    const fits = here.every((part, n) => part === path[n]);
    if (fits && here.length > depth) [best, depth] = [index, here.length];
  }
  return lineAt(text, best);
}

/**
 * A name that stands twice in one object: `JSON.parse` goes by the last one, and people by the one they see.
 * @param text that `JSON.parse` takes. @returns null for none
 */
export function nameTwice(text: string): { readonly line: number; readonly name: string } | null {
  const seen = new Set<string>();
  for (const { index, path, isName } of partsOf(text)) {
    const place = JSON.stringify(path);
    if (isName && seen.has(place)) return { line: lineAt(text, index), name: String(path.at(-1)) };
    if (isName) seen.add(place);
  }
  return null;
}

const lineAt = (text: string, index: number): number => text.slice(0, index).split('\n').length;
