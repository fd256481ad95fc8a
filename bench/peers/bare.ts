import { createServer } from 'node:http';

/** The least a Node server can do: a constant. No session, no page, no decision. */
const BODY = 'Welcome';

createServer((_request, response) => {
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.setHeader('Content-Length', BODY.length);
  response.end(BODY);
}).listen(Number(process.env['PORT']), '127.0.0.1');
