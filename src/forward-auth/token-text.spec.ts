import { digestOf } from '../crypto/secret-token.js';
import { newToken, tokenDigest, tokenIn } from './token-text.js';

const basic = (text: string | Buffer) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });

describe('an access token', () => {
  it('is gth_, 256 random bits and a check, and another one each time', () => {
    const [one, other] = [newToken(), newToken()];
    expect(one.plain).toMatch(/^gth_[\w-]{43}[\w-]{6}$/);
    expect(one.digest).toBe(digestOf(one.plain));
    expect(one.plain).not.toBe(other.plain);
  });

  it('is told from a slip by its check, without asking the database', () => {
    const { plain, digest } = newToken();
    expect(tokenDigest(plain)).toBe(digest);
    for (const at of [4, 20, 46, 47, 52]) {
      const slip = plain.slice(0, at) + (plain[at] === 'A' ? 'B' : 'A') + plain.slice(at + 1);
      expect([at, tokenDigest(slip)]).toEqual([at, null]);
    }
    for (const text of [
      '',
      'gth_',
      plain.slice(0, -1),
      `${plain}A`,
      ` ${plain}`,
      plain.replace('gth_', 'GTH_'),
    ])
      expect([text, tokenDigest(text)]).toEqual([text, null]);
  });
});

describe('the access token of a request', () => {
  const { plain, digest } = newToken();
  const slip = plain.slice(0, -1) + (plain.endsWith('A') ? 'B' : 'A');

  it.each([
    ['Bearer', { authorization: `Bearer ${plain}` }],
    ['bearer', { authorization: `bearer ${plain}` }],
    ['Basic with a name', basic(`ada:${plain}`)],
    ['Basic with no name', basic(`:${plain}`)],
    ['Basic with colons in the name', basic(`dav:ada:${plain}`)],
    ['Basic with a name in another encoding', basic(Buffer.from(`\u00e4da:${plain}`, 'latin1'))],
    ['Bearer behind a tab', { authorization: `Bearer\t${plain}\t` }],
  ])('stands in Authorization, and does not go on from there: %s', (_, headers) => {
    expect(tokenIn(headers)).toEqual({ digest, inAuthorization: true });
  });

  it('stands in its own header, before any other, and then Authorization goes on', () => {
    expect(tokenIn({ 'x-gatehouse-token': plain, ...basic('ada:their own') })).toEqual({
      digest,
      inAuthorization: false,
    });
  });

  it('does not go on in Authorization either, where it stands in both', () => {
    const other = newToken().plain;
    for (const headers of [{ authorization: `Bearer ${plain}` }, basic(`ada:${other}`)])
      expect(tokenIn({ 'x-gatehouse-token': plain, ...headers })).toEqual({ digest, inAuthorization: true });
  });

  it('is looked for in one go through the header, which anybody may fill with blanks', () => {
    const blanks = ' '.repeat(300_000);
    expect(tokenIn({ authorization: `Bearer${blanks}x${blanks}y` })).toBeNull();
    expect(tokenIn({ authorization: `Bearer${blanks}${plain}${blanks}` })).toEqual({
      digest,
      inAuthorization: true,
    });
  });

  it.each([
    ['nothing', {}],
    ['a token of the application', { authorization: 'Bearer eyJhbGciOi' }],
    ['a password of the application', basic('ada:four quiet herons')],
    ['another scheme', { authorization: `Digest ${slip}` }],
    ['a name that looks like one', basic(`${slip}:x`)],
    ['nothing to read', { authorization: '' }],
  ])('is none where there is %s: that is the application’s', (_, headers) => {
    expect(tokenIn(headers)).toBeNull();
  });

  it.each([
    ['in another scheme', { authorization: `token ${plain}` }],
    ['with no scheme', { authorization: plain }],
    ['as a name', basic(`${plain}:x`)],
    ['as a name with no password', basic(`${plain}:`)],
    ['behind another password', basic(`ada:x${plain}`)],
    ['in one of several', { authorization: `Basic abc, Bearer ${plain}` }],
    ['before another one', { authorization: `Bearer ${plain}, Basic abc` }],
    ['behind its own beginning', { authorization: `Digest gth_${plain}` }],
    ['perhaps, among more of the like than anybody sends', { authorization: `Digest ${'gth_'.repeat(40)}` }],
    ['in Basic, not encoded', { authorization: `Basic ada:${plain}` }],
    [
      'in Basic, encoded with a blank',
      { authorization: basic(`ada:${plain}`).authorization.replace(/.{9}$/, ' $&') },
    ],
  ])('that stands there in another way goes no further, and opens nothing: %s', (_, headers) => {
    const said = tokenIn(headers);
    expect(said?.inAuthorization).toBe(true);
    expect([null, digest]).toContain(said?.digest);
  });

  it.each([
    ['in its own header', { 'x-gatehouse-token': 'anything' }],
    ['by its beginning', { authorization: 'Bearer gth_nothing' }],
  ])('lets nobody in where it is none of ours, %s: no cookie counts beside it', (_, headers) => {
    expect(tokenIn(headers)?.digest).toBeNull();
  });
});
