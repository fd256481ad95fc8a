import { type IncomingMessage, request } from 'node:http';
import type { House } from './house.js';

/** The application that people are in. */
export const WIKI = 'https://wiki.example.com';

/** What a proxy asks with, for an image on a page, as Chromium has it. */
export const gateQuestion: Readonly<Record<string, string>> = {
  'x-original-url': `${WIKI}/images/logo.png`,
  'x-original-method': 'GET',
  'user-agent':
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
  accept: 'image/avif,image/webp,*/*;q=0.8',
  'sec-fetch-site': 'same-origin',
  'sec-fetch-mode': 'no-cors',
  'sec-fetch-dest': 'image',
};

/** Brings everybody with a session into the application. @returns the `Cookie` headers there. */
export async function enterAll({ url, cookies }: House): Promise<readonly string[]> {
  const all: string[] = [];
  for (const cookie of cookies) all.push(await enter(url, cookie));
  return all;
}

async function enter(server: string, cookie: string): Promise<string> {
  const start = await go(server, '/.gatehouse/start?to=%2F', { host: 'wiki.example.com' });
  const way = new URL(start.headers.location ?? '');
  const browser = cookiesOf(start);
  const entered = await go(server, way.pathname + way.search, { cookie, 'sec-fetch-site': 'cross-site' });
  const ticket = new URL(entered.headers.location ?? '');
  const landed = await go(server, ticket.pathname + ticket.search, {
    host: 'wiki.example.com',
    cookie: browser,
  });
  return cookiesOf(landed);
}

function go(
  server: string,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<IncomingMessage> {
  const { hostname, port } = new URL(server);
  const navigation = { accept: 'text/html', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
  return new Promise((resolve, reject) => {
    const going = request({ hostname, port, path, headers: { ...navigation, ...headers } }, answer => {
      answer.resume();
      answer.on('end', () =>
        answer.statusCode === 303 ? resolve(answer) : reject(new Error(`${path}: ${answer.statusCode}`)),
      );
    });
    going.on('error', reject);
    going.end();
  });
}

const cookiesOf = ({ headers }: IncomingMessage): string =>
  (headers['set-cookie'] ?? []).map(line => line.split(';', 1)[0]).join('; ');
