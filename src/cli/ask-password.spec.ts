import { passwordIn } from './ask-password.js';
import { CommandFailed } from './command-failed.js';

const bytes = (text: string, encoding: BufferEncoding = 'utf8') => Buffer.from(text, encoding);

describe('a password on standard input', () => {
  it.each([
    ['four quiet herons wade', 'four quiet herons wade'],
    ['four quiet herons wade\n', 'four quiet herons wade'],
    ['four quiet herons wade\r\n', 'four quiet herons wade'],
    ['  käse und brot \n', '  käse und brot '],
    ['\ufefffour quiet herons wade', 'four quiet herons wade'],
    ['\n', ''],
  ])('%j is %j', (input, password) => expect(passwordIn(bytes(input))).toBe(password));

  it.each([
    ['in Latin-1', bytes('käse und brot und wein', 'latin1'), 'is not in UTF-8'],
    ['cut in the middle of a character', bytes('käse und brö').subarray(0, -1), 'is not in UTF-8'],
    ['a surrogate', Buffer.from([0x61, 0xed, 0xa0, 0x80]), 'is not in UTF-8'],
    ['of two lines', bytes('four quiet herons\nwade'), 'has several lines'],
    ['with a line after it', bytes('four quiet herons wade\n\n'), 'has several lines'],
    ['longer than a form', bytes('a'.repeat(4097)), 'longer than any password'],
  ])('is refused where it is %s, which no form could send', (_, input, why) => {
    expect(() => passwordIn(input)).toThrow(CommandFailed);
    expect(() => passwordIn(input)).toThrow(why);
  });
});
