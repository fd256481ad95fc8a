import { Definition } from './definition.js';
import { PRESETS } from './presets.js';

describe.each(Object.entries(PRESETS))('the preset %s', (name, { rules, then }) => {
  it('makes an application together with an address and who may enter, and nothing without', () => {
    const said = { name, ...rules };
    const whole = { ...said, origins: [`https://${name}.example.com`], groups: ['staff'] };
    expect(Definition.parse(whole)).toMatchObject({
      name,
      label: rules.label,
      admits: 'groups',
      openPaths: [],
    });
    expect(Definition.safeParse({ ...whole, groups: [] }).success).toBe(false);
    expect(Definition.safeParse({ ...said, groups: ['staff'] }).success).toBe(false);
  });

  it('says in one paragraph what the program needs on its side', () => {
    expect(then).toMatch(/^[A-Z].{30,600}\.$/);
  });
});
