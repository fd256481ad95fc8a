import { readEnvironment } from '../config/read-environment.js';
import { SystemClock } from '../kernel/clock.js';
import { Moments } from './moments.js';
import { WayHere } from './way-here.js';

describe('the page that people come to when they have signed in', () => {
  const config = readEnvironment(
    { SESSION_SECRET: 'a-secret-that-is-long-enough-for-this' },
    { makes: false },
  );
  const wayTo = (home: string) => new WayHere(config, { home }, new Moments(new SystemClock()));

  it.each(['/welcome', '/notes', '/notes/new?from=here'])('is one of this site: %s', home => {
    expect(wayTo(home).home).toBe(home);
  });

  it.each(['/', '/login', '/logout', 'notes', '', '//evil.example/', 'https://evil.example/', '/a b'])(
    'is no way round in a circle, nor to another site: %j',
    home => {
      expect(() => wayTo(home)).toThrow(`src/app/site.ts: people cannot be sent to ${JSON.stringify(home)}`);
    },
  );
});
