import type { Session } from '../../src/sessions/session-store.js';
import { type ContractTest, NOW } from './store-under-test.js';

const TWENTY = [...Array(20).keys()];

/** Values as JSON text that a store which decodes them would change. */
const DELICATE = [
  ...['[]', '{}', '[[],{},[{}]]', '1e21', '9007199254740993', '-0', '0.1', '1.0', 'null', 'true', '""'],
  ...['"\\u2028 \u2028 \u{1f600} J\u00fcrgen \\ud800"', '"\\"}],{:\\\\"', '"\\\\\\""', '"ends in \\\\"'],
  ...[
    '{"a":{"b":[{"__proto__":{"c":[]}}]},"csrf":"inner"}',
    '"9007199254740993"',
    `"${'long '.repeat(9000)}"`,
  ],
];

/** What becomes of a session's data where several requests change it. */
export function sessionDataContract(part: () => ContractTest): void {
  const dataOf = async ({ idHash }: Session) => (await part().store.find(idHash, NOW))?.session.data;

  it('are all kept where twenty at once set a key each, and all have read the same', async () => {
    const session = await part().inserted();
    const done = await Promise.all(
      TWENTY.map(n => part().store.update(session, new Map([[`key ${n}`, `[${n}]`]]))),
    );
    expect(done).toEqual(TWENTY.map(() => true));
    const expected = Object.fromEntries(TWENTY.map(n => [`key ${n}`, [n]]));
    expect(JSON.parse((await dataOf(session))!)).toEqual({ csrf: 'x', ...expected });
  });

  it('remove what they name, whatever is set beside it, and it stays removed', async () => {
    const { store, inserted } = part();
    const data = JSON.stringify({ csrf: 'x', ...Object.fromEntries(TWENTY.map(n => [`old${n}`, n])) });
    const session = await inserted({ data });
    const removing = TWENTY.map(n => store.update(session, new Map([[`old${n}`, null]])));
    const setting = TWENTY.map(n => store.update(session, new Map([[`new${n}`, String(n)]])));
    await Promise.all([...removing, ...setting]);
    const expected = Object.fromEntries(TWENTY.map(n => [`new${n}`, n]));
    expect(JSON.parse((await dataOf(session))!)).toEqual({ csrf: 'x', ...expected });
    expect(await store.update(session, new Map([['old1', null]]))).toBe(true);
    expect(JSON.parse((await dataOf(session))!)).toEqual({ csrf: 'x', ...expected });
  });

  it('let the later of two win, and leave the earlier’s other keys', async () => {
    const { store, inserted } = part();
    const session = await inserted();
    await store.update(session, new Map([...['same', 'mine'].map(key => [key, '"first"'] as const)]));
    await store.update(session, new Map([['same', '"second"']]));
    expect(await dataOf(session)).toBe('{"csrf":"x","same":"second","mine":"first"}');
    await store.update(session, new Map<string, string | null>([...gone('same'), ...gone('csrf')]));
    expect(await dataOf(session)).toBe('{"mine":"first"}');
    await store.update(session, new Map(gone('mine')));
    expect(await dataOf(session)).toBe('{}');
    await store.update(session, new Map([['again', '1']]));
    expect(await dataOf(session)).toBe('{"again":1}');
  });

  it.each(DELICATE)('leave what they do not touch as the text it is: %.40s', async value => {
    const { store, inserted } = part();
    const session = await inserted({ data: `{"before":${value},"csrf":"x","after":${value}}` });
    await store.update(session, new Map([['set', value]]));
    await store.update(session, new Map([['csrf', '"y"']]));
    expect(await dataOf(session)).toBe(`{"before":${value},"csrf":"y","after":${value},"set":${value}}`);
  });

  it.each([
    '__proto__',
    'constructor',
    '',
    'a "key": {',
    '7',
    '\\',
    '\u{1f600}',
    '%s',
    '\u2028',
    'line\nend',
  ])('work on a key of any name: %j', async key => {
    const { store, inserted } = part();
    const session = await inserted({ data: `{"csrf":"x",${JSON.stringify(key)}:[]}` });
    await store.update(session, new Map([[key, '{}']]));
    await store.update(session, new Map([['more', '1']]));
    expect(await dataOf(session)).toBe(`{"csrf":"x",${JSON.stringify(key)}:{},"more":1}`);
    await store.update(session, new Map(gone(key)));
    expect(await dataOf(session)).toBe('{"csrf":"x","more":1}');
  });
}

const gone = (key: string): [string, null][] => [[key, null]];
