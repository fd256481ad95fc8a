import { fileURLToPath } from 'node:url';
import bodyParser from 'body-parser';
import cookieParser from 'cookie-parser';
import express from 'express';
import session from 'express-session';

declare module 'express-session' {
  interface SessionData {
    userid?: string;
  }
}

const VIEWS = fileURLToPath(new URL('./views/', import.meta.url));

/**
 * The classic "sessions with Express" tutorial: a session for every visitor, one person with the password in the
 * source. Stock Express 5, nothing slowed down. Without a store everything is in memory.
 */
export function tutorial(store?: session.Store): void {
  const app = express();

  app.use(
    session({
      secret: 'thisismysecretkeyfhrgfgrfrty84fwir767',
      saveUninitialized: true,
      cookie: { maxAge: 24 * 60 * 60 * 1000 },
      resave: false,
      store,
    }),
  );
  app.use(bodyParser.json());
  app.use(bodyParser.urlencoded({ extended: true }));
  app.use(cookieParser());

  app.get('/', (request, response) => {
    if (request.session.userid !== undefined) {
      response.send(`Welcome ${request.session.userid} <a href='/logout'>click to logout</a>`);
    } else response.sendFile('login.html', { root: VIEWS });
  });

  app.post('/user', (request, response) => {
    if (request.body.username === 'user1' && request.body.password === 'mypassword') {
      request.session.userid = request.body.username;
      response.send(`Hey there, welcome <a href='/logout'>click to logout</a>`);
    } else response.send('Invalid username or password');
  });

  app.get('/session', (request, response) => {
    const { userid, cookie } = request.session;
    if (userid === undefined) response.status(401).json({ error: 'not signed in' });
    else response.json({ user: { username: userid }, session: { expires: cookie.expires } });
  });

  app.get('/logout', (request, response) => {
    request.session.destroy(() => response.redirect('/'));
  });

  app.listen(Number(process.env['PORT']), '127.0.0.1');
}
