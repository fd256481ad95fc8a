import type { Received } from '../support/echo-application.js';
import { GatedSite } from '../support/gated-site.js';
import type { Found } from '../support/wanderer.js';

const echoed = ({ body }: Found) => JSON.parse(body) as Received;

describe.each(['nginx', 'caddy'] as const)('behind %s', kind => {
  let site: GatedSite;
  let ada: string;
  beforeAll(async () => {
    site = await GatedSite.start(kind);
    ada = await site.test.person('ada', 'user', 'ada@example.com');
    await site.add();
  });
  afterAll(() => site.close());

  it('somebody without a session is led to sign in, and comes to where they wanted to go', async () => {
    const who = site.visitor();
    const form = await who.go(`${site.wiki}/pages/1?sort=new&x=%2F`);
    expect(form.url).toMatch(new RegExp(`^${site.login}/login\\?return_to=`));
    expect(site.wikiApp.received).toEqual([]);
    const page = await site.signIn(who, form);
    expect([page.url, page.status]).toEqual([`${site.wiki}/pages/1?sort=new&x=%2F`, 200]);
    const { url, headers } = echoed(page);
    expect(url).toBe('/pages/1?sort=new&x=%2F');
    expect(headers).toMatchObject({
      'remote-id': ada,
      'remote-user': 'ada',
      'remote-name': 'ada',
      'x-remote-user': 'ada',
    });
    expect(headers.cookie ?? '').toBe('');
  });
});
