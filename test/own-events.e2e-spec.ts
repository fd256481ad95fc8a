import { AuditLog } from '../src/audit/audit-log.js';
import { localOrigin } from '../src/audit/security-event.js';
import type { OwnEventName, Site } from '../src/config/site.js';
import { TestApp } from './support/test-app.js';

const site: Site = {
  home: '/account/activity',
  events: { app_note_kept: 'A note was kept', app_note_read: null },
};

describe('an application that is built on Gatehouse', () => {
  let test: TestApp;
  beforeAll(async () => (test = await TestApp.start({}, [], { site })));
  afterAll(() => test.close());

  it('says where people come to, and what its own events are called on their page of activity', async () => {
    const userId = await test.person('ada');
    const record = (event: OwnEventName) =>
      test
        .get(AuditLog)
        .record({ event, outcome: 'success', userId, session: null }, localOrigin('a module of a team'));
    record('app_note_kept');
    record('app_note_read');
    record('app_unheard_of');
    const ada = test.visitor();
    expect((await ada.signIn('ada', 'four quiet herons wade')).location).toBe('/account/activity');
    await test.get(AuditLog).settled();
    const shown = await ada.get('/account/activity');
    expect(shown.body).toContain('A note was kept');
    expect(shown.body).not.toContain('Something happened');
    expect(test.log.events().map(({ event }) => event)).toEqual(
      expect.arrayContaining(['app_note_kept', 'app_note_read', 'app_unheard_of']),
    );
  });
});
