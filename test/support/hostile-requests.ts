import fc from 'fast-check';

/** What a header may hold: everything Node's client sends. */
const headerText = fc.oneof(
  fc.string({
    unit: fc
      .integer({ min: 0x20, max: 0xff })
      .filter(c => c !== 0x7f)
      .map(c => String.fromCharCode(c)),
    maxLength: 200,
  }),
  fc
    .array(
      fc.constantFrom(
        'same-origin',
        'cross-site',
        'none',
        'null',
        'http://localhost:4000',
        'http://evil.test',
        'application/json',
        'text/html',
        '*/*',
        ';q=0',
        ';q=1.5',
        ',',
        ';',
        '=',
        '"',
        '127.0.0.1',
        '::1',
        '::ffff:',
        'unknown',
        'Mozilla/5.0 (',
        ')',
        'Firefox/',
        '9',
      ),
      { maxLength: 12 },
    )
    .map(parts => parts.join('')),
);

/** Cookie headers that come close to ours. */
const cookieText = fc
  .array(
    fc.constantFrom(
      'gatehouse=',
      '__Host-gatehouse=',
      'gatehouse-device=',
      's:',
      's%3A',
      'j:',
      '.',
      '=',
      ';',
      '; ',
      ',',
      '"',
      '%',
      '%00',
      '%ff',
      '%E0%A4%A',
      'a',
      'A'.repeat(43),
      '__proto__=',
      'constructor=',
      '\\',
      ' ',
    ),
    { maxLength: 15 },
  )
  .map(parts => parts.join('').trim());

/** Any selection of the headers that decide something. */
export const headers = fc.record(
  {
    cookie: fc.oneof(cookieText, headerText),
    accept: headerText,
    'accept-encoding': headerText,
    'accept-language': headerText,
    'sec-fetch-site': headerText,
    'sec-fetch-mode': headerText,
    'sec-fetch-dest': headerText,
    'sec-purpose': headerText,
    origin: headerText,
    referer: headerText,
    'x-forwarded-for': headerText,
    'x-forwarded-proto': headerText,
    'user-agent': headerText,
    'content-type': headerText,
    'x-csrf-token': headerText,
    'if-none-match': headerText,
    range: headerText,
  },
  { requiredKeys: [] },
);

const segment = fc.oneof(
  fc.constantFrom(
    'welcome',
    'login',
    'logout',
    'session',
    'account',
    'devices',
    'data',
    'health',
    'ready',
    'assets',
    'setup',
    'user',
    'held',
    'note',
    '..',
    '.',
    '',
    '%',
    '%00',
    '%ff',
    '%2f',
    '%2e%2e',
    ';a=b',
    '__proto__',
    'constructor',
    '*',
    ':publicId',
    '~',
    '@',
  ),
  fc.webSegment(),
);
/** A query, whole or broken. */
export const query = fc.oneof(
  fc.constantFrom(
    '',
    '?',
    '?return_to=%2F',
    '?return_to',
    '?return_to[]=a',
    '?page=-1',
    '?page=1e9',
    '?token=',
    '?__proto__=1',
    '?a[__proto__][b]=1',
    '?%',
    '?%ff=%ff',
    '?&&=&=',
  ),
  fc.webQueryParameters().map(text => `?${text}`),
);
/** A path and a query, close to the ones there are. */
export const address = fc
  .tuple(fc.array(segment, { maxLength: 4 }), query)
  .map(([parts, rest]) => `/${parts.join('/')}${rest}`);
/** A method that Node's parser takes. */
export const method = fc.constantFrom(
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
);
