import { DataSource } from 'typeorm';
import { GatedSite } from '../support/gated-site.js';
import { PASSWORD } from '../support/test-app.js';
import { Firefox } from './firefox.js';
import { HOSTS } from './gated-chromium.js';
import { giveItPages, PICTURES } from './small-application.js';

let site: GatedSite;
let firefox: Firefox;
beforeAll(async () => {
  [firefox, site] = await Promise.all([Firefox.start(HOSTS), GatedSite.start('caddy')]);
  await site.test.person('ada');
  await site.add({ openPaths: [{ prefix: '/ahead', methods: ['GET'] }] });
  giveItPages(site.wikiApp);
});
afterAll(async () => {
  await firefox.stop();
  await site.close();
});
beforeEach(async () => {
  await firefox.clearCookies();
  site.wikiApp.received.length = 0;
});

const FILL_IN = `
  document.querySelector('#username').value = 'ada';
  document.querySelector('#password').value = ${JSON.stringify(PASSWORD)};
  document.querySelector('#password').form.requestSubmit();`;
/** Loads the page's frame anew, and returns the words in it. */
const FRAME_AGAIN = `return new Promise(done => {
  const frame = document.querySelector('iframe');
  frame.addEventListener('load', () => done(frame.contentDocument.body.innerText));
  frame.src = '/part?again';
});`;
const received = (path: string) => site.wikiApp.received.filter(({ url }) => url === path);
const words = () => firefox.run('return document.body.innerText;');

/** Fills in the sign-in form that is open, and waits for the page that it was on the way to. */
async function signInTo(address: string): Promise<void> {
  await firefox.untilPath(`${site.login}/login`);
  await firefox.run(FILL_IN);
  await firefox.until(address);
}

async function inside(address: string): Promise<void> {
  await firefox.open(address);
  await signInTo(address);
}

describe('in Firefox, behind caddy', () => {
  it('somebody who comes for the first time lands on the page with its query, and gets out by Back', async () => {
    await firefox.open(`${site.login}/nowhere`);
    await firefox.open(`${site.wiki}/deep?a=1&b=%2F`);
    await signInTo(`${site.wiki}/deep?a=1&b=%2F`);
    await firefox.back();
    await firefox.until(`${site.wiki}/deep?a=1&b=%2F`);
    await firefox.back();
    await firefox.until(`${site.login}/nowhere`);
  });

  it('several tabs land on the page of each, whichever is sent first', async () => {
    const tabs: string[] = [];
    for (let n = 0; n < 3; n += 1) {
      tabs.push(await firefox.newTab());
      await firefox.open(`${site.wiki}/tab/${n}?n=${n}`);
    }
    for (const n of [1, 0, 2]) {
      await firefox.inTab(tabs[n] ?? '');
      await signInTo(`${site.wiki}/tab/${n}?n=${n}`);
    }
  });

  it('a page with many pictures has none of them without a session, and no cookie, and all of them with one', async () => {
    await inside(`${site.wiki}/pictures`);
    const drawn = 'return [...document.images].filter(image => image.naturalWidth > 0).length;';
    expect(await firefox.run(drawn)).toBe(PICTURES);
    await firefox.clearCookies();
    // In images of their own: an event may else be of what was there before.
    const settled = await firefox.run(`
      return Promise.all([...document.images].map(({ src }) => new Promise(done => {
        const image = new Image();
        for (const what of ['load', 'error']) image.addEventListener(what, () => done(what));
        image.src = src + '?again';
      })));`);
    expect(settled).toEqual(Array.from({ length: PICTURES }, () => 'error'));
    expect(site.wikiApp.received.filter(({ url }) => url.endsWith('?again'))).toEqual([]);
    expect(await firefox.cookies()).toEqual([]);
  });

  it('a form that is sent without a session is not lost: Back has what was typed', async () => {
    await inside(`${site.wiki}/form`);
    await firefox.run("document.querySelector('textarea').value = 'precious';");
    await firefox.clearCookies();
    await firefox.run("document.querySelector('form').requestSubmit();");
    await firefox.until(`${site.wiki}/save`);
    expect(await words()).toContain('nothing was sent');
    expect(received('/save')).toEqual([]);
    const tab = await firefox.tab();
    await firefox.newTab();
    await firefox.open(`${site.wiki}/.gatehouse/start?to=%2F`);
    await signInTo(`${site.wiki}/`);
    await firefox.inTab(tab);
    await firefox.back();
    await firefox.until(`${site.wiki}/form`);
    expect(await firefox.run("return document.querySelector('textarea').value;")).toBe('precious');
    await firefox.run("document.querySelector('form').requestSubmit();");
    await firefox.until(`${site.wiki}/save`);
    expect(received('/save').map(({ body }) => body)).toEqual(['text=precious']);
  });

  it('while the database is away a form and a frame say so, and nothing is lost', async () => {
    await inside(`${site.wiki}/form`);
    await firefox.run("document.querySelector('textarea').value = 'precious';");
    const form = await firefox.tab();
    const framing = await firefox.newTab();
    await firefox.open(`${site.wiki}/framing`);
    await site.test.get(DataSource).destroy();
    try {
      expect(await firefox.run(FRAME_AGAIN)).toContain('If you were signed in, you still are.');
      await firefox.inTab(form);
      await firefox.run("document.querySelector('form').requestSubmit();");
      await firefox.until(`${site.wiki}/save`);
      expect(await words()).toContain('nothing was sent');
    } finally {
      await site.test.get(DataSource).initialize();
    }
    expect(received('/save')).toEqual([]);
    await firefox.back();
    await firefox.until(`${site.wiki}/form`);
    expect(await firefox.run("return document.querySelector('textarea').value;")).toBe('precious');
    await firefox.inTab(framing);
    expect(await firefox.run(FRAME_AGAIN)).toBe('A part of a page');
  });

  it('a script is answered 401, and a WebSocket opens for who is there alone', async () => {
    const socket = `return new Promise(done => {
      const socket = new WebSocket(location.origin.replace('https', 'wss') + '/socket');
      socket.addEventListener('message', ({ data }) => done(data));
      socket.addEventListener('error', () => done('refused'));
    });`;
    const asked =
      "return fetch('/api').then(({ status, headers }) => [status, headers.get('gatehouse-sign-in')]);";
    await inside(`${site.wiki}/form`);
    expect([await firefox.run(socket), await firefox.run(asked)]).toEqual(['hello', [200, null]]);
    await firefox.clearCookies();
    expect([await firefox.run(socket), await firefox.run(asked)]).toEqual([
      'refused',
      [401, '/.gatehouse/start'],
    ]);
  });

  it('a frame says how to open it in its own window', async () => {
    await inside(`${site.wiki}/framing`);
    await firefox.clearCookies();
    expect(await firefox.run(FRAME_AGAIN)).toContain('Open it in its own window');
  });

  it('what is loaded ahead gets no cookie', async () => {
    await firefox.open(`${site.wiki}/ahead`);
    await firefox.run(`return new Promise(done => {
      const link = document.createElement('link');
      link.addEventListener('load', () => done('load'));
      link.addEventListener('error', () => done('error'));
      Object.assign(link, { rel: 'prefetch', href: '/linked?2' });
      document.head.append(link);
    });`);
    expect(await firefox.cookies()).toEqual([]);
    expect(received('/linked?2')).toEqual([]);
  });

  it('a worker of the application keeps nobody out', async () => {
    await inside(`${site.wiki}/worker`);
    await firefox.run(`return navigator.serviceWorker.register('/worker.js')
      .then(() => navigator.serviceWorker.ready)
      .then(() => new Promise(done => navigator.serviceWorker.controller
        ? done() : navigator.serviceWorker.addEventListener('controllerchange', () => done())));`);
    await firefox.clearCookies();
    await firefox.open(`${site.wiki}/worker?2`);
    await signInTo(`${site.wiki}/worker?2`);
  });

  it('where the application’s host keeps no cookie a page says so, and after five times that it is a circle', async () => {
    await firefox.refuseCookies(site.wiki);
    await firefox.open(`${site.wiki}/`);
    await firefox.untilPath(`${site.login}/login`);
    await firefox.run(FILL_IN);
    const seen = [await nextWords()];
    for (let round = 0; round < 5; round += 1) {
      await firefox.run("document.title = 'before'; document.querySelector('a.button').click();");
      seen.push(await nextWords());
    }
    expect(seen.map(text => /kept no cookie|goes round in a circle/.exec(text)?.[0])).toEqual([
      ...Array.from({ length: 5 }, () => 'kept no cookie'),
      'goes round in a circle',
    ]);
    expect(site.wikiApp.received).toEqual([]);
    await firefox.allowCookies(site.wiki);
  });

  it('where the sign-in host keeps no cookie its form says so, and leads on once it keeps them', async () => {
    await firefox.refuseCookies(site.login);
    await firefox.open(`${site.wiki}/deep?a=1`);
    for (let round = 0; round < 2; round += 1) {
      await firefox.untilPath(`${site.login}/login`);
      await firefox.leave(FILL_IN);
      await firefox.untilPath(`${site.login}/login`);
      expect(await words()).toContain('your browser did not keep the cookie that says so');
    }
    expect([await firefox.cookies(), site.wikiApp.received]).toEqual([
      [expect.stringMatching(/^__Host-gatehouse-browser-/)],
      [],
    ]);
    await firefox.allowCookies(site.login);
    await signInTo(`${site.wiki}/deep?a=1`);
  });

  /** The words of the page that stops somebody, once it is there. */
  async function nextWords(): Promise<string> {
    const stopped = `return document.readyState === 'complete'
      && /^(One more step|This goes round)/.test(document.title) && document.body.innerText;`;
    for (;;) {
      const text = await firefox.run(stopped).catch(() => false);
      if (typeof text === 'string') return text;
    }
  }
});
