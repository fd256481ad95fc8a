#!/bin/sh
# Makes a private certificate authority and the certificates it vouches for: nginx under a name of your choice,
# PostgreSQL and Valkey under the names that the nodes use. What is there, fits and is good for another 30 days
# is left as it is, and so is nginx' certificate where it comes from elsewhere: run it as often as you like.
#
#   certificates.sh FOLDER HOST [HOST…]
#
# FOLDER/authority/ca.key           vouches for everything: nobody but this script needs it
# FOLDER/trusted/ca.crt             what the nodes are told to trust, and browsers that know no other authority
# FOLDER/nginx/server.{crt,key}     for each HOST, a name or an IPv4 address
# FOLDER/postgres/server.{crt,key}  for "postgres"
# FOLDER/valkey/server.{crt,key}    for "valkey"
#
# As root it gives each key to the user of its container: NGINX_UID, POSTGRES_UID, VALKEY_UID.
set -eu
umask 077

usage='usage: certificates.sh FOLDER HOST [HOST…]'
folder=${1:?$usage}
: "${2:?$usage}"
shift
ours='Gatehouse private authority'

# lasts FILE: whether there is a certificate that holds for another month.
lasts() {
  [ -s "$1" ] && openssl x509 -in "$1" -noout -checkend 2592000 >/dev/null
}

# is_ours FILE
is_ours() {
  openssl x509 -in "$1" -noout -issuer | grep -q "$ours"
}

# make FILE SUBJECT DAYS OPTIONS…: a new key and its certificate, each put in place whole.
make() {
  file=$1 subject=$2 days=$3
  shift 3
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$file.key.new"
  openssl req -x509 -new -key "$file.key.new" -sha256 -days "$days" -subj "/CN=$subject" "$@" -out "$file.crt.new"
  mv "$file.key.new" "$file.key"
  mv "$file.crt.new" "$file.crt"
  echo "Made $file.crt."
}

authority() {
  # Others come through it to what is theirs.
  [ -d "$folder" ] || mkdir -m 755 "$folder"
  mkdir -p "$folder/authority" "$folder/trusted"
  ca=$folder/authority/ca
  if ! lasts "$ca.crt" || [ ! -s "$ca.key" ]; then
    make "$ca" "$ours $(openssl rand -hex 4)" 3650 \
      -addext basicConstraints=critical,CA:TRUE,pathlen:0 -addext keyUsage=critical,keyCertSign
  fi
  cp "$ca.crt" "$folder/trusted/ca.crt"
  chmod 755 "$folder/trusted"
  chmod 644 "$folder/trusted/ca.crt"
}

# vouched_for FILE NAMES: whether it comes from the authority that is here, and is for all of the names.
vouched_for() {
  for each in $(echo "$2" | tr , ' '); do
    case $each in
    IP:*) check="-verify_ip ${each#IP:}" ;;
    *) check="-verify_hostname ${each#DNS:}" ;;
    esac
    # shellcheck disable=SC2086 # an option and its value
    openssl verify -CAfile "$ca.crt" $check "$1" >/dev/null 2>&1 || return 1
  done
}

# certificate SERVICE OWNER NAMES: NAMES as X.509 has them.
certificate() {
  mkdir -p "$folder/$1"
  server=$folder/$1/server
  if ! lasts "$server.crt" || [ ! -s "$server.key" ] ||
    { is_ours "$server.crt" && ! vouched_for "$server.crt" "$3"; }; then
    make "$server" "$1" 825 -CA "$ca.crt" -CAkey "$ca.key" -addext "subjectAltName=$3" \
      -addext basicConstraints=critical,CA:FALSE -addext keyUsage=critical,digitalSignature \
      -addext extendedKeyUsage=serverAuth
  fi
  chmod 755 "$folder/$1"
  chmod 644 "$server.crt"
  chmod 600 "$server.key"
  if [ "$(id -u)" = 0 ]; then chown "$2" "$server.key" "$server.crt"; fi
}

names=
for host; do
  case $host in
  *[!0-9.]*) name=DNS:$host ;;
  *) name=IP:$host ;;
  esac
  names=$names${names:+,}$name
done

authority
certificate nginx "${NGINX_UID:-101}" "$names"
# The health checks ask from inside, under the name "localhost".
certificate postgres "${POSTGRES_UID:-999}" DNS:postgres,DNS:localhost
certificate valkey "${VALKEY_UID:-999}" DNS:valkey,DNS:localhost
