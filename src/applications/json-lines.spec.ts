import { lineOfPath, nameTwice } from './json-lines.js';

describe('the line on which a part of a JSON text begins', () => {
  const text = '{\n "a": [\n  1,\n  { "b": "}",\n   "c": null }\n ],\n "a b": {}\n}';

  it.each<[number, readonly PropertyKey[]]>([
    [1, []],
    [2, ['a']],
    [3, ['a', 0]],
    [4, ['a', 1]],
    [5, ['a', 1, 'c']],
    [7, ['a b']],
  ])('is %d of %j', (line, path) => {
    expect(lineOfPath(text, path)).toBe(line);
  });

  it('is that of the nearest around it, where it is not there', () => {
    expect(lineOfPath(text, ['a', 1, 'd', 0])).toBe(4);
  });
});

describe('a name that stands twice in one object', () => {
  it.each([
    ['{ "a": 1,\n "b": 2,\n "a": 3 }', { line: 3, name: 'a' }],
    ['[{},\n{ "a": { "b": [],\n"b": {} } }]', { line: 3, name: 'b' }],
    ['{ "a": 1,\n "\\u0061": 2 }', { line: 2, name: 'a' }],
    ['{ "a": "a", "b": ["a", "a"], "c": { "a": "a" } }', null],
    ['[{ "a": 1 }, { "a": 1 }]', null],
    ['"a"', null],
  ])('is found in %j: %j', (text, found) => {
    expect(nameTwice(text)).toEqual(found);
  });
});
