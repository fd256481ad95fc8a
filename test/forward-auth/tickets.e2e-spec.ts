import { hours, minutes, seconds } from '../../src/kernel/durations.js';
import { Tickets } from '../../src/forward-auth/tickets.js';
import { SignIns } from '../../src/sessions/sign-ins.js';
import { digestOf } from '../../src/crypto/secret-token.js';
import { comingAgain } from '../support/come-again.js';
import { sectionOf, tablesIn } from '../support/document-tables.js';
import { GatedSite } from '../support/gated-site.js';
import {
  FETCH,
  type Found,
  NAVIGATION,
  TYPED_IN_CHROMIUM,
  TYPED_IN_WEBKIT,
  type Wanderer,
} from '../support/wanderer.js';

const CROSS = { ...NAVIGATION, 'sec-fetch-site': 'cross-site' };

let site: GatedSite;
let ada: string;
beforeEach(async () => {
  site = await GatedSite.start('nginx');
  ada = await site.test.person('ada');
  await site.test.person('bob');
  await site.add();
  await site.add({ name: 'tools', label: 'Tools', origins: [site.tools] });
});
afterEach(() => site.close());

/** Goes from an application to where the ticket waits to be shown. */
async function ticketFor(who: Wanderer, address = site.wiki): Promise<string> {
  const led = await who.insist(address, { headers: NAVIGATION });
  const entered = await who.insist(led.headers.location ?? '', { headers: CROSS });
  const { location = '' } = entered.headers;
  expect([entered.status, location]).toEqual([303, expect.stringContaining('/.gatehouse/enter?ticket=')]);
  return location;
}

/** Somebody who is signed in, and in no application. */
async function signedIn(username = 'ada'): Promise<Wanderer> {
  const who = site.visitor();
  await site.signIn(who, await who.go(`${site.login}/login?return_to=%2Faccount`), username);
  return who;
}

const show = (who: Wanderer, ticket: string, headers: Record<string, string> = CROSS) =>
  who.insist(ticket, { headers });
const isIn = async (who: Wanderer, at = site.wiki) => (await who.send(at, { headers: FETCH })).status === 200;
const letsIn = ({ headers }: Found) =>
  String(headers['set-cookie'] ?? '').includes(`__Host-gatehouse-app-${site.places.port}=`) &&
  headers.location !== undefined;

describe('a ticket', () => {
  it('lets in once: of twenty who show it at the same time, one', async () => {
    const who = await signedIn();
    const ticket = await ticketFor(who, `${site.wiki}/there?a=1`);
    const found = await Promise.all(Array.from({ length: 20 }, () => show(who.copy(), ticket)));
    expect(found.filter(letsIn).map(({ headers }) => headers.location)).toEqual(['/there?a=1']);
    expect(await site.test.sql('SELECT digest FROM application_sessions')).toHaveLength(1);
  });

  it('that was shown leads on, where there is a session by now, and else to a page with a link', async () => {
    const who = await signedIn();
    const ticket = await ticketFor(who, `${site.wiki}/there`);
    await show(who, ticket);
    const again = await show(who, ticket);
    expect([again.status, again.headers.location, again.headers['set-cookie']]).toEqual([
      303,
      '/there',
      undefined,
    ]);
    const stranger = await show(site.visitor(), ticket);
    expect([stranger.status, stranger.headers.location, stranger.headers['set-cookie']]).toEqual([
      403,
      undefined,
      undefined,
    ]);
    expect(stranger.body).toContain('href="/.gatehouse/start?to=%2F"');
  });

  it('belongs to the browser that began: a stolen one lets nobody in, and is spent', async () => {
    const who = await signedIn();
    const ticket = await ticketFor(who);
    const thief = site.visitor();
    await thief.send(`${site.wiki}/.gatehouse/start?to=%2F`, { headers: NAVIGATION });
    expect([(await show(thief, ticket)).status, await isIn(thief)]).toEqual([403, false]);
    expect(letsIn(await show(who, ticket))).toBe(false);
  });

  it('that an attacker plants signs nobody in as the attacker', async () => {
    const attacker = await signedIn('bob');
    const ticket = await ticketFor(attacker);
    const victim = site.visitor();
    expect([(await show(victim, ticket)).status, await isIn(victim)]).toEqual([403, false]);
  });

  it('that an attacker has made for their own browser is of no use to them', async () => {
    const attacker = site.visitor();
    const led = await attacker.send(site.wiki, { headers: NAVIGATION });
    const victim = await signedIn();
    const entered = await victim.send(led.headers.location ?? '', { headers: CROSS });
    const landed = await show(victim, entered.headers.location ?? '');
    expect([landed.status, letsIn(landed)]).toEqual([403, false]);
    expect([letsIn(await show(attacker, entered.headers.location ?? '')), await isIn(attacker)]).toEqual([
      false,
      false,
    ]);
  });

  it('is for one host', async () => {
    const who = await signedIn();
    const ticket = await ticketFor(who);
    await who.send(`${site.tools}/.gatehouse/start?to=%2F`, { headers: NAVIGATION });
    const elsewhere = ticket.replace(site.wiki, site.tools);
    expect([letsIn(await show(who, elsewhere)), await isIn(who, site.tools)]).toEqual([false, false]);
    expect(letsIn(await show(who, ticket))).toBe(false);
  });

  it('is good for a minute', async () => {
    const who = await signedIn();
    const [early, late] = [await ticketFor(who), await ticketFor(who, site.tools)];
    site.test.clock.pass(seconds(59));
    expect(letsIn(await show(who, early))).toBe(true);
    site.test.clock.pass(seconds(1));
    expect(letsIn(await show(who, late))).toBe(false);
  });

  it('ends with its sign-in', async () => {
    const who = await signedIn();
    const ticket = await ticketFor(who);
    await site.test.get(SignIns).end({ userId: ada, except: null }, 'operator');
    expect(letsIn(await show(who, ticket))).toBe(false);
    expect(await site.test.sql('SELECT * FROM entry_tickets')).toEqual([]);
  });

  it('is shown by somebody who goes there, and by nothing else: that spends nothing', async () => {
    const who = await signedIn();
    const ticket = await ticketFor(who);
    for (const headers of [
      { ...CROSS, 'sec-purpose': 'prefetch' },
      { ...CROSS, 'sec-fetch-dest': 'iframe' },
      { ...FETCH },
      { ...CROSS, 'sec-fetch-dest': 'image', 'sec-fetch-mode': 'no-cors' },
    ])
      expect([headers, (await show(who, ticket, headers)).status]).toEqual([headers, 403]);
    for (const method of ['HEAD', 'OPTIONS', 'POST', 'PUT'])
      expect((await who.send(ticket, { method, headers: CROSS })).status).toBeGreaterThanOrEqual(400);
    expect(letsIn(await show(who, ticket))).toBe(true);
  });

  it('is issued to who goes to the sign-in host, and to nothing that is loaded ahead or asks for a head', async () => {
    const who = await signedIn();
    const led = await who.send(site.wiki, { headers: NAVIGATION });
    const to = led.headers.location ?? '';
    expect((await who.send(to, { headers: { ...CROSS, 'sec-purpose': 'prefetch' } })).status).toBe(403);
    expect((await who.send(to, { method: 'HEAD', headers: CROSS })).status).toBe(403);
    expect((await who.send(to, { headers: { ...CROSS, 'sec-fetch-dest': 'iframe' } })).status).toBe(403);
    expect(await site.test.sql('SELECT * FROM entry_tickets')).toEqual([]);
  });

  it('stands in the database by its digest alone', async () => {
    const who = await signedIn();
    const ticket = new URL(await ticketFor(who)).searchParams.get('ticket') ?? '';
    const [row] = await site.test.sql<{ digest: string }>('SELECT * FROM entry_tickets');
    expect(row?.digest).toBe(digestOf(ticket));
    expect(JSON.stringify(row)).not.toContain(ticket);
  });

  it.each([
    ['at=https%3A%2F%2Fevil.example&to=%2F', 404],
    ['at=WIKI&to=%2F%2Fevil.example', 404],
    ['at=WIKI&to=https%3A%2F%2Fevil.example%2F', 404],
    ['at=WIKI&to=%2F%5Cevil.example', 404],
    ['at=WIKI&to=%2F%0d%0aSet-Cookie:a=b', 404],
    ['at=WIKI', 404],
    ['at=WIKI&to=%2F&to=%2Fa', 404],
    ['', 404],
  ])('is issued for an application and an address in it alone: %s', async (query, status) => {
    const who = await signedIn();
    const asked = query.replace('WIKI', encodeURIComponent(site.wiki));
    const found = await who.send(`${site.login}/enter?${asked}&browser=${digestOf('x')}`, { headers: CROSS });
    expect([found.status, found.headers.location]).toEqual([status, undefined]);
  });
});

describe('a browser', () => {
  it('that opens several tabs at once keeps what each began, whichever signs in first', async () => {
    const who = site.visitor();
    const addresses = Array.from({ length: 8 }, (_, n) => `${site.wiki}/${n}`);
    // All of them are asked before the browser has a cookie.
    const led = await Promise.all(addresses.map(address => who.send(address, { headers: NAVIGATION })));
    const forms = [];
    for (const { headers } of led) forms.push(await who.go(headers.location ?? ''));
    const [first] = forms;
    if (first === undefined) throw new Error('No form.');
    expect((await site.signIn(who, first)).url).toBe(addresses[0]);
    for (const [index, form] of forms.slice(1).entries()) {
      const back = new URL(form.url).searchParams.get('return_to') ?? '';
      expect((await who.go(site.login + back)).url).toBe(addresses[index + 1]);
    }
  });

  it('without cookies gets a page that says so, and goes round in no circle', async () => {
    const who = await signedIn();
    const keepsNone = () => who.jars.delete('wiki.example.com');
    for (let round = 0; round < 5; round += 1) {
      const ticket = await ticketFor(who);
      keepsNone();
      const found = await show(who, ticket);
      expect([found.status, found.headers.location, found.headers['refresh']]).toEqual([
        403,
        undefined,
        undefined,
      ]);
      expect(found.body).toContain('kept no cookie');
      keepsNone();
    }
    const led = await who.send(site.wiki, { headers: NAVIGATION });
    const stopped = await who.send(led.headers.location ?? '', { headers: CROSS });
    expect([stopped.status, stopped.headers.location]).toEqual([429, undefined]);
    expect(stopped.body).toContain('The browser sent no cookie of that site');
    expect(stopped.body).toContain(site.wiki);
    site.test.clock.pass(seconds(61));
    await ticketFor(who);
  });

  it('of somebody else who signs in afterwards has nothing of the one before', async () => {
    const who = await site.inside();
    await site.signIn(who, await who.go(`${site.login}/login`), 'bob').catch(() => null);
    const jar = who.cookiesOf('wiki.example.com');
    who.jars.delete('login.example.com');
    await site.signIn(who, await who.go(`${site.login}/login?return_to=%2Faccount`), 'bob');
    // Ada's sign-in goes on where nobody ended it; its cookie is hers.
    expect(jar).not.toBe('');
    const page = await who.go(`${site.tools}/`);
    expect((JSON.parse(page.body) as { headers: Record<string, string> }).headers['remote-user']).toBe('bob');
  });

  it('whose form stood open for an hour still comes to where it wanted to go', async () => {
    const who = site.visitor();
    const form = await who.go(`${site.wiki}/late`);
    site.test.clock.pass(seconds(3600));
    expect((await site.signIn(who, form)).url).toBe(`${site.wiki}/late`);
  });

  it('that began something a day ago and something else just now comes to where the later leads', async () => {
    const who = site.visitor();
    await who.go(`${site.wiki}/early`);
    const [cookie] = who.cookiesOf('wiki.example.com').split('=');
    site.test.clock.pass(hours(24) - minutes(1));
    const led = await who.send(`${site.wiki}/late`, { headers: NAVIGATION });
    expect(led.headers['set-cookie']).toEqual([
      expect.stringMatching(`^${cookie}=[\\w-]{43}; Max-Age=86400; `),
    ]);
    const form = await who.go(led.headers.location ?? '');
    site.test.clock.pass(minutes(2));
    expect((await site.signIn(who, form)).url).toBe(`${site.wiki}/late`);
  });

  it('keeps cookies of the way for as long, and as many, as docs/security.md says', async () => {
    const [table = []] = tablesIn(sectionOf('docs/security.md', 'Cookies'));
    const [, , , lives = ''] = table.find(([name]) => name?.includes('gatehouse-browser-')) ?? [];
    const [, kept = ''] =
      /^a day from when it was last on its way; of more than (\d+) the others go/.exec(lives) ?? [];
    const who = await signedIn();
    // Tabs that open at once: none has a cookie yet.
    const tabs = Array.from({ length: 20 }, (_, n) => `${site.wiki}/${n}`);
    const led = await Promise.all(tabs.map(address => who.send(address, { headers: NAVIGATION })));
    for (const { headers } of led)
      expect(headers['set-cookie']).toEqual([
        expect.stringMatching(/^__Host-gatehouse-browser-[^=]+=[\w-]{43}; Max-Age=86400; /),
      ]);
    const entered = await who.send(led.at(-1)?.headers.location ?? '', { headers: CROSS });
    const [session, ...others] =
      (await show(who, entered.headers.location ?? '')).headers['set-cookie'] ?? [];
    expect(session).toMatch(/^__Host-gatehouse-app-\d+=[\w-]{43}; Max-Age=\d+; /);
    for (const line of others) expect(line).toMatch(/^__Host-gatehouse-browser-[^=]+=; Max-Age=0; /);
    expect(tabs.length - others.length).toBe(Number(kept));
    // Also the one that was used: another ticket may be on its way to it.
    const [used = ''] = String(led.at(-1)?.headers['set-cookie']).split(';');
    expect(who.cookiesOf('wiki.example.com')).toContain(used);
  });

  it('that opened more tabs at once than one answer can take cookies away of is let in all the same', async () => {
    const who = await signedIn();
    await ticketFor(who);
    const jar = who.jars.get('wiki.example.com');
    const [name = ''] = who.cookiesOf('wiki.example.com').split('=');
    jar?.clear();
    for (let tab = 100; tab < 160; tab += 1) jar?.set(`${name.slice(0, -6)}tab${tab}`, digestOf(String(tab)));
    for (const left of [48, 36, 24, 12, 12]) {
      const landed = await show(who, await ticketFor(who, `${site.wiki}/.gatehouse/start?to=%2F${left}`));
      expect([landed.status, letsIn(landed)]).toEqual([303, true]);
      // What some proxies take of a head.
      expect(JSON.stringify(landed.headers).length).toBeLessThan(4000);
      expect(who.cookiesOf('wiki.example.com').match(/gatehouse-browser-/g)).toHaveLength(left);
    }
  });

  it('comes with an address that is too long to its path, and to the front page where even that is', async () => {
    const who = await signedIn();
    expect((await who.go(`${site.wiki}/page?q=${'x'.repeat(3000)}`)).url).toBe(`${site.wiki}/page`);
    who.jars.delete('wiki.example.com');
    expect((await who.go(`${site.wiki}/${'y'.repeat(3000)}`)).url).toBe(`${site.wiki}/`);
  });
});

it.each([
  ['a form', { 'sec-fetch-site': 'same-origin' }],
  ['Back to it, in WebKit', TYPED_IN_WEBKIT],
])('after %s the way to another site is a page that goes on', async (_, came) => {
  const who = site.visitor();
  const form = await who.go(site.wiki);
  const back = new URL(form.url).searchParams.get('return_to') ?? '';
  await site.signIn(who, await who.go(`${site.login}/login?return_to=%2Faccount`));
  const found = await who.send(site.login + back, { headers: { ...NAVIGATION, ...came } });
  expect([found.status, found.headers.location]).toEqual([200, undefined]);
  expect(found.headers['refresh']).toMatch(new RegExp(`^0; url=${site.wiki}/\\.gatehouse/enter\\?ticket=`));
  expect(found.body).toContain('go on to The wiki');
});

describe('who types the address of an application', () => {
  const typed = (headers: Record<string, string>) =>
    site.visitor().send(`${site.wiki}/there`, { headers: { ...NAVIGATION, ...headers } });
  const ENTER = () => new RegExp(`^${site.login}/enter\\?at=.*&to=%2Fthere&browser=`);

  it.each([
    ['Chromium', TYPED_IN_CHROMIUM],
    ['a browser without a name', { 'sec-fetch-site': 'none', 'user-agent': '' }],
  ])('is led to the sign-in by redirects, in %s', async (_, headers) => {
    const found = await typed(headers);
    expect([found.status, found.headers.location]).toEqual([303, expect.stringMatching(ENTER())]);
  });

  it('is led there by a page in WebKit, as they may have gone back', async () => {
    const found = await typed(TYPED_IN_WEBKIT);
    expect([found.status, found.headers.location]).toEqual([401, undefined]);
    const [, next = ''] = /^0; url=(.+)$/.exec(String(found.headers['refresh'])) ?? [];
    expect(next).toMatch(ENTER());
    expect(found.body).toContain(`href="${next.replaceAll('&', '&amp;').replaceAll('=', '&#x3D;')}"`);
  });
});

it('no more than five tickets a minute are issued, also where they are asked for at once', async () => {
  const [signIn] = await (async () => {
    await signedIn();
    return site.test.sql<{ id: string }>('SELECT id FROM sign_ins');
  })();
  const passage = { signInId: signIn?.id ?? '', origin: site.wiki, browser: 'b', path: '/' };
  const tickets = site.test.get(Tickets);
  const issued = await Promise.all(
    Array.from({ length: 20 }, () => comingAgain(() => tickets.issue(passage))),
  );
  expect(issued.filter(({ outcome }) => outcome === 'issued')).toHaveLength(5);
});
