import { readFileSync } from 'node:fs';
import cookie from '@fastify/cookie';
import session from '@fastify/session';
import fastify from 'fastify';

declare module 'fastify' {
  interface Session {
    userid?: string;
  }
}

interface SignIn {
  readonly username: string;
  readonly password: string;
}

/** What somebody builds who chooses Fastify for its speed: sessions in memory, pages from memory, no row for visitors. */
const LOGIN = readFileSync(new URL('./views/login.html', import.meta.url), 'utf8');
const app = fastify();

await app.register(cookie);
await app.register(session, {
  secret: 'a secret of the benchmark, at least 32 characters',
  cookie: { secure: false },
  saveUninitialized: false,
});

app.get('/', (request, reply) => {
  reply.type('text/html; charset=utf-8');
  const { userid } = request.session;
  return reply.send(userid === undefined ? LOGIN : `Welcome ${userid} <a href='/logout'>click to logout</a>`);
});

app.post<{ Body: SignIn }>('/user', (request, reply) => {
  if (request.body.username !== 'user1' || request.body.password !== 'mypassword')
    return reply.code(401).send();
  request.session.userid = request.body.username;
  return reply.send('Hey there');
});

app.get('/session', (request, reply) => {
  const { userid, cookie: life } = request.session;
  if (userid === undefined) return reply.code(401).send({ error: 'not signed in' });
  return reply.send({ user: { username: userid }, session: { expires: life.expires } });
});

await app.listen({ port: Number(process.env['PORT']), host: '127.0.0.1' });
