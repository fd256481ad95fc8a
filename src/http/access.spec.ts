import { RequireGroup } from './access.js';

describe('@RequireGroup()', () => {
  it.each(['Editors', '', 'a b'])('names no group that cannot be: %j', name => {
    expect(() => RequireGroup('editors', name)).toThrow(`@RequireGroup: no group can be called "${name}".`);
  });
});
