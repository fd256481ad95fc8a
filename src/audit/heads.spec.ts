import { headsIn, wordOf } from './heads.js';

const HEAD = { stream: 'a-_4567890123456789012', seq: 17, mac: `${'m'.repeat(42)}-` };

describe('the head of a stream in one word', () => {
  it('is found again in whatever it stands', () => {
    const word = wordOf(HEAD);
    for (const text of [
      word,
      ` ${word} `,
      JSON.stringify({ checkpoint: word }),
      `checkpoint=${word}, others=`,
    ])
      expect(headsIn(text)).toEqual([HEAD]);
    expect(headsIn(`${word} ${word}`)).toHaveLength(2);
  });

  it.each(['', 'yesterday', wordOf(HEAD).slice(1), `${wordOf(HEAD)}m`, wordOf({ ...HEAD, seq: 1e15 })])(
    'is no other text: %j',
    text => expect(headsIn(text)).toEqual([]),
  );
});
