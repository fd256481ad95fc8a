import { MadeOfTexts } from './made-of-texts.js';

describe('what is made of texts', () => {
  const parsed = () => {
    const asked: string[] = [];
    const texts = new MadeOfTexts(text => {
      asked.push(text);
      return { said: text.toUpperCase() };
    });
    return { texts, asked };
  };

  it('is the same object for a text that is the same to the last letter, and another one for any other', () => {
    const { texts } = parsed();
    const first = texts.of('ada\u00e9');
    expect(first).toEqual({ said: 'ADA\u00c9' });
    expect(texts.of(['ada', '\u00e9'].join(''))).toBe(first);
    expect(texts.of('adae\u0301')).not.toBe(first);
  });

  it('remembers a limited number of them, and makes them anew beyond it', () => {
    const { texts, asked } = parsed();
    const first = texts.of('0');
    for (let each = 1; each <= 2000; each += 1) texts.of(String(each));
    expect(texts.of('2000')).toEqual({ said: '2000' });
    expect(asked).toHaveLength(2001);
    expect(texts.of('0')).not.toBe(first);
    expect(texts.of('0')).toEqual(first);
  });

  it('says again of a text that nothing can be made of that it cannot', () => {
    const texts = new MadeOfTexts<object>(text => JSON.parse(text));
    for (const _ of [1, 2]) expect(() => texts.of('{')).toThrow(SyntaxError);
  });
});
