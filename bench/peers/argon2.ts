import { createServer } from 'node:http';
import { verify } from '@node-rs/argon2';

/**
 * What argon2id alone does: asked over HTTP once, it verifies `password` against `hash` as often as it can for
 * some seconds, so many at a time, and answers how many a second that were.
 */
createServer((request, response) => {
  const asked = new URL(request.url ?? '/', 'http://localhost').searchParams;
  const [password, hash] = [asked.get('password'), asked.get('hash')];
  if (password === null || hash === null) return void response.end();
  verified(password, hash, Number(asked.get('seconds')), Number(asked.get('at-once'))).then(
    rate => response.end(String(rate)),
    () => response.writeHead(500).end(),
  );
}).listen(Number(process.env['PORT']), '127.0.0.1');

async function verified(password: string, hash: string, seconds: number, atOnce: number): Promise<number> {
  const start = performance.now();
  let done = 0;
  const one = async (): Promise<void> => {
    while (performance.now() - start < seconds * 1000) {
      if (!(await verify(hash, password))) throw new Error('The password is right.');
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return (done / (performance.now() - start)) * 1000;
}
