import fc from 'fast-check';

/** Any text there is: lone surrogates, control characters, whole scripts, emoji. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 100 }),
  fc.array(fc.nat(0xffff), { maxLength: 50 }).map(units => String.fromCharCode(...units)),
);

/** Text made of what parsers stumble over. */
const pieces = fc
  .array(
    fc.constantFrom(
      '/',
      '//',
      '\\',
      '.',
      '..',
      '%2f',
      '%5c',
      '%00',
      '%',
      '\t',
      '\n',
      '\r',
      '\0',
      ' ',
      '@',
      ':',
      ';',
      '?',
      '#',
      '&',
      '=',
      '[',
      ']',
      'a',
      '1',
      'http:',
      'evil.test',
      '\u2028',
      '\u3002',
      '\uff0f',
      '\ud800',
      '\u202e',
      'ß',
    ),
    { maxLength: 20 },
  )
  .map(parts => parts.join(''));

/** Text that somebody sends who means no good. */
export const hostileText = fc.oneof(
  anyText,
  pieces,
  pieces.map(text => `/${text}`),
);
