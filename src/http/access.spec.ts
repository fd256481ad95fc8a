import {
  AnswersJson,
  KeepsTyped,
  Public,
  RequireGroup,
  SentOnce,
  SetupFirst,
  VisitorForm,
} from './access.js';

describe('@RequireGroup()', () => {
  it.each(['Editors', '', 'a b'])('names no group that cannot be: %j', name => {
    expect(() => RequireGroup('editors', name)).toThrow(`@RequireGroup: no group can be called "${name}".`);
  });
});

describe('a mark that is only read on a route', () => {
  it('does not compile on a class, where it would say nothing', () => {
    // @ts-expect-error -- a mark of a route
    @Public()
    class Open {}
    // @ts-expect-error -- a mark of a route
    @VisitorForm()
    class Visited {}
    // @ts-expect-error -- a mark of a route
    @SentOnce()
    class Sent {}
    // @ts-expect-error -- a mark of a route
    @AnswersJson()
    class Answering {}
    // @ts-expect-error -- a mark of a route
    @KeepsTyped(['title'])
    class Keeping {}
    // @ts-expect-error -- a mark of a route
    @SetupFirst()
    class First {}
    expect([Open, Visited, Sent, Answering, Keeping, First]).toHaveLength(6);
  });
});
