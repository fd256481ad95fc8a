import { Controller, Get, Module, Req } from '@nestjs/common';
import type { Request } from 'express';
import { localOrigin } from '../../src/audit/security-event.js';
import { Groups } from '../../src/groups/groups.js';
import { Memberships } from '../../src/groups/memberships.js';
import { RequireGroup } from '../../src/http/access.js';
import { TestApp } from '../support/test-app.js';
import type { Visitor } from '../support/visitor.js';

const HERE = localOrigin('test');

@Controller('desk')
class DeskController {
  @RequireGroup('editors')
  @Get()
  desk() {
    return { open: true };
  }
  /** Lets a handler put into the session whatever it likes. */
  @Get('claim')
  claim(@Req() request: Request) {
    const groups = ['editors'];
    Object.assign(request.session, { groups, person: { groups }, passport: { user: { groups } } });
    return { claimed: true };
  }
}
@Module({ controllers: [DeskController] })
class DeskModule {}

describe('somebody who was in a group', () => {
  let test: TestApp;
  let ada: string;
  let browsers: Visitor[];
  beforeEach(async () => {
    test = await TestApp.start({}, [DeskModule]);
    ada = await test.person('ada');
    await test.putInto('editors', ada);
    browsers = [await test.signedIn('ada'), await test.signedIn('ada', { remember: 'on' })];
    expect(await answers()).toEqual([200, 200]);
  });
  afterEach(() => test.close());

  const answers = () => Promise.all(browsers.map(async browser => (await browser.get('/desk')).status));
  const areSignedIn = () =>
    Promise.all(browsers.map(async browser => (await browser.get('/session')).status));
  const takeOut = () => test.get(Memberships).change(ada, { join: [], leave: ['editors'] }, HERE);

  it('is in it no more from the next request on, in every session, and stays signed in', async () => {
    await takeOut();
    expect([await answers(), await areSignedIn()]).toEqual([
      [403, 403],
      [200, 200],
    ]);
    await test.putInto('editors', ada);
    expect(await answers()).toEqual([200, 200]);
  });

  it('is not in another group that gets the same name later', async () => {
    await test.get(Groups).remove('editors', true, HERE);
    expect(await answers()).toEqual([403, 403]);
    await test.get(Groups).add('editors', HERE);
    expect(await answers()).toEqual([403, 403]);
  });

  it('comes back by nothing that a request says of itself', async () => {
    await takeOut();
    const [browser] = browsers;
    for (const header of ['remote-groups', 'x-remote-groups', 'x-forwarded-groups', 'groups'])
      expect((await browser!.get('/desk', { [header]: 'editors' })).status).toBe(403);
    expect((await browser!.get('/desk?groups=editors&groups[]=editors')).status).toBe(403);
    for (const path of ['/DESK', '/desk/', '//desk', '/desk?', '/%64esk'])
      expect((await browser!.get(path)).body).not.toContain('"open"');
  });

  it('comes back by nothing that stands in the session', async () => {
    await takeOut();
    const [browser] = browsers;
    await browser!.get('/desk/claim');
    expect((await browser!.get('/desk')).status).not.toBe(200);
  });

  it('does not lend it to who signs in after them in the same browser', async () => {
    await test.person('eve');
    const [browser] = browsers;
    await browser!.arrive('eve', 'four quiet herons wade');
    expect((await browser!.get('/desk')).status).toBe(403);
  });
});
