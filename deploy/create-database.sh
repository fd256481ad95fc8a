#!/bin/sh
# Run once, by the PostgreSQL image, when its data folder is made: a database whose owner is no superuser.
set -eu
psql -v ON_ERROR_STOP=1 --no-psqlrc -U postgres -d postgres -v password="$DATABASE_PASSWORD" <<'SQL'
CREATE ROLE gatehouse LOGIN PASSWORD :'password';
CREATE DATABASE gatehouse OWNER gatehouse;
REVOKE ALL ON DATABASE gatehouse FROM PUBLIC;
SQL
