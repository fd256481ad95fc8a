import { createServer } from 'node:http';

/** The least that can be asked by nginx' auth_request: yes, without a body, so that the connection is kept. */
createServer((_request, response) => {
  response.writeHead(200, ['Content-Length', '0', 'Cache-Control', 'no-store']);
  response.end();
}).listen(Number(process.env['PORT']), '127.0.0.1');
