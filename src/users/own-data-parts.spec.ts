import { OwnDataParts, type ReadOwnData } from './own-data-parts.js';

const nothing: ReadOwnData = async function* () {
  yield [];
};

describe('what modules add to the data that people take away', () => {
  it('comes in the order it was added', () => {
    const parts = new OwnDataParts();
    parts.add('notes', nothing);
    parts.add('drafts', nothing);
    expect([...parts.all()].map(([name]) => name)).toEqual(['notes', 'drafts']);
  });

  it.each(['account', 'sessions', 'events', 'notes'])('is called as nothing else is: %s', name => {
    const parts = new OwnDataParts();
    parts.add('notes', nothing);
    expect(() => parts.add(name, nothing)).toThrow(`is called "${name}"`);
  });
});
