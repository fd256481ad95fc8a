import { createHmac } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';

/**
 * The least that a client of OpenID Connect needs to sign somebody in (OpenID Connect Core 1.0, section 3.1): whoever comes is
 * signed in at once. Not a provider for anything but the benchmark.
 */
const { PUBLIC_URL: issuer = '', CLIENT_ID: audience = '', CLIENT_SECRET: secret = '' } = process.env;

const part = (text: string): string => Buffer.from(text).toString('base64url');

/** An ID token that the client checks by its secret. @param nonce the client's own */
function idToken(nonce: string): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: issuer, aud: audience, sub: `person-${nonce}`, nonce, iat: now, exp: now + 3600 };
  const signed = `${part('{"alg":"HS256"}')}.${part(JSON.stringify(claims))}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

const json = (response: ServerResponse, body: object): void =>
  void response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));

createServer((request, response) => {
  const { pathname, searchParams: query } = new URL(request.url ?? '/', issuer);
  if (pathname === '/.well-known/openid-configuration') {
    // OpenID Connect Discovery 1.0, section 3.
    const places = {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/keys`,
      response_types_supported: ['code'],
      id_token_signing_alg_values_supported: ['HS256'],
      token_endpoint_auth_methods_supported: ['client_secret_post'],
    };
    json(response, places);
  } else if (pathname === '/authorize') {
    const back = new URL(query.get('redirect_uri') ?? '');
    back.searchParams.set('state', query.get('state') ?? '');
    // Nothing is kept: the code says what the token is to say.
    back.searchParams.set('code', query.get('nonce') ?? '');
    response.writeHead(302, { Location: back.href }).end();
  } else if (pathname === '/token') {
    const parts: Buffer[] = [];
    request.on('data', (piece: Buffer) => parts.push(piece));
    request.on('end', () => {
      const code = new URLSearchParams(Buffer.concat(parts).toString()).get('code') ?? '';
      const tokens = { access_token: code, token_type: 'Bearer', expires_in: 3600, id_token: idToken(code) };
      json(response, tokens);
    });
  } else if (pathname === '/keys') json(response, { keys: [] });
  else response.writeHead(404).end();
}).listen(Number(process.env['PORT']), '127.0.0.1');
