#!/usr/bin/env bash
# databases.sh [CONNECTION]
# Creates the database of each service and its owner, a role of the same name with REPLICATION, on a new server. Called by
# the PostgreSQL image, or by Patroni in the full layout.
set -euo pipefail

connection=${1:-dbname=postgres user=$POSTGRES_USER}
for name in orders inventory payments; do
  # psql reads the password from the file, because the arguments of a process are public.
  NAME=$name psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --set=name="$name" "$connection" <<'SQL'
\set password `cat /run/node/passwords/$NAME`
create role :"name" login replication password :'password';
create database :"name" owner :"name";
revoke connect on database :"name" from public;
SQL
done
