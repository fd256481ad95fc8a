import fc from 'fast-check';
import { loginPageFor, returnTo } from './return-to.js';

describe('a return-to', () => {
  it.each([
    ['/welcome', '/welcome'],
    ['/notes?page=2&sort=new', '/notes?page=2&sort=new'],
    ['/notes#third', '/notes'],
    ['/caf\u00e9', '/caf%C3%A9'],
    ['/a/../b', '/b'],
    ['/notes?next=https://elsewhere.example', '/notes?next=https://elsewhere.example'],
    ['/%5celsewhere.example', '/%5celsewhere.example'],
    ['/a@b.example', '/a@b.example'],
  ])('takes the path on this site %j', (given, taken) => {
    expect(returnTo(given)).toBe(taken);
  });

  it.each([
    'https://elsewhere.example/',
    '//elsewhere.example',
    '///elsewhere.example',
    '/\\elsewhere.example',
    '\\\\elsewhere.example',
    '/a\\b',
    '/\t/elsewhere.example',
    '/\n/elsewhere.example',
    '/.//elsewhere.example',
    '/a/..//elsewhere.example',
    '/%2e//elsewhere.example',
    'javascript:alert(1)',
    'data:text/html,x',
    'welcome',
    '?a=b',
    ' /welcome',
    '/welcome\r\nSet-Cookie: a=b',
    '/welcome\u0000',
    '',
    '/',
  ])('does not take %j', given => {
    expect(returnTo(given)).toBeNull();
  });

  it.each(['/login', '/login?return_to=/login', '/user', '/logout', '/setup', '/x/../logout'])(
    'does not lead in a circle or out again: %j',
    given => {
      expect(returnTo(given)).toBeNull();
    },
  );

  it.each([undefined, null, 7, ['/welcome'], { path: '/welcome' }])('does not take %j', given => {
    expect(returnTo(given)).toBeNull();
  });

  it('is at most 1024 characters long', () => {
    expect(returnTo(`/${'a'.repeat(1023)}`)).toHaveLength(1024);
    expect(returnTo(`/${'a'.repeat(1024)}`)).toBeNull();
  });

  it('never leaves the site, whatever is given', () => {
    const piece = fc.constantFrom('/', '\\', '.', '..', '%2e', '%2f', '\t', '@', ':', '?', '#', 'x.example');
    const address = fc.oneof(
      fc.array(piece, { maxLength: 12 }).map(parts => `/${parts.join('')}`),
      fc.string({ unit: 'binary' }).map(text => `/${text}`),
      fc.webUrl({ withQueryParameters: true }),
    );
    fc.assert(
      fc.property(address, given => {
        const taken = returnTo(given);
        return taken === null || new URL(taken, 'https://here.example').origin === 'https://here.example';
      }),
      { numRuns: 2000 },
    );
  });

  it('is stable: what it gives out, it takes again', () => {
    fc.assert(
      fc.property(
        fc.webPath().map(path => `/${path}`),
        given => {
          const taken = returnTo(given);
          return taken === null || returnTo(taken) === taken;
        },
      ),
    );
  });
});

describe('the login page for an address', () => {
  it('brings people back there', () => {
    expect(loginPageFor('/notes?page=2&x=y')).toBe('/login?return_to=%2Fnotes%3Fpage%3D2%26x%3Dy');
  });

  it('is the bare page where there is nothing to come back to', () => {
    expect(loginPageFor('//elsewhere.example')).toBe('/login');
    expect(loginPageFor('/logout')).toBe('/login');
  });
});
