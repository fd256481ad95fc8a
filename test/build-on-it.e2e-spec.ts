import { DeskModule, MachineModule, NotesModule, NotesService } from './support/notes.module.js';
import { TestApp } from './support/test-app.js';
import type { Visitor } from './support/visitor.js';

describe('a module that a team adds', () => {
  let test: TestApp;
  let ada: Visitor;
  let token: string;
  beforeAll(async () => {
    test = await TestApp.start({}, [NotesModule, MachineModule, DeskModule]);
    await test.person('ada');
    await test.person('root', 'admin');
    ada = await test.signedIn('ada');
    token = await ada.csrf();
  });
  afterAll(() => test.close());

  const asJson = (headers: Record<string, string> = {}) => ({
    'content-type': 'application/json',
    ...headers,
  });
  const json = (value: unknown) => JSON.stringify(value);

  describe('without any mark', () => {
    it('is closed to visitors, who are sent to the login page and come back', async () => {
      const visitor = test.visitor();
      const away = await visitor.get('/notes?page=2');
      expect([away.status, away.location]).toEqual([303, '/login?return_to=%2Fnotes%3Fpage%3D2']);
      const back = await visitor.signIn('ada', 'four quiet herons wade', { return_to: '/notes?page=2' });
      expect(back.location).toBe('/notes?page=2');
    });

    it('is closed to programs, with a 401', async () => {
      const answer = await test.visitor().get('/notes', { accept: 'application/json' });
      expect([answer.status, answer.headers['content-type']]).toEqual([
        401,
        'application/problem+json; charset=utf-8',
      ]);
    });

    it.each(['POST', 'PATCH', 'DELETE', 'PUT'])('does nothing for a visitor’s %s', async method => {
      const path = method === 'POST' ? '/notes' : '/notes/7';
      const answer = await test.visitor().send(method, path, '{}', asJson({ accept: 'application/json' }));
      expect(answer.status).toBe(method === 'PUT' ? 404 : 401);
      expect(test.get(NotesService).findAll()).toEqual([]);
    });

    it('is open to people who are signed in, and knows who they are', async () => {
      expect((await ada.get('/notes')).status).toBe(200);
      expect(JSON.parse((await ada.get('/notes/mine')).body)).toEqual({ owner: 'ada' });
      expect((await ada.get('/notes/7')).body).toBe('This action returns a #7 note');
    });
  });

  describe('that changes something', () => {
    it('needs the session’s token, which JSON brings in a header', async () => {
      const note = json({ title: 'Tea', tags: ['a', 'b'] });
      for (const missing of [{}, { 'x-csrf-token': 'x'.repeat(43) }, { 'x-csrf-token': '' }])
        expect((await ada.post('/notes', note, asJson(missing))).status).toBe(403);
      expect((await ada.post('/notes', json({ _csrf: token }), asJson())).status).toBe(403);
      const made = await ada.post('/notes', note, asJson({ 'x-csrf-token': token }));
      expect([made.status, JSON.parse(made.body)]).toEqual([201, { title: 'Tea', tags: ['a', 'b'] }]);
      expect(JSON.parse((await ada.get('/notes')).body)).toEqual([{ title: 'Tea', tags: ['a', 'b'] }]);
    });

    it.each(['PATCH', 'DELETE'])('needs it for %s too', async method => {
      const headers = asJson({ origin: 'http://localhost:4000' });
      expect((await ada.send(method, '/notes/7', '{}', headers)).status).toBe(403);
      expect((await ada.send(method, '/notes/7', '{}', { ...headers, 'x-csrf-token': token })).status).toBe(
        200,
      );
    });

    it('takes no broken, foreign or enormous body', async () => {
      const post = (body: string, type = 'application/json') =>
        ada
          .post('/notes', body, { 'content-type': type, 'x-csrf-token': token })
          .then(({ status }) => status);
      const before = (await ada.get('/notes')).body;
      expect([await post('{'), await post('{"__proto__":{"a":1}}')]).toEqual([400, 400]);
      expect([await post('{}', 'text/plain'), await post('{}', 'application/json; charset=latin1')]).toEqual([
        415, 415,
      ]);
      expect(await post(json('x'.repeat(65 * 1024)))).toBe(413);
      expect((await ada.get('/notes')).body).toBe(before);
    });
  });

  describe('with a form', () => {
    const FIELDS = { subject: 'Tea', to: 'ada', count: '1' };
    const send = (
      fields: Record<string, string>,
      path = '/notes/long/1',
      headers: Record<string, string> = {},
    ) => ada.post(path, { _csrf: token, ...fields }, headers);

    it('gets its fields, in their types', async () => {
      const answer = await send(FIELDS);
      expect([answer.status, JSON.parse(answer.body)]).toEqual([201, { ...FIELDS, count: 1 }]);
    });

    it('is shown again with what was typed', async () => {
      const answer = await send({ ...FIELDS, subject: 'Tea <b>'.repeat(6) });
      expect([answer.status, answer.headers['content-type']]).toEqual([422, 'text/html; charset=utf-8']);
      expect(answer.body).toContain(`<h1>${'Tea &lt;b&gt;'.repeat(6)}</h1>`);
    });

    it('says every problem at once, in sentences, its own or ours', async () => {
      const wrong = { subject: 'x'.repeat(41), to: 'nobody', count: 'many', text: '' };
      const answer = await send(wrong, '/notes/long/1', { accept: 'application/json' });
      expect([answer.status, (JSON.parse(answer.body) as { errors: object }).errors]).toEqual([
        422,
        {
          subject: 'Use at most 40 characters. This has 41.',
          to: 'Choose one of the options.',
          count: 'Enter a number.',
          text: 'Write something.',
        },
      ]);
      const short = await send({ subject: 'x', to: 'ada', count: '10' }, '/notes/long/1', {
        accept: 'application/json',
      });
      expect((JSON.parse(short.body) as { errors: object }).errors).toEqual({
        subject: 'Use at least 2 characters.',
        count: 'Enter 9 or less.',
      });
    });

    it.each([
      ['a field too few', { subject: 'Tea', to: 'ada' }],
      ['a field too many', { ...FIELDS, admin: 'yes' }],
      ['a problem and a field too many', { ...FIELDS, subject: '', admin: 'yes' }],
    ])('is refused where it is none of its page: %s', async (_, fields) => {
      expect((await send(fields)).status).toBe(400);
    });

    it('is refused where nothing shows it again', async () => {
      expect((await send({ ...FIELDS, subject: '' }, '/notes/usual')).status).toBe(400);
    });

    it.each(['/notes/long/1', '/NOTES/long/x/'])('may be as large as it says: %s', async path => {
      expect((await send({ ...FIELDS, text: 'x'.repeat(19_800) }, path)).status).toBe(201);
      const large = await send({ ...FIELDS, text: 'x'.repeat(20_001) }, path);
      expect([large.status, large.body.includes('more than the 20000 bytes')]).toEqual([413, true]);
    });

    it.each(['/notes/usual', '/notes/long', '/notes/long/1/2', '/notes/nothing'])(
      'and no other form may be any larger for it: %s',
      async path => {
        expect((await send({ ...FIELDS, text: 'x'.repeat(4100) }, path)).status).toBe(413);
      },
    );

    it('is told what to do about multipart/form-data', async () => {
      const parts = '--x\r\nContent-Disposition: form-data; name="subject"\r\n\r\nTea\r\n--x--';
      const answer = await ada.post('/notes/long/1', parts, {
        'content-type': 'multipart/form-data; boundary=x',
      });
      expect([answer.status, answer.body.includes('Leave enctype out of the form')]).toEqual([415, true]);
    });
  });

  describe('@Public()', () => {
    it('opens a route to everybody', async () => {
      const answer = await test.visitor().get('/notes/about');
      expect([answer.status, answer.body, answer.setCookies]).toEqual([200, '{"about":"notes"}', []]);
    });
  });

  describe("@RequireRole('admin')", () => {
    it.each(['/notes/audit', '/machine', '/machine/both'])('keeps %s for administrators', async path => {
      expect((await test.visitor().get(path)).status).toBe(303);
      expect((await ada.get(path)).status).toBe(403);
      expect((await (await test.signedIn('root')).get(path)).status).toBe(200);
    });

    it('records who was refused', async () => {
      test.log.lines.length = 0;
      await ada.get('/machine');
      expect(test.log.events('authz_fail')).toEqual([
        expect.objectContaining({
          outcome: 'refused',
          path: '/machine',
          session: expect.any(String) as string,
        }),
      ]);
    });
  });

  describe('@RequireGroup()', () => {
    let signedIn: Readonly<Record<'nobody' | 'editor' | 'chief' | 'admin', Visitor>>;
    beforeAll(async () => {
      await test.putInto('editors', await test.person('eve'));
      await test.putInto('editors', await test.person('edmund', 'admin'));
      await test.putInto('chiefs', await test.person('cora'));
      signedIn = {
        nobody: ada,
        editor: await test.signedIn('eve'),
        chief: await test.signedIn('cora'),
        admin: await test.signedIn('edmund'),
      };
    });

    it.each([
      ['on the class', '/desk', ['editor', 'admin']],
      ['on the class, also where a route says @Public()', '/desk/public', ['editor', 'admin']],
      ['on a route in place of the class, any of several', '/desk/chiefs', ['chief']],
      ['beside @RequireRole(), which is needed as well', '/desk/both', ['admin']],
    ])('%s lets through who is in it, and nobody else: %s', async (_, path, welcome) => {
      expect((await test.visitor().get(path)).status).toBe(303);
      for (const [who, visitor] of Object.entries(signedIn))
        expect([who, (await visitor.get(path)).status]).toEqual([who, welcome.includes(who) ? 200 : 403]);
    });

    it('answers others with a page, programs with JSON, and records them', async () => {
      test.log.lines.length = 0;
      const page = await ada.get('/desk');
      expect([page.headers['content-type'], page.body.includes('<h1>Not allowed</h1>')]).toEqual([
        'text/html; charset=utf-8',
        true,
      ]);
      const problem = await ada.get('/desk', { accept: 'application/json' });
      expect([problem.status, problem.headers['content-type']]).toEqual([
        403,
        'application/problem+json; charset=utf-8',
      ]);
      const event = { outcome: 'refused', reason: 'group', path: '/desk' };
      expect(test.log.events('authz_fail')).toMatchObject([event, event]);
      expect((await test.visitor().get('/desk', { accept: 'application/json' })).status).toBe(401);
    });
  });

  describe('request.session', () => {
    const keep = (visitor: Visitor, text: string, _csrf: string) =>
      visitor.post('/notes/draft', json({ text }), asJson({ 'x-csrf-token': _csrf }));
    const draft = async (visitor: Visitor) => JSON.parse((await visitor.get('/notes/draft')).body) as object;

    it('keeps what a handler puts into it', async () => {
      expect((await keep(ada, 'Dear \u2028 Eve', token)).status).toBe(201);
      expect(await draft(ada)).toEqual({ draft: 'Dear \u2028 Eve' });
      expect(await draft(await test.signedIn('ada'))).toEqual({ draft: null });
    });

    it('does not pass on to somebody else who signs in from the same browser', async () => {
      const browser = await test.signedIn('ada');
      await keep(browser, 'Dear Eve', await browser.csrf());
      await browser.signIn('root', 'four quiet herons wade');
      expect(await draft(browser)).toEqual({ draft: null });
    });
  });
});
