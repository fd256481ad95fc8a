import { askerOf } from './asking-browser.js';

const HTML = 'text/html,application/xhtml+xml,*/*;q=0.8';
const SCRIPT = 'XMLHttpRequest';

/** By what a browser without Fetch Metadata sends: the method, `Accept` and `X-Requested-With`. */
const WITHOUT_METADATA: readonly (readonly [string, string | undefined, string | undefined, string])[] = [
  ['GET', HTML, undefined, 'page'],
  ['HEAD', 'text/html', undefined, 'page'],
  ['POST', HTML, undefined, 'form'],
  ['GET', '*/*', undefined, 'program'],
  ['GET', 'application/json, text/html', undefined, 'program'],
  ['GET', undefined, undefined, 'program'],
  ['OPTIONS', '*/*', undefined, 'program'],
  // Parts of pages, as jQuery loads them.
  ['GET', 'text/html, */*; q=0.01', SCRIPT, 'program'],
  ['POST', 'text/html, */*; q=0.01', 'xmlhttprequest', 'program'],
  // A web view in an app on a phone.
  ['GET', HTML, 'org.example.app', 'page'],
];

describe('who asks, of what sends no Fetch Metadata', () => {
  it.each(WITHOUT_METADATA)('%s with Accept %s by %s: %s', (method, accept, by, asker) => {
    const headers = { ...(accept && { accept }), ...(by && { 'x-requested-with': by }) };
    expect(askerOf(method, headers)).toBe(asker);
  });

  it('is told by Fetch Metadata where there is any, whatever else is said', () => {
    const going = { accept: HTML, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    expect(askerOf('GET', { ...going, 'x-requested-with': SCRIPT })).toBe('page');
    expect(askerOf('GET', { ...going, 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' })).toBe('program');
  });
});
