import { TestApp } from './support/test-app.js';

/** The pages of an account. */
const PAGES = ['/account', '/account/devices', '/account/security', '/account/password', '/account/activity'];

let test: TestApp;
beforeAll(async () => {
  test = await TestApp.start();
  await test.person('ada');
});
afterAll(() => test.close());

/** The head of a page, as HTML. */
const headOf = ({ body }: { readonly body: string }): string =>
  /<header>([^]*?)<\/header>/.exec(body)?.[1] ?? '';

describe('the head of a page', () => {
  it('says who is signed in, and has a menu of their pages and the way out', async () => {
    const ada = await test.signedIn();
    await ada.postForm('/account', { display_name: 'Ada <b>Lovelace</b>' });
    for (const page of ['/welcome', '/account/devices', '/confirm', '/nothing/here']) {
      const head = headOf(await ada.get(page));
      expect(head).toMatch(/<summary>[^]*Ada &lt;b&gt;Lovelace&lt;\/b&gt;[^]*<\/summary>/);
      const links = [...head.matchAll(/<a href="([^"]+)"/g)].map(([, href]) => href);
      expect(links).toEqual(PAGES);
      expect(head).toMatch(/<form method="post" action="\/logout">[^]*Sign out/);
    }
  });

  it('leads where the tabs of the account pages lead, and says in both which one is open', async () => {
    const { body } = await (await test.signedIn()).get('/account/security');
    const lists = [headOf({ body }), /<nav class="tabs"[^]*?<\/nav>/.exec(body)?.[0] ?? ''];
    for (const list of lists) {
      expect([...list.matchAll(/<li><a href="([^"]+)"/g)].map(([, href]) => href)).toEqual(PAGES);
      expect(list.match(/aria-current="page">[^<]+/g)).toEqual(['aria-current="page">Security']);
    }
  });

  it.each(['/register', '/forgot', '/nothing/here', '/verify'])(
    'leads visitors to the sign-in page from %s',
    async page => {
      const head = headOf(await test.visitor().get(page));
      expect(head).toContain('<a class="button quiet" href="/login">Sign in</a>');
      expect(head).not.toContain('<details');
    },
  );

  it.each(['/', '/login', '/login?done=forgot'])(
    'does not lead to the sign-in page from itself: %s',
    async page => {
      const { body } = await test.visitor().get(page);
      expect(headOf({ body })).not.toContain('Sign in');
      expect(body).toContain('<button>Sign in</button>');
    },
  );
});
