/** Characters in a line: what fits beside the quotation marks of an answer, in the narrowest window for mails. */
const WIDTH = 69;

/**
 * Text with lines that are short enough to be read as they are, and one blank line between paragraphs. A word that is longer,
 * such as a link, keeps its line to itself.
 */
export const wrapped = (text: string): string =>
  `${text
    .trim()
    .replaceAll(/\n{2,}/g, '\n\n')
    .split('\n')
    .map(wrappedLine)
    .join('\n')}\n`;

function wrappedLine(line: string): string {
  const lines: string[] = [];
  for (const word of line.split(' ')) {
    const begun = lines.at(-1);
    if (begun === undefined || begun.length + 1 + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${begun} ${word}`;
  }
  return lines.join('\n');
}
