/** Strings, and what stands between values. */
const TOKENS = /"(?:[^"\\]|\\.)*"|[[\]{},:]|[^\s[\]{},:"]+/g;

interface Place {
  readonly isList: boolean;
  index: number;
  key: string;
}

/**
 * The line on which a part of a JSON text begins, or the nearest around it that is there: for people who are to mend it.
 * @param text that `JSON.parse` takes. @param path names and numbers, from the outside. @returns from 1
 */
export function lineOfPath(text: string, path: readonly PropertyKey[]): number {
  const open: Place[] = [];
  let [best, depth] = [0, -1];
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    const place = open.at(-1);
    if (token === ',' && place !== undefined) place.index += 1;
    else if (token === ']' || token === '}') open.pop();
    else if (token !== ',' && token !== ':') {
      if (
        place !== undefined &&
        !place.isList &&
        text
          .slice(index + token.length)
          .trimStart()
          .startsWith(':')
      )
        place.key = String(JSON.parse(token));
      const here = open.map(({ isList, index: n, key }) => (isList ? n : key));
      const fits = here.every((part, n) => part === path[n]);
      if (fits && here.length > depth) [best, depth] = [index, here.length];
      if (token === '[' || token === '{') open.push({ isList: token === '[', index: 0, key: '' });
    }
  }
  return text.slice(0, best).split('\n').length;
}
