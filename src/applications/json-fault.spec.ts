import { lineOfFault } from './json-fault.js';

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('the line on which a text is no JSON any more', () => {
  it.each([
    ['[\n 1,\n 2,,\n 3\n]', 3],
    ['[\n 1,\n 2,\n]', 3],
    ['{\n "a": 1,\n}', 2],
    ['{\n "a": 1\n "b": 2\n}', 3],
    ['{\n "a" 1\n}', 2],
    ['{\n "a": [\n  {}\n }\n}', 4],
    ['{\n "a": "one\n line"\n}', 2],
    ['{\n "a": "\\x"\n}', 2],
    ['{\n "a": 01\n}', 2],
    ['{\n "a": TRUE\n}', 2],
    ['{\n // why\n "a": 1\n}', 2],
    ["{\n 'a': 1\n}", 2],
    ['{}\n\n{}', 3],
    ['{ "applications": [\n', 1],
    ['{\n "a": [\n  1', 3],
    ['', 1],
    ['\n\nx', 3],
  ])('of %j is %d', (text, line) => {
    expect([isJson(text), lineOfFault(text)]).toEqual([false, line]);
  });

  it('is the last one at most where any one character is taken away or put in, and not before that place', () => {
    const right = '{\n "a": [1, -2.5e3, "x\\n\\u00e9", true],\n "b": {\n  "c": null,\n  "d": []\n }\n}';
    for (let at = 0; at <= right.length; at += 1)
      for (const put of ['', ',', '"', ']', '}', '{', ':', '0', '\\', 'x']) {
        const text = right.slice(0, at) + put + right.slice(put === '' ? at + 1 : at);
        if (isJson(text)) continue;
        // A comma that is too many stands before what shows it.
        const earliest = right.slice(0, at).trimEnd().replace(/,$/, '').split('\n').length;
        const line = lineOfFault(text);
        expect([text, line >= earliest && line <= text.split('\n').length]).toEqual([text, true]);
      }
  });
});
