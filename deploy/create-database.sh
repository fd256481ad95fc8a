#!/bin/sh
# Run once, by the PostgreSQL image, when its data folder is made: a database whose owner is no superuser, and a role for the
# nodes that owns nothing in it. What that may do is in grant-rights.sql.
set -eu
psql -v ON_ERROR_STOP=1 --no-psqlrc -U postgres -d postgres -v owner="$OWNER_PASSWORD" -v password="$DATABASE_PASSWORD" <<'SQL'
CREATE ROLE gatehouse_owner LOGIN PASSWORD :'owner';
CREATE ROLE gatehouse LOGIN PASSWORD :'password';
CREATE DATABASE gatehouse OWNER gatehouse_owner;
REVOKE ALL ON DATABASE gatehouse FROM PUBLIC;
GRANT CONNECT ON DATABASE gatehouse TO gatehouse;
SQL
