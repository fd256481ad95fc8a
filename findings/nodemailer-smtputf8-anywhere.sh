#!/bin/sh
# nodemailer 10.6.0: the word SMTPUTF8 anywhere in the answer to EHLO counts as the extension.
#
# A server announces an extension by a line of its own whose first word is its name (RFC 5321, section 4.1.1.1; RFC 6531,
# section 3.2, item 1). The first line is a greeting, whose text is for people. One would expect that a server which
# only says in its greeting that it has no SMTPUTF8 has not announced it, so that MAIL FROM goes without the parameter.
# Seen: an envelope with letters outside ASCII is sent with SMTPUTF8, as if it had been announced.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund nodemailer@10.6.0 >/dev/null
cat > try.mjs <<'JS'
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { createTransport } from 'nodemailer';

let mailFrom = '';
const server = createServer(socket => {
  socket.on('error', () => undefined);
  socket.write('220 here.test ESMTP\r\n');
  createInterface({ input: socket }).on('line', line => {
    if (line.startsWith('MAIL FROM')) mailFrom = line;
    const answers = [
      [/^EHLO/, '250-here.test greets you; this server has no SMTPUTF8\r\n250 8BITMIME\r\n'],
      [/^DATA/, '354 Go on\r\n'],
      [/^QUIT/, '221 Bye\r\n'],
    ];
    socket.write((answers.find(([command]) => command.test(line)) ?? [null, '250 Fine\r\n'])[1]);
  });
});
server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address();
  const mail = { from: 'jörg@here.test', to: 'ada@there.test', subject: 'Hello', text: 'Hello' };
  await createTransport({ host: '127.0.0.1', port, ignoreTLS: true }).sendMail(mail).catch(error => error);
  console.log(`expected: MAIL FROM without SMTPUTF8; seen: ${mailFrom}`);
  process.exit(/ SMTPUTF8/.test(mailFrom) ? 0 : 1);
});
JS
node try.mjs
