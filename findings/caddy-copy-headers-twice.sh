#!/usr/bin/env bash
# Caddy 2.6.2 (Debian bookworm): `forward_auth` whose `copy_headers` names a header twice, once under its own name and once under
# another, copies it under the other name alone.
#
# What most would expect: with `copy_headers Remote-User Remote-User>X-Remote-User` the application gets both headers.
#
# What happens: the names are kept by the header they come from, so the last one wins, without a word.
#
# Prints what it saw; exits 0 while it is as described, 1 when the behaviour has changed. Needs Debian's package "caddy".
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
caddy version
cat >servers.mjs <<'JS'
import { createServer } from 'node:http';
createServer((_, answer) => answer.setHeader('Remote-User', 'ada').end()).listen(18101, '127.0.0.1');
createServer(({ headers }, answer) =>
  answer.end(`Remote-User: ${headers['remote-user']}, X-Remote-User: ${headers['x-remote-user']}\n`),
).listen(18102, '127.0.0.1');
JS
cat >Caddyfile <<'END'
{
	admin off
	auto_https off
}
http://127.0.0.1:18100 {
	forward_auth 127.0.0.1:18101 {
		uri /
		copy_headers Remote-User Remote-User>X-Remote-User
	}
	reverse_proxy 127.0.0.1:18102
}
END
node servers.mjs &
servers=$!
trap 'kill "$servers" "$caddy"; rm -rf "$folder"' EXIT
HOME=$folder caddy run --config Caddyfile >caddy.log 2>&1 &
caddy=$!
for _ in $(seq 100); do seen=$(curl -s http://127.0.0.1:18100/) && [ -n "$seen" ] && break || sleep 0.1; done
echo "the application gets: $seen (expected: both are ada)"
if [ "$seen" = 'Remote-User: undefined, X-Remote-User: ada' ]; then echo 'As described.'; else
  echo 'The behaviour has changed.'
  exit 1
fi
