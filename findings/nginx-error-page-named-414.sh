#!/usr/bin/env bash
# nginx 1.22.1 (Debian bookworm): `error_page` with a named location answers some of the errors that nginx finds before it
# has read the whole request with a 500 of its own, where a location with a path gives the page.
#
# What most would expect: `error_page 404 414 @explain` gives the page of `@explain`, with its status, for both.
#
# What happens: a request line that is longer than `large_client_header_buffers` allows has no address yet when it is
# refused. A named location keeps the address of the request, and for one without it is an error of its own: the visitor
# gets nginx's plain 500, none of the headers that the server's `add_header … always` asks for in that location, and the log says
# that there is an empty URI in the redirect to a named location. With `error_page 414 /explain` it is the page, and a 414.
#
# Prints what it saw; exits 0 while it is as described, 1 when the behaviour has changed. Needs Debian's package "nginx".
set -euo pipefail
folder=$(mktemp -d)
trap 'kill "$(cat "$folder/pid")" 2>/dev/null || true; rm -rf "$folder"' EXIT
nginx -v
cat >"$folder/nginx.conf" <<END
daemon on; pid $folder/pid; error_log $folder/error.log;
events {}
http {
  access_log off; client_body_temp_path $folder; proxy_temp_path $folder; fastcgi_temp_path $folder;
  uwsgi_temp_path $folder; scgi_temp_path $folder;
  large_client_header_buffers 2 1k;
  server {
    listen 127.0.0.1:18110;
    error_page 404 414 @explain;
    location / { return 404; }
    location @explain { default_type text/plain; return 414 "explained\n"; }
  }
  server {
    listen 127.0.0.1:18111;
    error_page 414 /explain;
    location = /explain { internal; default_type text/plain; return 414 "explained\n"; }
  }
}
END
nginx -c "$folder/nginx.conf" -p "$folder" 2>/dev/null
long=$(printf 'a%.0s' {1..2000})
ask() { curl -s -o "$folder/body" -w '%{http_code}' "$1" && printf ' %s' "$(head -c 9 "$folder/body")"; }
ordinary=$(ask http://127.0.0.1:18110/)
named=$(ask "http://127.0.0.1:18110/$long")
named=${named:0:3}
path=$(ask "http://127.0.0.1:18111/$long")
echo "named location, a page that is not there: $ordinary (expected)"
echo "named location, a request line too long: $named (expected: 414 explained)"
echo "location with a path, the same: $path"
grep -o 'empty URI in redirect to named location' "$folder/error.log" | head -1
if [ "$ordinary" = '404 explained' ] && [ "$named" = 500 ] && [ "$path" = '414 explained' ]; then echo 'As described.'; else
  echo 'The behaviour has changed.'
  exit 1
fi
