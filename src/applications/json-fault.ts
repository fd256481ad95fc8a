/** A piece of JSON (RFC 8259) behind blanks: a sign, a string, or another value. */
const PIECE =
  /([ \t\n\r]*)(?:([[\]{},:])|("(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*")|(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-]))/y;

/** Kinds of pieces: each sign is one, and so are strings, other values, and what is none, such as the end of the text. */
const [STRING, OTHER, NONE] = ['"', '0', '!'];

interface Piece {
  readonly kind: string;
  readonly index: number;
  readonly end: number;
}

/** What a value begins with. */
const VALUE = `[{${STRING}${OTHER}`;

/**
 * The line on which a text is no JSON any more, whichever engine refuses it: they tell of it in words of their own, some
 * without a place. Of a comma too many before the end of a list it is the comma's.
 * @param text that `JSON.parse` refuses. @returns from 1
 */
export function lineOfFault(text: string): number {
  const open: string[] = [];
  let [awaited, before]: [string, Piece] = [VALUE, { kind: NONE, index: 0, end: 0 }];
  for (;;) {
    const piece = pieceAt(text, before.end);
    if (!awaited.includes(piece.kind)) {
      const isCommaTooMany = before.kind === ',' && ']}'.includes(piece.kind);
      return text.slice(0, (isCommaTooMany ? before : piece).index).split('\n').length;
    }
    awaited = awaitedAfter(piece.kind, awaited, open);
    before = piece;
  }
}

function pieceAt(text: string, from: number): Piece {
  PIECE.lastIndex = from;
  const [whole, blanks = '', sign, string] = PIECE.exec(text) ?? [];
  if (whole === undefined) {
    const rest = text.slice(from).trimStart();
    return { kind: NONE, index: rest === '' ? from : text.length - rest.length, end: from };
  }
  const kind = sign ?? (string === undefined ? OTHER : STRING);
  return { kind, index: from + blanks.length, end: from + whole.length };
}

/** What may follow a piece. @param open the lists and objects around it, which it opens and closes */
function awaitedAfter(kind: string, awaited: string, open: string[]): string {
  if (kind === ':') return VALUE;
  if (kind === ',') return open.at(-1) === '[' ? VALUE : STRING;
  if (kind === '[' || kind === '{') {
    open.push(kind);
    return kind === '[' ? `${VALUE}]` : `${STRING}}`;
  }
  // Where a name is awaited, nothing else is that has a value's beginning.
  if (kind === STRING && !awaited.includes('[')) return ':';
  if (kind === ']' || kind === '}') open.pop();
  const around = open.at(-1);
  return around === undefined ? '' : around === '[' ? ',]' : ',}';
}
