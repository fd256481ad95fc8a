import { Definition, type WrittenDown } from './definition.js';
import { odditiesOf, remarksOn, type Surroundings } from './oddities.js';

const around: Surroundings = {
  groups: [
    { name: 'staff', people: 2 },
    { name: 'empty', people: 0 },
  ],
  publicUrl: 'https://login.example.com',
  hasGate: true,
  registrationOpen: true,
};
const app = (changes: Partial<WrittenDown> = {}) =>
  Definition.parse({ name: 'wiki', origins: ['https://wiki.example.org'], groups: ['staff'], ...changes });

describe('what is odd about applications', () => {
  it('is nothing where all is as it should be', () => {
    expect(odditiesOf([app()], around)).toEqual([]);
    expect(remarksOn([app()], around)).toEqual([]);
  });

  it.each<[string, Partial<WrittenDown>, RegExp]>([
    [
      'a group that is not there',
      { groups: ['stuff'] },
      /there is no group stuff\. "group add stuff" makes it\./,
    ],
    ['a group of nobody', { groups: ['empty'] }, /nobody is in the group empty\./],
    ['a group it is told of that is not there', { toldGroups: ['stuff'] }, /there is no group stuff\./],
    [
      'the sign-in’s own address',
      { origins: ['https://login.example.com:8443'] },
      /is the sign-in’s own address: whoever writes the application could take every session\./,
    ],
    [
      'everybody who registers',
      { groups: [], everybody: true, includingRegistered: true },
      /anybody who registers may enter\. With --everybody alone, only people in some group may\./,
    ],
    ['groups beside everybody', { everybody: true }, /it names groups, and lets everybody in all the same\./],
    [
      'everything open',
      { openPaths: [{ prefix: '/' }] },
      /\/ is open to everybody for GET, HEAD: is that meant\?/,
    ],
    [
      'writing open',
      { openPaths: [{ prefix: '/hooks', methods: ['POST'] }] },
      /\/hooks is open to everybody for POST: is that meant\?/,
    ],
    [
      'tokens of strangers',
      { groups: [], everybody: true, includingRegistered: true, tokens: true },
      /whoever registers may make access tokens for it\./,
    ],
  ])('says so of %s', (_, changes, sentence) => {
    expect(odditiesOf([app(changes)], around)).toContainEqual(expect.stringMatching(sentence));
  });

  it('is that no proxy can ask', () => {
    expect(odditiesOf([app()], { ...around, hasGate: false })).toEqual([
      'GATE_LISTEN is not set: no proxy can ask, so nobody enters anything.',
    ]);
  });

  it('is that two of them are on one host name, where each gets the other’s cookies', () => {
    const other = app({ name: 'tools', origins: ['https://wiki.example.org:8443'] });
    expect(odditiesOf([app(), other], around)).toEqual([
      expect.stringMatching(
        /^wiki and tools are on one host name, wiki\.example\.org: .+ act for people in the other\./,
      ),
    ]);
    const own = app({ origins: ['https://wiki.example.org', 'https://wiki.example.org:8443'] });
    expect(odditiesOf([own], around)).toEqual([]);
  });

  it('is not what is only good to know: siblings of the sign-in, several addresses', () => {
    const sibling = app({ origins: ['https://wiki.example.com', 'https://wiki.example.org'] });
    expect(odditiesOf([sibling], around)).toEqual([]);
    expect(remarksOn([sibling], around)).toEqual([
      expect.stringMatching(/^wiki: https:\/\/wiki\.example\.com is a sibling of the sign-in/),
      'wiki: people enter each of its 2 addresses for itself.',
    ]);
  });
});
