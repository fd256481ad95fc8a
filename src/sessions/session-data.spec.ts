import { changesBetween, withChanges } from './session-data.js';

describe('what was changed of a session’s data', () => {
  it.each([
    ['nothing', '{"a":[],"b":1e21,"c":9007199254740993}', '{"c":9007199254740992,"b":1e+21,"a":[]}', []],
    ['what was set', '{"a":1}', '{"a":1,"b":{"c":[]}}', [['b', '{"c":[]}']]],
    ['what is another', '{"a":1}', '{"a":"1"}', [['a', '"1"']]],
    ['what is deeper', '{"a":{"b":[1]}}', '{"a":{"b":[1,2]}}', [['a', '{"b":[1,2]}']]],
    ['what was removed', '{"a":1,"b":2}', '{"b":2}', [['a', null]]],
    ['not what no request sees', '{"__proto__":1,"toString":2}', '{}', []],
  ])('is %s', (_, before, after, changes) => {
    expect([...changesBetween(before, after)]).toEqual(changes);
  });
});

describe('data with changes', () => {
  it('has spaces of other writers, too', () => {
    const data = ' { "a" : [ 1 , 2 ] ,\n "b" : "x" } ';
    expect(withChanges(data, new Map([['b', '2']]))).toBe('{"a":[ 1 , 2 ],"b":2}');
    expect(withChanges(data, new Map([['a', null]]))).toBe('{"b":"x"}');
  });

  it.each(['', '[]', '[1,{"a":2}]', 'null', '"{"', '{'])(
    'is the changes alone of what is no object: %j',
    data => {
      expect(withChanges(data, new Map([['b', '2']]))).toBe('{"b":2}');
    },
  );
});
