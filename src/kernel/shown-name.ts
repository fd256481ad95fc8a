/**
 * A name that somebody gives, as it stands on pages: in one line, with a character that can be seen, and none that control or hide
 * text. Null for any other text. @param most how long it may be, in characters
 */
export function shownName(text: string, most: number): string | null {
  const name = text.normalize('NFC').trim();
  return [...name].length > most || HIDES.test(name) || !SEEN.test(name) ? null : name;
}

const HIDES = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u202a-\u202e\u2066-\u2069]/u;

/** No blank, and none that joins or fills: those are good between others, as in a flag or a family. */
const SEEN = /[^\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u;
