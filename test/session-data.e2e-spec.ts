import { meeting, ShelfModule } from './support/shelf.module.js';
import { TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

let test: TestApp;
let ada: Visitor;
let token: string;
beforeEach(async () => {
  test = await TestApp.start({}, [ShelfModule]);
  await test.person();
  ada = await test.signedIn();
  token = await ada.csrf();
});
afterEach(() => test.close());

const TWENTY = [...Array(20).keys()];

const send = (method: string, path: string, body: unknown = {}) =>
  ada.send(method, `/shelf/${path}`, JSON.stringify(body), {
    'content-type': 'application/json',
    accept: 'application/json',
    'x-csrf-token': token,
  });
const put = (key: string, value: unknown) => send('POST', key, { value });
const shelf = async () => JSON.parse((await ada.get('/shelf')).body) as Record<string, unknown>;
const page = async (path: string) => (await ada.get(path)).body;

/** Sends requests that have all read the session before one of them writes it. */
async function together(...requests: (() => Promise<{ status: number }>)[]) {
  meeting.expect(requests.length);
  const answers = await Promise.all(requests.map(request => request()));
  expect(answers.filter(({ status }) => status >= 300)).toEqual([]);
}
async function alone(request: () => Promise<{ status: number }>) {
  await together(request);
}

describe('what requests put into `request.session` at once', () => {
  it('is all kept where each sets a key of its own', async () => {
    await together(...TWENTY.map(n => () => put(`key${n}`, { n, list: [] })));
    expect(await shelf()).toEqual(Object.fromEntries(TWENTY.map(n => [`key${n}`, { n, list: [] }])));
  });

  it('stays removed where one removed it, beside what others set', async () => {
    await alone(() => put('old', 'here'));
    await alone(() => put('other', 'here'));
    await together(
      () => send('DELETE', 'old'),
      () => put('new', 1),
      () => put('other', 'changed'),
    );
    expect(await shelf()).toEqual({ new: 1, other: 'changed' });
  });

  it('is that of one of them where two set the same key, and of the later where one came after', async () => {
    await together(
      () => put('same', 'one'),
      () => put('same', 'two'),
    );
    expect(['one', 'two']).toContain((await shelf())['same']);
    await alone(() => put('same', 'three'));
    expect(await shelf()).toEqual({ same: 'three' });
  });

  it('comes back as it was, whatever others put beside it', async () => {
    const values = {
      none: [],
      nothing: {},
      huge: 1e21,
      long: '9007199254740993',
      deep: { a: [{ b: { c: [[], {}, null, 0.1, '"}],{:'] } }] },
      words: 'Jürgen \u2028 \u{1f600} \ud800 \\" \n',
      '': 'no name',
      'a "key": {': true,
      7: 'seven',
    };
    for (const [key, value] of Object.entries(values)) {
      if (key === '') continue;
      await alone(() => put(encodeURIComponent(key), value));
    }
    const { '': _, ...named } = values;
    expect(await shelf()).toEqual(named);
    await together(
      () => put('none', [1]),
      () => send('DELETE', 'huge'),
    );
    const { huge: __, ...left } = named;
    expect(await shelf()).toEqual({ ...left, none: [1] });
  });

  it('harms nothing by the name of its key', async () => {
    for (const key of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      await alone(() => put(key, { polluted: true }));
      await together(
        () => put('beside', key),
        () => put('more', key),
      );
      expect(await shelf()).toMatchObject({ beside: key, more: key });
    }
    expect('polluted' in {}).toBe(false);
  });

  it('is gone again where a handler took it back after it was saved', async () => {
    await send('POST', 'back');
    expect(await shelf()).toEqual({});
  });
});

describe('what waits for a page', () => {
  it('is all shown where several were left at once, four at most', async () => {
    await together(
      () => send('POST', 'notice/One'),
      () => send('POST', 'notice/Two'),
      () => send('POST', 'notice/Three'),
    );
    const shown = await page('/welcome');
    for (const sentence of ['One.', 'Two.', 'Three.']) expect(shown).toContain(sentence);
    expect(await page('/welcome')).not.toContain('role="status"');
    await together(...TWENTY.map(n => () => send('POST', `notice/Sentence${n}`)));
    const [, notice = ''] = /role="status"([^]*?)<\/div>/.exec(await page('/welcome')) ?? [];
    expect(notice.match(/Sentence\d/g)).toHaveLength(4);
    expect(await shelf()).toEqual({});
  });

  it('comes back into every form that was kept at once', async () => {
    meeting.expect(3);
    const answers = await Promise.all(['a', 'b', 'c'].map(name => send('POST', `form/${name}@new.example`)));
    const pages = answers.map(({ body }) => (JSON.parse(body) as { page: string }).page);
    for (const [n, address] of pages.entries())
      expect(await page(address)).toContain(`${'abc'[n]}@new.example`);
    expect(await shelf()).toEqual({});
  });

  it('is four forms at most, once the next is kept', async () => {
    await together(...TWENTY.map(n => () => send('POST', `form/${n}@new.example`)));
    await alone(() => send('POST', 'form/last@new.example'));
    expect(Object.keys(await shelf())).toHaveLength(4);
  });
});
