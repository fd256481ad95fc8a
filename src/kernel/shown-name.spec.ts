import { shownName } from './shown-name.js';

describe('a name as pages show it', () => {
  it.each(['Kitchen', '👩‍💻 laptop', '❤️', 'نامه‌ها', 'a b'])('%j is taken as it is', name => {
    expect(shownName(`  ${name} `, 64)).toBe(name);
  });

  it.each(['', ' ', '\u200b', '\u3164', '\u2800\u2060', '\u00ad \ufe0f', '\u200d\u200d'])(
    '%j cannot be seen: nobody could press the link that it is',
    name => {
      expect(shownName(name, 64)).toBeNull();
    },
  );

  it.each(['two\nlines', 'a\u2028b', 'a\u202eb', 'a\u2066b', 'a\u0000b', '\ud800'])(
    '%j controls or hides text',
    name => {
      expect(shownName(name, 64)).toBeNull();
    },
  );

  it('counts characters, not what they are stored in', () => {
    expect(shownName('🔑'.repeat(64), 64)).not.toBeNull();
    expect(shownName('🔑'.repeat(65), 64)).toBeNull();
  });
});
