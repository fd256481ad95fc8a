import type { AppConfig } from '../config/app-config.js';
import { HostCookies } from './host-cookies.js';

const at = (publicUrl: string) => new HostCookies({ cookieName: 'gatehouse', publicUrl } as AppConfig);

const OF_THE_SIGN_IN = ['gatehouse', 'gatehouse-device', 'gatehouse-step-0123456789abcdef', 'gatehouse-sent'];
const OF_APPLICATIONS = ['gatehouse-app', 'gatehouse-app-8443', 'gatehouse-browser-abcdef'];

/** Each with a value, safe and bare. */
const header = (names: readonly string[]) =>
  names.flatMap(name => [`__Host-${name}=x`, `${name}=x`]).join('; ');

describe('the cookies that go on to an application', () => {
  it.each([
    ['https://login.example.com', 'https://login.example.com:8443'],
    ['https://login.example.com:8443', 'https://login.example.com'],
    ['http://localhost:4000', 'http://localhost:8001'],
    ['http://[::1]:4000', 'http://[::1]:8001'],
  ])(
    'have none of the sign-in’s at %s where it is at %s: a browser sends those of every port',
    (login, origin) => {
      const sent = `a=1; ${header([...OF_THE_SIGN_IN, ...OF_APPLICATIONS])}; gatehouses=2`;
      expect(at(login).othersIn(sent, origin)).toBe('a=1; gatehouses=2');
    },
  );

  it('have what is called so and is its own, where it is on another host', () => {
    const own = header(OF_THE_SIGN_IN);
    const sent = `${own}; ${header(OF_APPLICATIONS)}`;
    expect(at('https://login.example.com').othersIn(sent, 'https://wiki.example.com')).toBe(own);
  });
});
