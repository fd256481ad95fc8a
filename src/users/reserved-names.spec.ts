import { parseChosenUsername } from './reserved-names.js';
import { foldName, parseUsername } from './username.js';

const KEPT = { problem: 'That username is kept for the people who run this site. Choose another.' };

describe('a username that somebody chooses for themselves', () => {
  it.each([
    ...['admin', 'administrator', 'root', 'postmaster', 'hostmaster', 'webmaster', 'abuse', 'security'],
    ...['support', 'www', 'mail', 'noreply', 'system', 'info', 'noc', 'no-reply', 'no_reply', 'everybody'],
    ...['Admin', 'ROOT', 'ｒｏｏｔ', 'ⓡⓞⓞⓣ'],
  ])('is not one of those for the people who run the site: %j', name => {
    expect(parseChosenUsername(name)).toEqual(KEPT);
    expect(parseUsername(name)).toMatchObject({ key: foldName(name) });
  });

  it.each(['ada', 'admin1', 'administra', 'root.ada', 'mailman', 'Systema'])('may be %j', name => {
    expect(parseChosenUsername(name)).toEqual(parseUsername(name));
  });

  it('is told first what no username can be', () => {
    expect(parseChosenUsername('ro ot')).toEqual(parseUsername('ro ot'));
  });
});
