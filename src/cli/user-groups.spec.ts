import { changeIn } from './user-groups.js';

describe('the words of "user groups NAME"', () => {
  it('say which groups somebody comes into, and which they leave, each once', () => {
    expect(changeIn(['+a', '-b', '+c.d', '-h', '+a'])).toEqual({ join: ['a', 'c.d'], leave: ['b', 'h'] });
    expect(changeIn([])).toEqual({ join: [], leave: [] });
  });

  it.each([
    [['editors'], /^Write \+editors to put them into that group, or -editors to take them out\./],
    [['+Editors'], /^No group can be called "Editors": use 1 to 63 small letters, .+ Nothing was changed\.$/],
    [['+'], /^No group can be called ""/],
    [['--json'], /^No group can be called "-json"/],
    [['+a', '-a'], /^\+a and -a contradict each other\. Nothing was changed\.$/],
  ])('are refused: %j', (words, sentence) => {
    expect(() => changeIn(words)).toThrow(sentence);
  });
});
