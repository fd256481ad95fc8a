#!/bin/sh
# nodemailer 10.6.0: greetingTimeout never lasts longer than connectionTimeout.
#
# The options' comments say: connectionTimeout is "how many milliseconds to wait for the connection to establish",
# greetingTimeout "how many milliseconds to wait for the greeting after connection is established". One would expect
# that a server which accepts the connection at once and greets after 1.5 seconds is waited for with
# { connectionTimeout: 1000, greetingTimeout: 10000 }. Seen: the greeting is given up after 1 second, because the limit
# of the connection goes on running through the greeting and STARTTLS. With the 5 minutes that RFC 5321 4.5.3.2 asks
# for, connectionTimeout has to be longer than 5 minutes as well, and then no longer limits the connection.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund nodemailer@10.6.0 >/dev/null
cat > try.mjs <<'JS'
import { createServer } from 'node:net';
import { createTransport } from 'nodemailer';

const server = createServer(socket => {
  socket.on('error', () => undefined);
  setTimeout(() => socket.write('220 here.test ESMTP\r\n'), 1500);
  socket.on('data', chunk => socket.write(/^QUIT/.test(chunk) ? '221 Bye\r\n' : '250 here.test\r\n'));
});
server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address();
  const waits = { connectionTimeout: 1000, greetingTimeout: 10000 };
  const begin = Date.now();
  const seen = await createTransport({ host: '127.0.0.1', port, ...waits })
    .verify()
    .then(() => 'greeted', error => `${error.code}: ${error.message}`);
  console.log(`expected: greeted after 1500 ms; seen: ${seen} after ${Date.now() - begin} ms`);
  process.exit(seen === 'ETIMEDOUT: Greeting never received' && Date.now() - begin < 1400 ? 0 : 1);
});
JS
node try.mjs
